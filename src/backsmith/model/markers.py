"""What `Annotated` can say about a field besides its type, and what the class keywords of an entity hold.

`annotated_types` has the bounds and lengths (Ge, Gt, Le, Lt, MultipleOf, MinLen, MaxLen, Len, Interval); the rest is
here. A marker without parameters may stand as the class itself: `Annotated[str, Unique]`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, TypeVar


@dataclass(frozen=True, slots=True, init=False)
class Unique:
    """No two rows have the same value. In `unique=[…]` of a class, with the names of several fields.

    `name` is the constraint's name in the database, where it has to be a certain one.
    """

    fields: tuple[str, ...]
    name: str | None

    def __init__(self, *fields: str, name: str | None = None) -> None:
        object.__setattr__(self, "fields", fields)
        object.__setattr__(self, "name", name)


@dataclass(frozen=True, slots=True)
class Indexed:
    """The database keeps an index of the field."""

    name: str | None = None


@dataclass(frozen=True, slots=True)
class Hidden:
    """The field never leaves by the API: not selected, filtered, sorted, grouped or counted."""


@dataclass(frozen=True, slots=True)
class Personal:
    """The field tells something of a person: they get it with their data, and it goes when they are erased.

    `of` are the relations that lead from the row to that person's account, `"customer.account"`; it may be left out
    where there is one way only. `erased` is what takes its place; left out, that is nothing where the field may be
    empty, its default, or for a text the word "erased".
    """

    of: str | None = None
    erased: Any = None


@dataclass(frozen=True, slots=True)
class Secret:
    """The value is encrypted in the database. Those who may read the field see it as ever; it can't be filtered,
    sorted, grouped or searched by, nor be unique, a key or part of a rule."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The database hands out the number. An `id: int` that is the key has this anyway."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """The key is given by whoever makes the row, though an `id` of its type is otherwise made for them."""


@dataclass(frozen=True, slots=True)
class Digits:
    """A decimal of at most `total` digits, `places` of them after the point, written with all its places.

    18 digits fit every database, more only PostgreSQL; `total` None is a decimal of any size there.
    """

    total: int | None
    places: int = 0


@dataclass(frozen=True, slots=True)
class Pattern:
    """The text matches the regular expression somewhere; write `^…$` for all of it."""

    regex: str


@dataclass(frozen=True, slots=True)
class Bits:
    """The size of an integer. Written as `Int16` or `Int32`."""

    bits: Literal[16, 32, 64]


@dataclass(frozen=True, slots=True)
class Format:
    """What a text is. Written as `Email`, `Url` or `Slug`."""

    format: Literal["email", "url", "slug"]


@dataclass(frozen=True, slots=True)
class AnyJson:
    """The value is any JSON. Written as `Json`."""


@dataclass(frozen=True, slots=True)
class MaxSize:
    """A file has at most that many bytes: `MaxSize(500_000)`, or `MaxSize("5 MB")`, where MB are 1,000,000 bytes and
    MiB 1,048,576."""

    size: int | str


@dataclass(frozen=True, slots=True, init=False)
class Accept:
    """A file has one of these media types, found in its content: `Accept("image/png", "application/pdf")`, or
    `Accept("image/*")`."""

    types: tuple[str, ...]

    def __init__(self, *types: str) -> None:
        object.__setattr__(self, "types", types)


@dataclass(frozen=True, slots=True, init=False)
class Column:
    """How the database calls the field, what type it has there, and its default as SQL, where they exist already.

    A relation to an entity whose key has several fields has as many columns, in the order of that key.
    """

    names: tuple[str, ...]
    type: str | None
    default: str | None

    def __init__(self, *names: str, type: str | None = None, default: str | None = None) -> None:
        object.__setattr__(self, "names", names)
        object.__setattr__(self, "type", type)
        object.__setattr__(self, "default", default)


@dataclass(frozen=True, slots=True, init=False)
class References:
    """The fields of the other entity that a relation points at, where they are not its key."""

    fields: tuple[str, ...]

    def __init__(self, *fields: str) -> None:
        object.__setattr__(self, "fields", fields)


@dataclass(frozen=True, slots=True)
class OnDelete:
    """What deleting the row that a relation points at does to the rows that point at it."""

    action: Literal["restrict", "cascade", "set_null", "no_action"]


@dataclass(frozen=True, slots=True)
class Via:
    """The relation of the other entity that this one is the other end of."""

    relation: str


@dataclass(frozen=True, slots=True)
class Through:
    """The join table of two lists that face each other: its columns to this entity's key and to the other's.

    `on_delete` is what deleting a row of either side does to the rows of the join table.
    """

    table: str
    columns: tuple[str, ...] = ()
    target_columns: tuple[str, ...] = ()
    schema: str | None = None
    on_delete: Literal["restrict", "cascade", "no_action"] = "cascade"


@dataclass(frozen=True, slots=True, init=False)
class RenamedFrom:
    """The name that the field or relation had before: its values are kept.

    `"customer.phone"` is the field of another entity, to which a relation leads; its values move. `values` are the
    names that values of an enum had: `RenamedFrom(values={"shipped": "sent"})`.
    """

    name: str | None
    values: tuple[tuple[str, str], ...]

    def __init__(self, name: str | None = None, *, values: Mapping[str, str] | None = None) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "values", tuple((values or {}).items()))


DEPRECATED = "__backsmith_deprecated__"
_Marked = TypeVar("_Marked", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Deprecated:
    """Clients are to use something else, `use` says what; it is answered until it is taken out of the model.

    It marks a field, `Annotated[str, Deprecated("Use last_name.", sunset=date(2027, 1, 1))]`, and stands above an
    action, query or route as a decorator. `sunset` is the day on which it goes, `since` the one since when there is
    something newer. Documents say it, and replies to who uses it have the headers Deprecation and Sunset.
    """

    use: str
    sunset: date | None = None
    since: date | None = None

    def __call__(self, function: _Marked) -> _Marked:
        """Mark an action, query or route."""
        setattr(function, DEPRECATED, self)
        return function


@dataclass(frozen=True, slots=True)
class Backfill:
    """What rows that are there get for a new field. New rows don't: for them there are defaults."""

    value: Any


@dataclass(frozen=True, slots=True, init=False)
class Index:
    """An index on several fields, in `indexes=[…]` of a class; a leading "-" means descending."""

    fields: tuple[str, ...]
    name: str | None

    def __init__(self, *fields: str, name: str | None = None) -> None:
        object.__setattr__(self, "fields", fields)
        object.__setattr__(self, "name", name)


@dataclass(frozen=True, slots=True)
class SqlCheck:
    """A CHECK of a database that exists already, kept as the SQL it is; in `sql_checks=[…]` of a class."""

    name: str | None
    sql: str
