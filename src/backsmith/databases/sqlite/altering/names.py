"""Tables and columns by other names: SQLite renames in its catalogue, and in whatever it keeps that names them."""

from __future__ import annotations

from collections.abc import Sequence

from backsmith.databases.changes import Change, RenameColumn, RenameTable, describe
from backsmith.databases.sqlite.altering import costs
from backsmith.databases.sqlite.altering.around import around
from backsmith.databases.sqlite.altering.in_place import past_broken_views
from backsmith.databases.sqlite.altering.table_text import folded
from backsmith.databases.sqlite.altering.work import Work, named
from backsmith.databases.steps import Statements

_MEANWHILE = "backsmith_renamed_"
"""Begins the name that something has while its new one isn't free yet, or is the old one in other letters."""


def rename(work: Work, changes: Sequence[Change]) -> None:
    """Rename what is to be renamed, tables first."""
    tables = [change for change in changes if isinstance(change, RenameTable)]
    taken = {folded(change.old.name) for change in tables}
    late: list[RenameTable] = []
    for change in tables:
        new = named(change.new)
        if folded(new) in taken:
            late.append(change)
            new = _MEANWHILE + new
        statement = f"ALTER TABLE {work.quote(named(change.old))} RENAME TO {work.quote(new)}"
        _add(work, describe(change), [statement], f"rename:{change.old.name}")
        if (size := work.sizes.pop(folded(change.old.name), None)) is not None:
            work.sizes[folded(change.new.name)] = size
        if folded(change.old.name) in work.analysed:
            work.analysed.add(folded(change.new.name))
    for change in late:
        new = work.quote(change.new.name)
        statement = f"ALTER TABLE {work.quote(_MEANWHILE + change.new.name)} RENAME TO {new}"
        _add(work, describe(change), [statement], f"rename:{change.old.name}")
    columns = [change for change in changes if isinstance(change, RenameColumn)]
    for table in dict.fromkeys(named(change.table) for change in columns):
        _rename_columns(work, table, [change for change in columns if change.table.name == table])


def _rename_columns(work: Work, table: str, changes: list[RenameColumn]) -> None:
    taken = {folded(change.old) for change in changes}
    late: list[RenameColumn] = []
    for change in changes:
        new = change.new
        if folded(new) in taken and folded(new) != folded(change.old):
            late.append(change)
            new = _MEANWHILE + new
        _add(work, describe(change), [_column(work, table, change.old, new)], f"rename:{table}.{change.old}")
    for change in late:
        statement = _column(work, table, _MEANWHILE + change.new, change.new)
        _add(work, describe(change), [statement], f"rename:{table}.{change.old}")


def _column(work: Work, table: str, old: str, new: str) -> str:
    return f"ALTER TABLE {work.quote(table)} RENAME COLUMN {work.quote(old)} TO {work.quote(new)}"


def _add(work: Work, title: str, statements: list[str], approval: str) -> None:
    work.add(
        Statements(
            title=title,
            statements=past_broken_views(around(work.scratch, ()), statements),
            locks=costs.WRITER,
            approval=approval,
        )
    )
