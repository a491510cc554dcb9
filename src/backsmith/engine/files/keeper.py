"""The observer of writes to entities with files: whatever becomes of a row becomes of its files, in one transaction.

In: the changes of rows, cascades among them. Out: states in `backsmith_files`. A field can only get a file that was
uploaded for it and that no row ever had: neither a request nor code can point at the file of another row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from backsmith import errors
from backsmith.blueprint.blueprint import Entity, Field
from backsmith.blueprint.types import is_file
from backsmith.engine.code.plain import plain
from backsmith.engine.files.records import Records
from backsmith.engine.writing.work import Given, RowChange, Verb, Work
from backsmith.errors import RequestError
from backsmith.model.files import File

URL = "file/"
"""What the url of a file begins with; its id follows."""

_decode = msgspec.json.Decoder(File).decode
_encode = msgspec.json.encode


class _Had(NamedTuple):
    """A file that a row has or had."""

    entity: Entity
    field: Field
    id: str
    key: str


class Keeper:
    """Takes part in writing (`engine.writing.work.Observer`)."""

    def __init__(self, records: Records, nudge: Callable[[], None]) -> None:
        """`nudge` says that there may be something to sweep, once the transaction has ended."""
        self._records = records
        self._nudge = nudge

    def observes(self, entity: Entity, verb: Verb) -> bool:
        """As Observer."""
        return any(is_file(field.type) for field in entity.fields)

    async def before(self, work: Work, entity: Entity, verb: Verb, rows: Sequence[Given], old: Sequence[Any]) -> None:
        """As Observer: there is nothing to do before."""

    async def after(self, work: Work, changes: Sequence[RowChange]) -> None:
        """As Observer. Raises RequestError INVALID for a file that isn't a new one."""
        before = {(had.field.id, had.id): had for change in changes for had in _files(change, change.before)}
        after: dict[tuple[str, str], _Had] = {}
        for had in (had for change in changes for had in _files(change, change.after)):
            if after.setdefault((had.field.id, had.id), had).key != had.key:
                raise not_new(had.field.name)  # one file for several rows, of which the first to go would take it along
        for name, had in after.items():
            earlier = before.get(name)
            if earlier is None:
                await self._keep(work, had)
            elif earlier.key != had.key:
                await self._records.run(work.transaction, "move", id=had.id, row_key=had.key)
        dropped = [had for name, had in before.items() if name not in after]
        if dropped:
            many = [self._records.parameters("drop", id=had.id, now=work.now) for had in dropped]
            await work.transaction.fetch_each(self._records.sql["drop"], many)
            self._nudge()

    async def _keep(self, work: Work, had: _Had) -> None:
        kept = await self._records.run(
            work.transaction,
            "keep",
            id=had.id,
            entity=had.entity.id,
            field=had.field.id,
            row_key=had.key,
            now=work.now,
        )
        if not kept:
            raise not_new(had.field.name)


def _files(change: RowChange, row: Mapping[str, Any] | None) -> Iterator[_Had]:
    if row is None:
        return
    for field in change.entity.fields:
        if is_file(field.type) and row.get(field.name) is not None:
            file = file_of(row[field.name])
            if file is None:
                raise not_new(field.name)
            key = _encode([plain(row[name]) for name in change.entity.key]).decode()
            yield _Had(change.entity, field, file.url.removeprefix(URL), key)


def not_new(field: str) -> RequestError:
    """The refusal of a file that wasn't uploaded for the field, or that a row has or had already."""
    message = f"{field} takes a file that was uploaded for it and that no row has yet"
    return RequestError(
        errors.INVALID,
        message,
        hint="Upload it.",
        errors=[{"pointer": f"/{field}", "code": "22023", "message": message, "hint": "Upload it."}],
    )


def file_of(value: Any) -> File | None:
    """What a field holds, as a File; None where it is none."""
    if isinstance(value, File):
        return value
    try:
        return _decode(value if isinstance(value, str | bytes) else bytes(value))
    except (msgspec.MsgspecError, TypeError):
        return None
