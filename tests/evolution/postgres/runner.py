"""Plans for tests: SQL of tables before and after go in; steps come out, and are carried out one by one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from backsmith.databases.altering import Alteration
from backsmith.databases.changes import Change
from backsmith.databases.facts import Facts
from backsmith.databases.postgres.connection import connect
from backsmith.databases.postgres.dialect import PostgresDialect
from backsmith.databases.postgres.facts import facts
from backsmith.databases.postgres.inspect import inspect
from backsmith.databases.renamed_schema import Rename, renamed_schema
from backsmith.databases.schema import Schema
from backsmith.databases.steps import Alone, Batches, Statements, Step, TransformRows
from backsmith.evolution import diff

DIALECT = PostgresDialect()
Edit = Callable[[list[Change]], list[Change]]
MILLION = 1_000_000


class Prepared(NamedTuple):
    """A connection to a database with the tables as they are, and the way to those as they are to be."""

    connection: Any
    actual: Schema
    desired: Schema
    steps: list[Step]


async def prepare(
    url: str,
    before: str,
    after: str,
    *,
    edit: Edit | None = None,
    large: bool = True,
    renames: Sequence[Rename] = (),
    schema: str | None = None,
) -> Prepared:
    """The steps from the one to the other. `large`: the tables are taken for ones of a million rows."""
    connection: Any = await connect(url, read_only=False, statement_timeout=None, statements=0)
    try:
        await connection.execute(before)
        if schema is not None:
            await connection.execute(f'SET search_path TO public, "{schema}"')
        actual = await inspect(connection)
        desired = await schema_of(connection, after)
        if schema is not None:
            await connection.execute(f'SET search_path TO public, "{schema}"')
            desired = replace(desired, tables=tuple(replace(table, schema=schema) for table in desired.tables))
        steps = await steps_between(connection, actual, desired, edit, large, renames)
    except BaseException:
        await connection.close()
        raise
    return Prepared(connection, actual, desired, steps)


async def schema_of(connection: Any, sql: str) -> Schema:
    """What the SQL makes of an empty database."""
    await connection.execute(f"CREATE SCHEMA wanted; SET search_path TO wanted; {sql}")
    found = await inspect(connection)
    await connection.execute("RESET search_path; DROP SCHEMA wanted CASCADE")
    return found


async def steps_between(
    connection: Any,
    actual: Schema,
    desired: Schema,
    edit: Edit | None = None,
    large: bool = True,
    renames: Sequence[Rename] = (),
) -> list[Step]:
    was = renamed_schema(actual, renames, DIALECT.ddl)
    changes: list[Change] = [*renames, *diff(was, desired, DIALECT, previous=was)]
    changes = changes if edit is None else edit(changes)
    known = await facts(connection)
    alteration = Alteration(
        actual=actual, desired=desired, changes=tuple(changes), facts=enlarged(known) if large else known
    )
    return DIALECT.altering.steps(alteration)


def enlarged(known: Facts) -> Facts:
    """The same database with a million rows in each table."""
    tables = {name: replace(table, rows=MILLION, bytes=100 * MILLION) for name, table in known.tables.items()}
    return replace(known, tables=tables)


async def carry_out(connection: Any, steps: Sequence[Step], *, between: Callable[[], Awaitable[None]] | None = None):
    """All steps in their order; batches of two rows. `between` is called before each step and after the last."""
    for step in steps:
        if between is not None:
            await between()
        await carry_out_one(connection, step)
    if between is not None:
        await between()


async def carry_out_one(connection: Any, step: Step) -> None:
    match step:
        case Statements(statements=statements):
            async with connection.transaction():
                for sql in statements:
                    await connection.execute(sql)
        case Alone(statement=sql, undo=undo):
            if undo is not None:
                await connection.execute(undo)  # as after a try that came to no end
            await connection.execute(sql)
        case Batches():
            await by_batches(connection, step)
        case TransformRows():
            raise NotImplementedError


async def by_batches(connection: Any, step: Batches) -> None:
    table = DIALECT.ddl.table_name(step.table.name, step.table.schema)
    names = [DIALECT.quote(name) for name in step.key]
    order, texts = ", ".join(names), ", ".join(f"CAST({name} AS text)" for name in names)
    rows = await connection.fetch(f"SELECT {texts} FROM {table} ORDER BY {order}")
    keys = ", ".join(f"{step.alias}.{name}" for name in names)
    places = ", ".join(f"CAST(${place}::text AS {type})" for place, type in enumerate(step.key_types, 1))
    later = ", ".join(f"CAST(${place}::text AS {type})" for place, type in enumerate(step.key_types, 1 + len(names)))
    for number in range(0, len(rows), 2):
        upto = rows[min(number + 1, len(rows) - 1)]
        if number == 0:
            condition, params = f"({keys}) <= ({places})", [*upto]
        else:
            condition, params = f"({keys}) > ({places}) AND ({keys}) <= ({later})", [*rows[number - 1], *upto]
        async with connection.transaction():
            await connection.execute(f"{step.statement} AND ({condition}){step.ending}", *params)


def lines_of(step: Step) -> list[str]:
    """A step as people read it: what it is for, its locks, its statements."""
    head = f"-- {step.title}"
    if step.approval is not None:
        head += f" [{step.approval}]"
    locks = ", ".join(f"{lock.mode} on {lock.table}" for lock in step.locks) or "no lock"
    match step:
        case Statements(statements=statements):
            body = [f"{sql};" for sql in statements]
        case Alone(statement=sql):
            body = [f"{sql};  -- alone"]
        case Batches(statement=sql, key=key, key_types=types, alias=alias, ending=ending):
            keys = ", ".join(f"{alias}.{name} {type}" for name, type in zip(key, types, strict=True))
            body = [f"{sql} AND (…){ending};  -- by {keys}"]
        case TransformRows(function=function, key=key):
            body = [f"{function} by {', '.join(field.column for field in key)}"]
    return [head, f"-- {locks}; {step.cost.work}", *body, ""]


async def values(connection: Any, schema: Schema) -> dict[tuple[str, str], list[str]]:
    """The values of all columns, as sorted texts."""
    found: dict[tuple[str, str], list[str]] = {}
    for table in schema.tables:
        for column in table.columns if not table.view else ():
            on = DIALECT.ddl.table_name(table.name, table.schema)
            sql = f"SELECT CAST({DIALECT.quote(column.name)} AS text) FROM {on}"
            found[table.name, column.name] = sorted(str(row[0]) for row in await connection.fetch(sql))
    return found
