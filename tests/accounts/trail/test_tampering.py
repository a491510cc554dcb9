"""Who can write the table is found out: every row that was changed, taken away, added or moved."""

from __future__ import annotations

import os
import random
from collections.abc import Awaitable, Callable
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec
import pytest

from backsmith.accounts.trail_chain import FORM, End, entry_of
from backsmith.accounts.trail_reading import prune
from backsmith.accounts.trail_verdict import Verdict, verify
from backsmith.databases import Database
from backsmith.databases.guard_tables import AUDIT_LOG
from backsmith.errors import UsageError
from tests.accounts.guarded import Guarded, guarded

ROWS = 12
TRIALS = int(os.environ.get("BACKSMITH_TAMPERINGS", "150"))
"""Random tamperings on each database."""

COLUMNS = [column.name for column in AUDIT_LOG.columns]
TRIGGERS = {
    "sqlite": ("DROP TRIGGER backsmith_audit_log_update", "DROP TRIGGER backsmith_audit_log_delete"),
    "postgres": ("ALTER TABLE backsmith_audit_log DISABLE TRIGGER USER",),
}


class Attacked(NamedTuple):
    """A trail of twelve rows, and somebody who owns the database but not the root secret."""

    one: Guarded

    async def run(self, *statements: str) -> None:
        await self.one.database.execute(";\n".join(statements))

    async def verdict(self, anchor: End | None = None) -> Verdict:
        return await verify(self.one.database, self.one.tables, self.one.secrets, anchor)

    async def rows(self) -> list[dict[str, Any]]:
        return await self.one.tables.audit_log.find(self.one.database, order="number")

    async def found(self) -> tuple[int, str] | None:
        broken = (await self.verdict()).broken
        return None if broken is None else (broken.number, broken.what)

    async def restore(self) -> None:
        """As it was before."""
        await self.run(
            "DELETE FROM backsmith_audit_log",
            "INSERT INTO backsmith_audit_log SELECT * FROM kept_log",
            "DELETE FROM backsmith_audit_chain",
            "INSERT INTO backsmith_audit_chain SELECT * FROM kept_chain",
        )


@pytest.fixture(scope="module")
def attacked(
    shared_database: Database, tmp_path_factory: pytest.TempPathFactory, run: Callable[[Awaitable[Any]], Any]
) -> Attacked:
    async def made() -> Attacked:
        one = await guarded(shared_database, tmp_path_factory.mktemp("root"))
        for number in range(1, ROWS + 1):
            one.clock.go(minutes=1)
            await one.note(f"event-{number}", account=number % 3 or None, details={"n": number})
        for statement in TRIGGERS[shared_database.dialect.name]:
            await shared_database.execute(statement)
        for kind in ("log", "chain"):
            await shared_database.execute(f"CREATE TABLE kept_{kind} AS SELECT * FROM backsmith_audit_{kind}")
        return Attacked(one)

    return run(made())


@pytest.fixture(autouse=True)
def put_back(attacked: Attacked, run: Callable[[Awaitable[Any]], Any]) -> None:
    run(attacked.restore())


async def test_an_untouched_trail_is_good(attacked: Attacked) -> None:
    verdict = await attacked.verdict()
    assert (verdict.rows, verdict.broken) == (12, None)


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        (["UPDATE backsmith_audit_log SET account = '9' WHERE number = 5"], (5, "changed")),
        (["UPDATE backsmith_audit_log SET actor = '' WHERE number = 5"], (5, "changed")),
        (["UPDATE backsmith_audit_log SET previous = hash WHERE number = 5"], (5, "changed")),
        (["UPDATE backsmith_audit_log SET seal = hash WHERE number = 5"], (5, "inserted")),
        (["DELETE FROM backsmith_audit_log WHERE number = 5"], (5, "missing")),
        (["DELETE FROM backsmith_audit_log WHERE number = 1"], (1, "missing")),
        (["DELETE FROM backsmith_audit_log WHERE number = 12"], (12, "truncated")),
        (["DELETE FROM backsmith_audit_log"], (1, "truncated")),
        (
            [
                "UPDATE backsmith_audit_log SET number = 99 WHERE number = 5",
                "UPDATE backsmith_audit_log SET number = 5 WHERE number = 8",
                "UPDATE backsmith_audit_log SET number = 8 WHERE number = 99",
            ],
            (5, "reordered"),
        ),
        (
            [
                "DELETE FROM backsmith_audit_log WHERE number = 5",
                "UPDATE backsmith_audit_log SET number = number - 1 WHERE number = 6",
            ],
            (5, "changed"),
        ),
        (
            [
                "INSERT INTO backsmith_audit_log SELECT 0, at, event, account, actor, address, user_agent, request_id,"
                " details, previous, hash, seal FROM backsmith_audit_log WHERE number = 1"
            ],
            (0, "inserted"),
        ),
        (
            [
                "INSERT INTO backsmith_audit_log SELECT 13, at, event, account, actor, address, user_agent,"
                " request_id, details, previous, hash, seal FROM backsmith_audit_log WHERE number = 12"
            ],
            (13, "reordered"),
        ),
        (["DELETE FROM backsmith_audit_chain WHERE kind = 'head'"], (12, "changed")),
        (["DELETE FROM backsmith_audit_chain WHERE kind = 'start'"], (0, "changed")),
        (["UPDATE backsmith_audit_chain SET number = 3 WHERE kind = 'start'"], (0, "changed")),
        (  # as if three rows had been pruned
            [
                "UPDATE backsmith_audit_chain SET number = 3, hash = (SELECT hash FROM backsmith_audit_log"
                " WHERE number = 3), seal = (SELECT seal FROM backsmith_audit_log WHERE number = 3)"
                " WHERE kind = 'start'",
                "DELETE FROM backsmith_audit_log WHERE number < 4",
            ],
            (0, "changed"),
        ),
        (  # the end cut off, and the note of it made to fit with what is at hand
            [
                "DELETE FROM backsmith_audit_log WHERE number > 9",
                "UPDATE backsmith_audit_chain SET number = 9, hash = (SELECT hash FROM backsmith_audit_log"
                " WHERE number = 9), seal = (SELECT seal FROM backsmith_audit_log WHERE number = 9)"
                " WHERE kind = 'head'",
            ],
            (9, "changed"),
        ),
    ],
)
async def test_tampering_is_found_and_named(attacked: Attacked, statements: list[str], found: tuple[int, str]) -> None:
    await attacked.run(*statements)
    assert await attacked.found() == found


async def test_a_chain_made_anew_without_the_root_secret_is_found(attacked: Attacked) -> None:
    """All hashes fit; only the seals can't be made."""
    previous = ""
    for row in await attacked.rows():
        if row["number"] == 5:
            row["account"] = "9"
        if row["number"] >= 5:
            row["previous"] = previous
            values = [row[name] for name in COLUMNS[:10]]
            row["hash"] = sha256(msgspec.json.encode([FORM, *values])).hexdigest()
            await attacked.run(
                f"UPDATE backsmith_audit_log SET account = {_quoted(row['account'])}, previous = '{previous}',"
                f" hash = '{row['hash']}' WHERE number = {row['number']}"
            )
        previous = row["hash"]
    assert await attacked.found() == (5, "inserted")


async def test_a_former_end_that_somebody_kept_shows_against_a_head_that_was_written_down(attacked: Attacked) -> None:
    """What no chain can tell by itself."""
    one = attacked.one
    await attacked.run("DROP TABLE IF EXISTS former", "CREATE TABLE former AS SELECT * FROM backsmith_audit_chain")
    await one.note("theft")
    rows = await attacked.rows()
    anchor = End(13, rows[-1]["hash"])
    assert (await attacked.verdict(anchor)).broken is None
    await attacked.run(
        "DELETE FROM backsmith_audit_log WHERE number = 13",
        "DELETE FROM backsmith_audit_chain",
        "INSERT INTO backsmith_audit_chain SELECT * FROM former",
    )
    assert await attacked.found() is None
    broken = (await attacked.verdict(anchor)).broken
    assert broken is not None
    assert (broken.number, broken.what) == (13, "truncated")
    await one.note("nothing happened")
    broken = (await attacked.verdict(anchor)).broken
    assert broken is not None
    assert (broken.number, broken.what) == (13, "replaced")


async def test_any_random_tampering_is_found(attacked: Attacked) -> None:
    chance = random.Random(os.environ.get("BACKSMITH_SEED", "1"))
    before = await attacked.rows()
    for trial in range(TRIALS):
        statements = _tampering(chance, before)
        await attacked.run(*statements)
        now = await attacked.rows()
        broken = await attacked.found()
        assert (broken is not None) == (now != before), (trial, statements)
        await attacked.restore()


def _tampering(chance: random.Random, rows: list[dict[str, Any]]) -> list[str]:
    row = chance.choice(rows)
    where = f"WHERE number = {row['number']}"
    match chance.choice(("edit", "edit", "edit", "delete", "swap", "copy", "cut", "column")):
        case "edit":
            name = chance.choice(COLUMNS)
            return [f"UPDATE backsmith_audit_log SET {name} = {_changed(chance, row[name])} {where}"]
        case "delete":
            return [f"DELETE FROM backsmith_audit_log {where}"]
        case "swap":
            other = chance.choice(rows)["number"]
            return [
                f"UPDATE backsmith_audit_log SET number = -1 {where}",
                f"UPDATE backsmith_audit_log SET number = {row['number']} WHERE number = {other}",
                f"UPDATE backsmith_audit_log SET number = {other} WHERE number = -1",
            ]
        case "copy":
            names = ", ".join(COLUMNS[1:])
            number = chance.choice((-3, 0, ROWS + 1, ROWS + 7))
            return [f"INSERT INTO backsmith_audit_log (number, {names}) SELECT {number}, {names} FROM kept_log {where}"]
        case "cut":
            return [f"DELETE FROM backsmith_audit_log WHERE number >= {row['number']}"]
        case _:
            name, other = chance.choice(COLUMNS[1:]), chance.choice(rows)
            return [f"UPDATE backsmith_audit_log SET {name} = {_quoted(other[name])} {where}"]


def _changed(chance: random.Random, value: Any) -> str:
    if isinstance(value, int):
        return str(value + chance.choice((100, 1000, -1000)))
    if value is None:
        return "''"
    if not value:
        return "' '"
    place = chance.randrange(len(value))
    return _quoted(value[:place] + chr((ord(value[place]) ^ chance.choice((1, 2, 4, 8, 16))) or 1) + value[place + 1 :])


def _quoted(value: str | None) -> str:
    return "NULL" if value is None else "'" + value.replace("'", "''") + "'"


async def test_an_anchor_among_what_was_pruned_can_t_be_compared(attacked: Attacked) -> None:
    rows = await attacked.rows()
    assert entry_of(rows[0]).hash == rows[0]["hash"]
    assert (await attacked.verdict(End(1, rows[0]["hash"]))).broken is None
    assert (await attacked.verdict(End(1, "0" * 64))).broken is not None
    one, before = attacked.one, datetime.fromisoformat(rows[4]["at"])
    await prune(one.database, one.tables, one.secrets, one.trail, before)
    with pytest.raises(UsageError, match="pruned up to row 4"):
        await attacked.verdict(End(1, rows[0]["hash"]))
