"""What a table has and its entity can't say, as notes for a comment."""

from __future__ import annotations

from collections.abc import Iterator

from backsmith.adoption.tables import Place, place_of, plain_columns
from backsmith.databases.schema import Schema, Table


def table_notes(table: Table) -> Iterator[str]:
    """Notes on the table's own columns, keys and indexes."""
    names = {column.name for column in table.columns}
    for column in table.columns:
        if column.generated is not None:
            yield f"column {column.name} is generated as {column.generated}"
        if column.identity == "always":
            yield f"column {column.name} is always handed out, never given"
    for key in table.foreign_keys:
        columns = ", ".join(key.columns)
        if key.on_update != "no action":
            yield f"foreign key ({columns}): on update {key.on_update}"
        if key.on_delete == "set default":
            yield f"foreign key ({columns}): on delete set default"
    for index in table.indexes:
        plain = plain_columns(index.columns, names)
        if plain is None or index.where is not None or index.method is not None:
            unique = "unique index" if index.unique else "index"
            method = f" using {index.method}" if index.method else ""
            where = f" where {index.where}" if index.where else ""
            yield f"{unique} {index.name}{method} on {', '.join(index.columns)}{where}"


def notes_by_table(schema: Schema) -> tuple[dict[Place, list[str]], list[str]]:
    """What the schema has no place for: by the table that it says it is on, and the rest."""
    places = {spelled: place_of(table) for table in schema.tables for spelled in _spellings(table)}
    found: dict[Place, list[str]] = {}
    rest: list[str] = []
    for note in schema.not_modelled:
        ends = [spelled for spelled in places if note.endswith(f" on {spelled}")]
        if ends:
            on = max(ends, key=len)
            found.setdefault(places[on], []).append(note.removesuffix(f" on {on}"))
        else:
            rest.append(note)
    return found, rest


def _spellings(table: Table) -> Iterator[str]:
    """The table's name as notes write it: plain, or as PostgreSQL quotes it."""
    quoted = '"' + table.name.replace('"', '""') + '"'
    for name in (table.name, quoted):
        yield name
        if table.schema is not None:
            schema = '"' + table.schema.replace('"', '""') + '"'
            yield f"{table.schema}.{name}"
            yield f"{schema}.{name}"
