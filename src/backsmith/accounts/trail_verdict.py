"""Whether the audit trail is as it was written: rows in their order -> the first that isn't, and what is wrong with it.

What it proves: rows up to the head are those that the application wrote, each as it wrote it, none missing, as far as
nobody else has the root secret. What it can't prove by itself: that the end wasn't put back to what it was earlier, by
somebody who kept a copy of the head. That shows against a head that was written down elsewhere (`anchor`).
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from backsmith.accounts.tables import Tables
from backsmith.accounts.trail_chain import End, Entry, end_of, entry_of, is_sealed, is_whole, seal
from backsmith.databases.database import Database
from backsmith.databases.own_rows import After, Before, Found
from backsmith.errors import UsageError
from backsmith.secrets import Secrets

PAGE = 500
"""Rows that are read at once."""

What = Literal["changed", "missing", "inserted", "reordered", "replaced", "truncated"]


class Broken(NamedTuple):
    """The first row that isn't as it was written."""

    number: int
    what: What
    message: str


class Verdict(NamedTuple):
    """What was found."""

    rows: int
    """That were looked at and are good."""
    start: End | None
    """The last row of those that were given up; None: that isn't readable."""
    head: End | None
    """The last row."""
    broken: Broken | None


async def verify(database: Database, tables: Tables, secrets: Secrets, anchor: End | None = None) -> Verdict:
    """Look at the whole trail. `anchor` is a head of earlier, which has to be part of it.

    Rows that are appended meanwhile are looked at too. Raises RequestError, and UsageError for an anchor among what was
    pruned.
    """
    start = await tables.audit_chain.one(database, kind="start")
    if start is None or not is_sealed(secrets, "start", start):
        broken = Broken(0, "changed", "The note of what was pruned was changed, or taken away.")
        return Verdict(0, None, None, broken)
    walk = _Walk(database, tables, secrets, end_of(start), anchor)
    broken = await walk.before_the_start() or await walk.go()
    if broken is not None and await tables.audit_chain.one(database, kind="start") != start:
        return await verify(database, tables, secrets, anchor)  # it was pruned in the meantime
    return Verdict(walk.rows, end_of(start), walk.last, broken)


class _Walk:
    """From the start to the head."""

    def __init__(self, database: Database, tables: Tables, secrets: Secrets, start: End, anchor: End | None) -> None:
        self._database = database
        self._tables = tables
        self._secrets = secrets
        self._anchor = anchor
        self.start = self.last = start
        self.rows = 0

    async def before_the_start(self) -> Broken | None:
        """What is wrong with the beginning."""
        earlier = await self._tables.audit_log.find(
            self._database, order="number", limit=1, number=Before(self.start.number + 1)
        )
        if earlier:
            return Broken(earlier[0]["number"], "inserted", "Rows up to there were pruned; this one came later.")
        if self._anchor is not None and self._anchor.number < self.start.number:
            raise UsageError(
                f"The audit trail was pruned up to row {self.start.number}, so row {self._anchor.number} can't be"
                " compared any more. Give a later head."
            )
        return self._against_the_anchor(self.start)

    async def go(self) -> Broken | None:
        """What is wrong with the rows, and with the end."""
        while True:
            rows = await self._page()
            for row in rows:
                if (broken := self._of_row(row) or self._against_the_anchor(self.last)) is not None:
                    return await self._reordered(row) or broken
            if rows:
                continue
            head = await self._tables.audit_chain.one(self._database, kind="head")
            if head is None or not is_sealed(self._secrets, "head", head):
                return Broken(self.last.number, "changed", "The note of the last row was changed, or taken away.")
            if head["number"] == self.last.number or not await self._page():
                return self._of_head(end_of(head))

    async def _page(self) -> list[Found]:
        return await self._tables.audit_log.find(
            self._database, order="number", limit=PAGE, number=After(self.last.number)
        )

    def _of_row(self, row: Found) -> Broken | None:
        entry, number, expected = entry_of(row), row["number"], self.last.number + 1
        if is_whole(entry) and number > expected:
            several = f"Rows {expected} to {number - 1} are" if number > expected + 1 else f"Row {expected} is"
            return Broken(expected, "missing", f"{several} missing.")
        if not is_whole(entry) or row["hash"] != entry.hash:
            return Broken(expected, "changed", "What the row says doesn't fit its hash.")
        end = End(number, entry.hash)
        if row["seal"] != seal(self._secrets, "row", end):
            return Broken(number, "inserted", "The row wasn't written by the application: its seal isn't good.")
        if entry.previous != self.last.hash:
            return Broken(number, "replaced", "The row was written after another one than that which is before it.")
        self.last, self.rows = end, self.rows + 1
        return None

    def _against_the_anchor(self, end: End) -> Broken | None:
        anchor = self._anchor
        if anchor is None or anchor.number != end.number or anchor.hash == end.hash:
            return None
        return Broken(end.number, "replaced", "The hash isn't the one that was written down elsewhere.")

    async def _reordered(self, row: Found) -> Broken | None:
        """Whether a row that doesn't fit was written, as it is, with another number."""
        entry = entry_of(row)
        if not is_whole(entry):
            return None
        others = [
            found["number"] + 1 for found in await self._tables.audit_log.find(self._database, hash=entry.previous)
        ]
        others += [self.start.number + 1] if entry.previous == self.start.hash else []
        for number in others:
            if number != entry.number and entry._replace(number=number).hash == row["hash"]:
                return Broken(entry.number, "reordered", f"The row was written as row {number}.")
        return None

    def _of_head(self, head: End) -> Broken | None:
        last, anchor = self.last, self._anchor
        if head.number > last.number or (anchor is not None and anchor.number > last.number):
            return Broken(last.number + 1, "truncated", "Rows were taken away from the end.")
        if head.number < last.number:
            return Broken(head.number + 1, "inserted", "There are rows after the one that was written last.")
        if head.hash != last.hash:
            return Broken(last.number, "replaced", "The last row isn't the one that was written last.")
        return None


def entry_shown(entry: Entry) -> str:
    """A row in a line, for people."""
    who = entry.account if entry.actor is None else f"{entry.account or 'nobody'} by {entry.actor}"
    rest = " ".join(part for part in (entry.address, "" if entry.details == "{}" else entry.details) if part)
    return f"{entry.number}  {entry.at[:19]}Z  {entry.event}  account {who or 'unknown'}  {rest}".rstrip()
