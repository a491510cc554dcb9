"""Rows as the database shows them -> the same rows with the values of encrypted fields opened.

The database makes JSON of rows, in which an encrypted value is its envelope in hexadecimal digits. Which members those
are is known from the plan alone, never by looking at texts: somebody may write into any other field what looks like an
envelope. All that isn't opened stays to the letter. Plans without encrypted fields have no `Tree` and pay nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import msgspec

from backsmith import errors
from backsmith.blueprint.blueprint import Entity, Field, leads_to_one
from backsmith.databases.database import Row
from backsmith.engine.planning.plan import Embed, Output, Read
from backsmith.engine.sealed.seals import Seals
from backsmith.errors import RequestError, UsageError
from backsmith.secrets import KeyUnknownError

T = TypeVar("T")
_members = msgspec.json.Decoder(dict[str, msgspec.Raw])
_items = msgspec.json.Decoder(list[msgspec.Raw])
_text = msgspec.json.Decoder(str)


class Leaf(NamedTuple):
    """A value of an encrypted field."""

    entity: Entity
    field: Field


class Tree(NamedTuple):
    """An object, some of whose members are, or hold, encrypted values; it may be null."""

    members: tuple[tuple[str, bytes, Node | None], ...]
    """All of them in order: the name, the name in JSON with its colon, and what is to be opened."""


class Each(NamedTuple):
    """An array, whose items are all alike."""

    item: Node


Node = Leaf | Tree | Each


def tree_of(read: Read) -> Tree | None:
    """What is to be opened of each row of a read; None: nothing.

    Raises RequestError BAD_QUERY where two members of a row have one name, so that they can't be told apart.
    """
    members = _shown(read)
    if all(node is None for _, node in members):
        return None
    names = [name for name, _ in members]
    twin = next((name for name in names if names.count(name) > 1), None)
    if twin is not None:
        raise RequestError(
            errors.BAD_QUERY,
            f"Two members of {read.entity.collection} would be named '{twin}', beside a field that is encrypted",
            hint=f"Name one of them: other_name:{twin}",
        )
    return Tree(tuple((name, msgspec.json.encode(name) + b":", node) for name, node in members))


def _shown(read: Read) -> list[tuple[str, Node | None]]:
    """The members of each row, in the order of `spelling.statement.member_keys`."""
    found: list[tuple[str, Node | None]] = []
    for output in read.outputs:
        if isinstance(output, Output):
            field = output.value.field
            found.append((output.key.text, Leaf(read.entity, field) if field is not None and field.secret else None))
        elif output.spread:
            many = not leads_to_one(output.relation)
            found += [(name, Each(node) if many and node else node) for name, node in _shown(output.read)]
        elif not output.silent:
            found.append((output.key.text, _embedded(output)))
    return found


def _embedded(embed: Embed) -> Node | None:
    tree = tree_of(embed.read)
    return tree if tree is None or leads_to_one(embed.relation) else Each(tree)


class Opening:
    """Opens what was read."""

    def __init__(self, seals: Seals | None) -> None:
        """`seals` is None where the application has no encrypted fields."""
        self._seals = seals

    async def texts(self, tree: Tree | None, rows: Sequence[str]) -> list[str]:
        """The JSON of rows, opened. Raises RequestError INTERNAL where a value isn't what was sealed."""
        if tree is None:
            return list(rows)
        seals = self.seals
        return await self.patiently(lambda: [_opened(tree, row.encode(), seals).decode() for row in rows])

    async def rows(self, tree: Tree | None, rows: Sequence[Row]) -> Sequence[Row]:
        """Rows whose first value is JSON, that one opened. Raises as `texts`."""
        if tree is None:
            return rows
        texts = await self.texts(tree, [row[0] for row in rows])
        return [(text, *(row[number] for number in range(1, len(row)))) for text, row in zip(texts, rows, strict=True)]

    async def read(self, read: Read, rows: Sequence[Row]) -> Sequence[Row]:
        """The same for what a plan reads."""
        return rows if self._seals is None else await self.rows(tree_of(read), rows)

    async def patiently(self, work: Callable[[], T]) -> T:
        """What `work` gives; where a key isn't known, after the keys were read again."""
        try:
            return work()
        except KeyUnknownError:
            await self.seals.renew()
        try:
            return work()
        except KeyUnknownError as error:
            raise RequestError(errors.INTERNAL, "A value in the database can't be opened") from error

    def value(self, entity: Entity, field: Field, envelope: bytes) -> Any:
        """The Python value in an envelope. Raises KeyUnknownError (see `patiently`), RequestError INTERNAL."""
        return self.seals.value(entity, field, envelope)

    @property
    def seals(self) -> Seals:
        """What opens."""
        if self._seals is None:
            raise UsageError("Encrypted fields can't be read: their keys weren't.")
        return self._seals


def _opened(node: Node, raw: bytes, seals: Seals) -> bytes:
    if raw == b"null":
        return raw
    match node:
        case Leaf(entity, field):
            return seals.open(entity, field, bytes.fromhex(_text.decode(raw)[2:]))
        case Tree(members):
            values = _members.decode(raw)
            parts = [
                label + (bytes(values[name]) if inner is None else _opened(inner, bytes(values[name]), seals))
                for name, label, inner in members
            ]
            return b"{" + b",".join(parts) + b"}"
        case Each(item):
            return b"[" + b",".join(_opened(item, bytes(each), seals) for each in _items.decode(raw)) + b"]"
