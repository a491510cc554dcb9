"""Tables that are read and written by others while they change: nobody fails, nothing is lost or mixed up."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

from backsmith.databases.postgres.connection import connect
from backsmith.databases.steps import Batches, Statements
from tests.evolution.postgres.cases import CASES, PEOPLE, people
from tests.evolution.postgres.runner import carry_out, carry_out_one, prepare

pytestmark = pytest.mark.every_postgres
BY_NAME = {case.name: case for case in CASES}


async def other(url: str) -> Any:
    connection: Any = await connect(url, read_only=False, statement_timeout=2, statements=0)
    await connection.execute("SET lock_timeout = '1s'")
    return connection


@pytest.mark.parametrize("name", ["key_to_bigint", "key_to_uuid", "serial_key_to_bigint"])
async def test_old_servers_write_until_the_swap(postgres_url: str, name: str) -> None:
    """Each order says in its note which customer it is of: it is of that one when all is done."""
    case = BY_NAME[name]
    plan = await prepare(postgres_url, case.before, case.after, edit=case.edit)
    await plan.connection.execute(
        "UPDATE orders SET note = (SELECT email FROM customers WHERE customers.id = customer_id)"
    )
    old = await other(postgres_url)
    number = 0

    async def use() -> None:
        nonlocal number
        number += 1
        email = f"new{number}"
        if number == len(plan.steps) + 1:  # after the swap
            return
        customer = await old.fetchval("INSERT INTO customers (email) VALUES ($1) RETURNING id", email)
        order = await old.fetchval(
            "INSERT INTO orders (customer_id, note) VALUES ($1, $2) RETURNING id", customer, "other"
        )
        moved = await old.fetchval("SELECT min(id) FROM customers")
        await old.execute(
            "UPDATE orders SET customer_id = $1, note = (SELECT email FROM customers WHERE id = $1) WHERE id = $2",
            moved,
            order,
        )
        await old.execute("INSERT INTO orders (customer_id, note) VALUES ($1, $2)", customer, email)
        if number % 3 == 0:
            await old.execute("DELETE FROM customers WHERE id = $1", customer)

    await carry_out(plan.connection, plan.steps, between=use)
    wrong = await plan.connection.fetch(
        "SELECT orders.id, note, email FROM orders LEFT JOIN customers ON customers.id = customer_id"
        " WHERE note IS DISTINCT FROM email"
    )
    assert wrong == []
    assert await plan.connection.fetchval("SELECT count(*) FROM orders") > 9 + number
    if name != "key_to_uuid":  # numbers go on where they ended
        largest = await plan.connection.fetchval("SELECT max(id) FROM customers")
        following = await plan.connection.fetchval("INSERT INTO customers (email) VALUES ('last') RETURNING id")
        assert following > largest
    await old.close()
    await plan.connection.close()


async def test_numbers_go_on_after_the_last_that_was_given(postgres_url: str) -> None:
    """Not after the largest that is left: a number is never given twice."""
    case = BY_NAME["key_to_bigint"]
    plan = await prepare(postgres_url, case.before + "DELETE FROM customers WHERE id = 5;", case.after)
    await carry_out(plan.connection, plan.steps)
    assert await plan.connection.fetchval("INSERT INTO customers (email) VALUES ('next') RETURNING id") == 6
    await plan.connection.close()


async def test_a_reader_keeps_a_step_waiting_but_nobody_else(postgres_url: str) -> None:
    plan = await prepare(postgres_url, PEOPLE, people(", town text"))
    reader, writer = await other(postgres_url), await other(postgres_url)
    async with reader.transaction():
        await reader.fetch("SELECT * FROM people")
        with pytest.raises(asyncpg.LockNotAvailableError):
            await plan.connection.execute("SET lock_timeout = '200ms'")
            await carry_out_one(plan.connection, plan.steps[0])
        await writer.execute("INSERT INTO people (name) VALUES ('meanwhile')")
    await carry_out(plan.connection, plan.steps)
    assert await writer.fetchval("SELECT count(*) FROM people WHERE town IS NULL") == 8
    for connection in (reader, writer, plan.connection):
        await connection.close()


async def test_what_takes_long_goes_on_beside_open_transactions(postgres_url: str) -> None:
    """VALIDATE and batches of other rows wait for nobody who reads or writes, nor these for them."""
    plan = await prepare(postgres_url, PEOPLE, people(", token uuid NOT NULL DEFAULT gen_random_uuid()"))
    writer = await other(postgres_url)
    await plan.connection.execute("SET lock_timeout = '500ms'")
    for step in plan.steps:
        is_short = isinstance(step, Statements) and step.cost.work == "catalogue"
        assert is_short or isinstance(step, Batches) or step.cost.work == "scan"
        if is_short:
            await carry_out_one(plan.connection, step)
            continue
        async with writer.transaction():
            await writer.execute("INSERT INTO people (name) VALUES ('open')")
            await carry_out_one(plan.connection, step)
    assert await writer.fetchval("SELECT count(*) FROM people WHERE token IS NULL") == 0
    await writer.close()
    await plan.connection.close()


async def test_a_duplicate_stops_before_the_swap(postgres_url: str) -> None:
    """A unique index that can't be built leaves the table as it was, and its undo leaves nothing."""
    case = BY_NAME["add_unique"]
    plan = await prepare(postgres_url, case.before + "UPDATE people SET name = 'same';", case.after)
    build = plan.steps[0]
    with pytest.raises(asyncpg.UniqueViolationError):
        await carry_out_one(plan.connection, build)
    assert await plan.connection.fetchval("SELECT count(*) FROM pg_index WHERE NOT indisvalid") == 1
    await plan.connection.execute("UPDATE people SET name = name || id")
    await carry_out(plan.connection, plan.steps)
    assert await plan.connection.fetchval("SELECT count(*) FROM pg_index WHERE NOT indisvalid") == 0
    await plan.connection.close()
