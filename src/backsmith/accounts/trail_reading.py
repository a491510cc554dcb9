"""The audit trail for those who read it: pages of rows, one's own and all; giving up what is old.

GET /auth/activity shows people what happened to their account, GET /auth/admin/audit-log everything to administrators.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from backsmith import errors
from backsmith.accounts.endpoint import Answer, Body, Call, Endpoint
from backsmith.accounts.tables import Tables
from backsmith.accounts.trail import SYSTEM, Trail
from backsmith.accounts.trail_chain import End, Entry, end_of, entry_of, seal
from backsmith.databases.database import Database
from backsmith.databases.own_rows import After, Before, Found
from backsmith.databases.transaction import Transaction
from backsmith.errors import RequestError, UsageError
from backsmith.secrets import Secrets

MOST = 100
"""Rows of a page."""
BATCH = 500
"""Rows that are given up in one transaction."""


class Event(Body, frozen=True):
    """Something that happened."""

    number: int
    at: str
    event: str
    account: msgspec.Raw
    """The key of the account that it happened to; null: it isn't known."""
    actor: msgspec.Raw
    """The key of who did it, where that is another."""
    address: str
    user_agent: str
    request_id: str
    details: msgspec.Raw


class Page(Body, frozen=True):
    """Some of what happened, the latest first."""

    events: list[Event]
    next: int | None
    """`before` of the next page; null: there is none."""


class Wanted(NamedTuple):
    """Which rows are wanted; None: all."""

    account: str | None = None
    """As `People.text` writes it."""
    event: str | None = None
    since: datetime | None = None
    before: int | None = None
    """Rows with a lower number only."""


async def latest(database: Database, tables: Tables, wanted: Wanted, most: int) -> list[Entry]:
    """The latest rows that are wanted, the last one first."""
    where: dict[str, Any] = {}
    if wanted.account is not None:
        where["account"] = wanted.account
    if wanted.event is not None:
        where["event"] = wanted.event
    if wanted.since is not None:
        where["at"] = _from(wanted.since)
    if wanted.before is not None:
        where["number"] = Before(wanted.before)
    return [entry_of(row) for row in await tables.audit_log.find(database, order="-number", limit=most, **where)]


async def head_of(database: Database, tables: Tables) -> End:
    """The last row's number and hash. Raises UsageError where they aren't there."""
    row = await tables.audit_chain.one(database, kind="head")
    if row is None:
        raise UsageError("The note of the last row of the audit trail is gone: backsmith audit-log verify")
    return end_of(row)


async def prune(database: Database, tables: Tables, secrets: Secrets, trail: Trail, before: datetime) -> int:
    """Give up the rows from before that instant; how many. The chain goes on from the last of them, whose hash is
    kept. That it was done becomes a row itself. Raises RequestError."""
    younger = await tables.audit_log.find(database, order="number", limit=1, at=_from(before))
    cut = (younger[0]["number"] - 1) if younger else (await head_of(database, tables)).number
    count = 0

    async def batch(transaction: Transaction) -> list[Found]:
        start = await tables.audit_chain.one(transaction, lock=True, kind="start")
        if start is None or start["number"] >= cut:
            return []
        upto = min(cut, start["number"] + BATCH)
        last = await tables.audit_log.one(transaction, number=upto)
        if last is None:
            raise UsageError(f"Row {upto} of the audit trail is missing: backsmith audit-log verify")
        end = End(upto, last["hash"])
        await tables.audit_chain.update(
            transaction, {"kind": "start"}, number=end.number, hash=end.hash, seal=seal(secrets, "start", end)
        )
        if count == 0:
            details = {"before": before.isoformat(), "up_to": cut}
            await trail.note(transaction, "audit-log.pruned", client=SYSTEM, request_id="", details=details)
        return await tables.audit_log.delete(transaction, number=Before(upto + 1))

    while gone := await database.transact(batch, retry=True):
        count += len(gone)
    return count


def _from(instant: datetime) -> After:
    """From that instant on, as the rows have it."""
    return After((instant.astimezone(UTC) - timedelta(microseconds=1)).isoformat(timespec="microseconds"))


async def _activity(call: Call) -> Answer:
    """The events of one's own account."""
    own = call.services.people.text(call.asker.id)
    return await _page(call, Wanted(account=own, before=_number(call, "before")))


async def _all(call: Call) -> Answer:
    """The events of all accounts."""
    since = call.query.get("since")
    wanted = Wanted(
        call.query.get("account"),
        call.query.get("event"),
        None if since is None else _instant(since),
        _number(call, "before"),
    )
    return await _page(call, wanted)


async def _page(call: Call, wanted: Wanted) -> Answer:
    found = await latest(call.services.database, call.services.tables, wanted, MOST + 1)
    shown, more = found[:MOST], len(found) > MOST
    return Answer(200, Page(events=[_event(entry) for entry in shown], next=shown[-1].number if more else None))


def _event(entry: Entry) -> Event:
    values = entry._asdict()
    del values["previous"]
    for name in ("account", "actor", "details"):
        values[name] = msgspec.Raw((values[name] or "null").encode())
    return Event(**values)


def _number(call: Call, name: str) -> int | None:
    text = call.query.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise RequestError(errors.BAD_QUERY, f"{name} is the number of an event", hint=f"Write {name}=120.")
    return int(text)


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        hint = "Write since=2026-01-23T00:00:00Z."
        raise RequestError(errors.BAD_TIME, f"since is no instant: {text[:40]}", hint=hint) from error
    return (instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant).astimezone(UTC)


ENDPOINTS = (
    Endpoint("GET", "/activity", "What happened to one's own account", _activity, reply=Page, access="account"),
    Endpoint("GET", "/admin/audit-log", "What happened to accounts", _all, reply=Page, access="administrator"),
)
