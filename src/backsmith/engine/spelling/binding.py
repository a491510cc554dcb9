"""From a request to a statement's parameters: one function a parameter, made with the plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, assert_never

from backsmith.blueprint.asker import Asker
from backsmith.blueprint.types import DateTime, List, Text
from backsmith.databases.dialect import Dialect
from backsmith.databases.parameters import Brought, Constant, Parameter, RequestTime, Slot, UserKey, UserRoles


class Inputs(NamedTuple):
    """What a request brings to a plan of its shape."""

    values: tuple[str, ...]
    """Texts of filters, limits and keys, in the order of their slots."""
    asker: Asker
    now: datetime | None = None
    """The instant of the request; None: now."""
    row: Mapping[str, Any] = {}
    """Values that are written, by the names of fields."""
    rows: Sequence[Mapping[str, Any]] = ()
    """The same of all rows of a statement that brings many."""


Binder = Callable[[Inputs], Any]
"""Takes a request's inputs to what the driver binds. Raises RequestError BAD_VALUE or OUT_OF_RANGE."""


class Statement(NamedTuple):
    """SQL and how to bind its parameters."""

    sql: str
    binders: tuple[Binder, ...]

    def parameters(self, inputs: Inputs) -> list[Any]:
        """What the driver binds, in order."""
        return [bind(inputs) for bind in self.binders]


def binder(parameter: Parameter, dialect: Dialect, encoders: Mapping[int, Callable[[str], Any]]) -> Binder:
    """The function that binds `parameter`; `encoders` take the text of a slot to its driver value."""
    match parameter:
        case Constant(value, type):
            encoded = None if value is None else dialect.encoder(type)(value)
            return lambda inputs: encoded
        case Slot(number, _):
            encode_slot = encoders[number]
            return lambda inputs: encode_slot(inputs.values[number])
        case UserKey(type):
            encode_key = dialect.encoder(type)
            return lambda inputs: None if inputs.asker.id is None else encode_key(inputs.asker.id)
        case UserRoles():
            encode_roles = dialect.encoder(List(Text()))
            return lambda inputs: encode_roles(sorted(inputs.asker.roles))
        case RequestTime(offset):
            encode_time, delta = dialect.encoder(DateTime()), timedelta(microseconds=offset)
            return lambda inputs: encode_time((inputs.now or datetime.now(UTC)) + delta)
        case Brought(take=take):
            return take
        case _:
            assert_never(parameter)
