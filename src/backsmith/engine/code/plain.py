"""What the application's functions return, as JSON has it, in the canonical forms (docs/architecture.md, "Values")."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

import msgspec

from backsmith.databases.values import datetime_text, duration_text, microseconds, time_text
from backsmith.model.entity import Entity as Model

SYSTEM = "_system"
"""Marks a row that was read without rules."""
LOADED = "_loaded"
"""Names of the relations and computed fields that a row was loaded with."""

EMPTY = "_empty"
"""Names of the to-one relations of a row that lead nowhere: as rows, they aren't shown, but their keys are."""

Hidden = Mapping[str, frozenset[str]]
NOTHING: Hidden = {}

encode = msgspec.json.Encoder(decimal_format="number").encode


def plain(value: Any, hidden: Hidden = NOTHING) -> Any:
    """`value` as what JSON has; of rows without what is `hidden`, by the names of their entities.

    Raises TypeError for what JSON hasn't.
    """
    match value:
        case None | bool() | int() | float() | str() | Decimal() | msgspec.Raw():
            return value
        case datetime():
            return datetime_text(value)
        case date() | UUID():
            return str(value)
        case time():
            return time_text(value)
        case timedelta():
            return duration_text(microseconds(value))
        case bytes():
            return f"\\x{value.hex()}"
        case Model():
            return _row(value, hidden)
        case msgspec.Struct():
            names = zip(value.__struct_fields__, value.__struct_encode_fields__, strict=True)
            members = ((key, getattr(value, name)) for name, key in names)
            return {key: plain(member, hidden) for key, member in members if member is not msgspec.UNSET}
        case Mapping():
            return {str(name): plain(item, hidden) for name, item in cast("Mapping[Any, Any]", value).items()}
        case list() | tuple() | set() | frozenset():
            return [plain(item, hidden) for item in cast("Iterable[Any]", value)]
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {field.name: plain(getattr(value, field.name), hidden) for field in fields(value)}
        case _:
            raise TypeError(
                f"A {type(value).__name__} can't be sent as JSON. Return rows, dataclasses or plain values."
            )


def _row(row: Model, hidden: Hidden) -> dict[str, Any]:
    """The members of a row. Of a to-one relation the foreign key is there; the row only where it was loaded."""
    own = row.__dict__
    left_out, loaded, empty = hidden.get(type(row).__name__, ()), own.get(LOADED, ()), own.get(EMPTY, ())
    return {
        name: plain(item, hidden)
        for name, item in own.items()
        if name[0] != "_"
        and name not in left_out
        and (name in loaded or not (isinstance(item, Model) or name in empty))
    }
