"""The changes to one table's foreign keys, uniques, checks and indexes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from backsmith.databases.changes import (
    AddCheck,
    AddForeignKey,
    AddIndex,
    AddUnique,
    Change,
    DropCheck,
    DropForeignKey,
    DropIndex,
    DropUnique,
    TableName,
)
from backsmith.databases.ddl import Ddl
from backsmith.databases.schema import CheckConstraint, ForeignKey, Table, TableIndex, UniqueConstraint
from backsmith.databases.sql_forms import Meaning, conjuncts


def constraint_changes(
    name: TableName, actual: Table, desired: Table, previous: Table | None, ddl: Ddl
) -> Iterator[Change]:
    """What to add and drop; what goes is named before what comes."""
    new_keys = list(_added_keys(actual, desired, ddl))
    for key in _added_keys(desired, actual, ddl):
        yield DropForeignKey(name, key)
    for key in new_keys:
        yield AddForeignKey(name, key)
    yield from _unique_changes(name, actual, desired, ddl)
    yield from _check_changes(name, actual, desired, ddl)
    yield from _index_changes(name, actual, desired, previous, new_keys, ddl)


def _added_keys(before: Table, after: Table, ddl: Ddl) -> Iterator[ForeignKey]:
    there = {_key_meaning(key, ddl) for key in before.foreign_keys}
    for key in after.foreign_keys:
        if _key_meaning(key, ddl) not in there:
            yield key


def _key_meaning(key: ForeignKey, ddl: Ddl) -> tuple[object, ...]:
    pairs = sorted(zip(map(ddl.fold, key.columns), map(ddl.fold, key.target_columns), strict=True))
    # A model can't ask for SET DEFAULT, nor for anything on update.
    on_delete = "no action" if key.on_delete == "set default" else key.on_delete
    return (key.target_schema, ddl.fold(key.target_table), tuple(pairs), on_delete)


def _unique_changes(name: TableName, actual: Table, desired: Table, ddl: Ddl) -> Iterator[Change]:
    wanted = {_folded(unique.columns, ddl) for unique in desired.uniques}
    keys = {_folded(table.primary_key, ddl) for table in (actual, desired)}
    constraints = {_folded(unique.columns, ddl): unique for unique in actual.uniques}
    indexes = {
        _folded(plain_columns(index, actual), ddl): UniqueConstraint(
            name=index.name, columns=plain_columns(index, actual)
        )
        for index in actual.indexes
        if index.unique and is_plain(index, actual)
    }
    for columns, unique in constraints.items():
        if columns not in wanted | keys:
            yield DropUnique(name, unique)
    for columns, unique in indexes.items():
        if columns not in wanted | keys:
            yield DropUnique(name, unique, index=True)
    for unique in desired.uniques:
        if _folded(unique.columns, ddl) not in constraints.keys() | indexes.keys() | {_folded(actual.primary_key, ddl)}:
            yield AddUnique(name, unique)


def _check_changes(name: TableName, actual: Table, desired: Table, ddl: Ddl) -> Iterator[Change]:
    """Checks hold when all their parts do, so it is parts that are compared: `a > 0 AND a < 9` is two checks' worth."""
    wanted = {part for check in desired.checks for part in check_parts(check, ddl)}
    by_content = set(map(_name_by_content, desired.checks)) - {None}
    kept = set(_implied(actual, ddl))
    kept_names: set[str | None] = set()
    for check in actual.checks:
        parts = check_parts(check, ddl)
        if check.name in by_content:
            kept_names.add(check.name)
        elif wanted.issuperset(parts):
            kept.update(parts)
        else:
            yield DropCheck(name, check)
    for check in desired.checks:
        if not kept.issuperset(check_parts(check, ddl)) and _name_by_content(check) not in kept_names:
            yield AddCheck(name, check)


def _name_by_content(check: CheckConstraint) -> str | None:
    """The check's name, if it is one that tells its content."""
    digits = hashlib.sha256(check.sql.encode()).hexdigest()[:8]
    return check.name if check.name is not None and check.name.endswith(f"_{digits}_check") else None


def check_parts(check: CheckConstraint, ddl: Ddl) -> tuple[Meaning, ...]:
    """The conditions of a check that all have to hold."""
    return conjuncts(ddl.meaning(check.sql))


def _implied(table: Table, ddl: Ddl) -> Iterator[Meaning]:
    """The lengths that types declare, though SQLite doesn't hold values to them: `nvarchar(160)`."""
    for column in table.columns:
        length = ddl.declared_length(column.type)
        if length is not None:
            yield ddl.meaning(f"length({ddl.quote(column.name)}) <= {length}")


def _index_changes(
    name: TableName, actual: Table, desired: Table, previous: Table | None, new_keys: list[ForeignKey], ddl: Ddl
) -> Iterator[Change]:
    wanted = {_index_meaning(index, ddl) for index in desired.indexes}
    had = {_index_meaning(index, ddl) for index in previous.indexes} if previous else set[tuple[str, ...]]()
    # What holds columns unique serves as their index, as long as it stays.
    unique = {_folded(each.columns, ddl) for each in desired.uniques} | {_folded(desired.primary_key, ddl)}
    there = {
        _index_meaning(index, ddl)
        for index in actual.indexes
        if is_plain(index, actual) and (not index.unique or _folded(plain_columns(index, actual), ddl) in unique)
    }
    constraints = (actual.primary_key, *(each.columns for each in actual.uniques))
    for columns in constraints:
        if _folded(columns, ddl) in unique:
            there.add(tuple(map(ddl.fold, columns)))
    gone = [tuple(map(ddl.fold, columns)) for columns in constraints if _folded(columns, ddl) not in unique]
    for index in actual.indexes:
        if not is_plain(index, actual):
            continue
        if not index.unique and _index_meaning(index, ddl) in had - wanted:
            gone.append(_index_meaning(index, ddl))
            yield DropIndex(name, index)
        elif index.unique and _folded(plain_columns(index, actual), ddl) not in unique:
            gone.append(_index_meaning(index, ddl))
    # The index of a foreign key comes with the key: a database that lives without it is left so, unless what has served
    # as its index goes.
    old_keys = {key.columns for key in desired.foreign_keys if key not in new_keys}
    for index in desired.indexes:
        meaning = _index_meaning(index, ddl)
        served = any(set(each[: len(meaning)]) == set(meaning) for each in gone)
        optional = index.of_key and index.columns in old_keys and not served
        if meaning not in there and not optional:
            yield AddIndex(name, index)


def _index_meaning(index: TableIndex, ddl: Ddl) -> tuple[str, ...]:
    return tuple(map(ddl.fold, index.columns))


def is_plain(index: TableIndex, table: Table) -> bool:
    """Whether the index is one that a model can ask for: whole columns of all rows, in a tree."""
    names = {column.name for column in table.columns}
    columns_only = all(term in names or term.removeprefix("-") in names for term in index.columns)
    return index.where is None and index.method is None and columns_only


def plain_columns(index: TableIndex, table: Table) -> tuple[str, ...]:
    """The columns of an index of whole columns, without their directions; a name may itself begin with "-"."""
    names = {column.name for column in table.columns}
    return tuple(term if term in names else term.removeprefix("-") for term in index.columns)


def _folded(columns: Iterable[str], ddl: Ddl) -> frozenset[str]:
    return frozenset(map(ddl.fold, columns))
