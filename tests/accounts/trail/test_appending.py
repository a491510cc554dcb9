"""Appending to the audit trail: one unbroken chain, whatever happens at the same time."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from backsmith.accounts.trail_chain import GENESIS, Entry, entry_of
from backsmith.accounts.trail_verdict import verify
from backsmith.databases import Database
from backsmith.databases.transaction import Transaction
from backsmith.errors import BacksmithError
from tests.accounts.guarded import ANN, Clock, another, guarded


async def test_an_event_becomes_a_row_with_all_that_is_known_of_it(database: Database, tmp_path: Path) -> None:
    one = await guarded(database, tmp_path)
    await one.note("role.granted", account=7, actor="ann", details={"role": "staff"})
    (row,) = await one.tables.audit_log.find(database)
    assert entry_of(row) == Entry(
        number=1,
        at="2026-01-23T00:00:00.000000+00:00",
        event="role.granted",
        account="7",
        actor='"ann"',
        address="192.0.2.1",
        user_agent="Firefox",
        request_id="r1",
        details='{"role":"staff"}',
        previous=GENESIS,
    )
    assert row["hash"] == "f104c85e4b0bdb3c9b6434912ba38a0b011a412c9b686474cfe78c7ae93001b5"


async def test_what_is_undone_leaves_no_event(database: Database, tmp_path: Path) -> None:
    one = await guarded(database, tmp_path)

    async def refused(transaction: Transaction) -> None:
        await one.trail.note(transaction, "lost", client=ANN, request_id="r1")
        raise BacksmithError("No.")

    async def in_part(transaction: Transaction) -> None:
        await one.trail.note(transaction, "first", client=ANN, request_id="r1")
        try:
            async with transaction.savepoint():
                await one.trail.note(transaction, "lost", client=ANN, request_id="r1")
                raise BacksmithError("No.")
        except BacksmithError:
            await one.trail.note(transaction, "second", client=ANN, request_id="r1")

    with pytest.raises(BacksmithError):
        await database.transact(refused)
    await database.transact(in_part)
    rows = await one.tables.audit_log.find(database, order="number")
    assert [(row["number"], row["event"]) for row in rows] == [(1, "first"), (2, "second")]


async def test_a_statement_that_was_to_be_the_last_commits_nothing_before_the_event(
    database: Database, tmp_path: Path
) -> None:
    """On PostgreSQL a single last statement is a transaction by itself; here it isn't the last."""
    one = await guarded(database, tmp_path)
    await database.execute("CREATE TABLE things (id integer PRIMARY KEY)")

    async def work(transaction: Transaction) -> None:
        await one.trail.note(transaction, "made", client=ANN, request_id="r1")
        await transaction.fetch("INSERT INTO things VALUES (1)", last=True)

    await database.transact(work)
    assert len(await database.read("SELECT id FROM things")) == 1
    assert (await verify(database, one.tables, one.secrets)).rows == 1


async def test_200_appends_at_once_make_one_unbroken_chain(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    clock = Clock()
    one = await guarded(database, tmp_path, clock)
    two = await another(database_url, tmp_path, clock)
    try:
        await asyncio.gather(*((one, two)[number % 2].note(f"event-{number}") for number in range(200)))
        verdict = await verify(database, one.tables, one.secrets)
        rows = await one.tables.audit_log.find(database, order="number")
    finally:
        await two.database.close()
    assert (verdict.rows, verdict.broken) == (200, None)
    assert [row["number"] for row in rows] == list(range(1, 201))
    assert {row["event"] for row in rows} == {f"event-{number}" for number in range(200)}


async def test_transactions_that_note_and_lock_in_any_order_never_wait_for_one_another(
    database: Database, tmp_path: Path
) -> None:
    """If the chain were locked where the event is noted, a deadlock would end some of these."""
    one = await guarded(database, tmp_path)
    await database.execute("CREATE TABLE counters (id integer PRIMARY KEY, count integer NOT NULL)")
    await database.execute("INSERT INTO counters VALUES (1, 0)")

    async def count(transaction: Transaction) -> None:
        await transaction.fetch("UPDATE counters SET count = count + 1 WHERE id = 1")

    async def note(transaction: Transaction) -> None:
        await one.trail.note(transaction, "counted", client=ANN, request_id="r1")

    async def work(transaction: Transaction, number: int) -> None:
        for step in (count, note) if number % 2 else (note, count):
            await step(transaction)
            await asyncio.sleep(0)

    await asyncio.gather(*(database.transact(lambda tx, n=number: work(tx, n)) for number in range(40)))
    assert [row[0] for row in await database.read("SELECT count FROM counters")] == [40]
    assert (await verify(database, one.tables, one.secrets)).rows == 40


@pytest.mark.parametrize("statement", ["UPDATE backsmith_audit_log SET event = 'x'", "DELETE FROM backsmith_audit_log"])
async def test_the_database_itself_refuses_to_change_it(database: Database, tmp_path: Path, statement: str) -> None:
    one = await guarded(database, tmp_path)
    await one.note()
    with pytest.raises(BacksmithError, match="only added to"):
        await database.execute(statement)
    assert (await verify(database, one.tables, one.secrets)).broken is None


async def test_postgres_refuses_to_truncate_it(postgres_url: str, tmp_path: Path) -> None:
    one = await another(postgres_url, tmp_path, Clock())
    try:
        with pytest.raises(BacksmithError, match="only added to"):
            await one.database.execute("TRUNCATE backsmith_audit_log")
    finally:
        await one.database.close()


async def test_somebody_unknown_is_named_by_a_keyed_hash(database: Database, tmp_path: Path) -> None:
    one = await guarded(database, tmp_path)
    name = one.trail.unknown("Ann@Example.com")
    assert (len(name), name == one.trail.unknown(" ann@example.com")) == (16, True)
    assert "ann" not in name


async def test_long_details_and_odd_texts_do_no_harm(database: Database, tmp_path: Path) -> None:
    one = await guarded(database, tmp_path)
    await one.note(details={"text": "x" * 5_000})
    await one.note("odd", details={"nul": "\0", "half": "é"})
    rows = await one.tables.audit_log.find(database, order="number")
    assert [row["details"] for row in rows] == ['{"left_out":true}', '{"half":"é","nul":"\\u0000"}']
    assert (await verify(database, one.tables, one.secrets)).broken is None
