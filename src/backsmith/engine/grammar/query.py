"""What a request asks for, as frozen data: the nouns of PostgREST's query grammar.

Made by `grammar.parse` from a shape. Values stand apart: wherever a value belongs there is its index in the tuple that
`grammar.shape_of` gives beside the shape, so one Query serves every request of the same shape. Names are texts as
written; what they name is decided by the planner.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Operator = Literal[
    "eq", "neq", "gt", "gte", "lt", "lte", "like", "ilike", "match", "imatch", "in", "isdistinct",
    "fts", "plfts", "phfts", "wfts", "cs", "cd", "ov", "sl", "sr", "nxl", "nxr", "adj",
]  # fmt: skip
Quantifier = Literal["any", "all"]
Truth = Literal["null", "not_null", "true", "false", "unknown"]
Aggregate = Literal["count", "sum", "avg", "min", "max"]
Join = Literal["inner", "left"]

EmbedPath = tuple[str, ...]
"""Names of embeds (alias or relation) from the root down; empty for the root."""


class JsonStep(Struct, frozen=True):
    """One step into a JSON value: a member's key or an element's index; `->>` gives text, `->` JSON."""

    key: str | int
    as_text: bool


JsonPath = tuple[JsonStep, ...]


class FieldRef(Struct, frozen=True):
    """A field, or what lies inside it: `data->a->>b`. A lone name may also be an embed (`lines=is.null`)."""

    name: str
    path: JsonPath = ()


class SelectAll(Struct, frozen=True):
    """`*`: every field one may read."""


class SelectField(Struct, frozen=True, kw_only=True):
    """`alias:field::cast.aggregate()::aggregate_cast`; without a field it is `count()` of rows."""

    field: FieldRef | None
    alias: str | None = None
    cast: str | None = None
    aggregate: Aggregate | None = None
    aggregate_cast: str | None = None


class SelectEmbed(Struct, frozen=True, kw_only=True):
    """`alias:relation!hint!inner(items)`, or spread into its parent: `...relation(items)`."""

    relation: str
    items: tuple[SelectItem, ...]
    alias: str | None = None
    hint: str | None = None
    join: Join | None = None
    spread: bool = False


SelectItem = SelectAll | SelectField | SelectEmbed


class Filter(Struct, frozen=True, kw_only=True):
    """`field=not.operator(quantifier).value`; `language` is the configuration of a text search: `fts(english)`."""

    field: FieldRef
    operator: Operator
    value: int
    negated: bool = False
    quantifier: Quantifier | None = None
    language: str | None = None


class Is(Struct, frozen=True, kw_only=True):
    """`field=is.null` and the other truths. They are part of the shape, because each makes another statement."""

    field: FieldRef
    truth: Truth
    negated: bool = False


class Logic(Struct, frozen=True, kw_only=True):
    """`and=(…)`, `or=(…)` and the same inside one another."""

    operator: Literal["and", "or"]
    items: tuple[Condition, ...]
    negated: bool = False


Condition = Filter | Is | Logic


class Where(Struct, frozen=True):
    """A condition on the rows at a path; those of one path all have to hold."""

    path: EmbedPath
    condition: Condition


class OrderTerm(Struct, frozen=True, kw_only=True):
    """`field.desc.nullslast`, or by a field of a to-one embed: `relation(field)`. `nulls` None is PostgreSQL's
    default: last when ascending, first when descending."""

    field: FieldRef
    relation: str | None = None
    descending: bool = False
    nulls: Literal["first", "last"] | None = None


class Order(Struct, frozen=True):
    """The order of the rows at a path."""

    path: EmbedPath
    terms: tuple[OrderTerm, ...]


class Window(Struct, frozen=True):
    """limit and offset at a path, as indexes of their values."""

    path: EmbedPath
    limit: int | None = None
    offset: int | None = None


class Argument(Struct, frozen=True):
    """A parameter of a function call, `name=value`: one that is neither reserved nor has an operator."""

    name: str
    value: int


class Query(Struct, frozen=True, kw_only=True):
    """A whole query string. One window and one order a path; `after` is the index of the keyset cursor."""

    select: tuple[SelectItem, ...] = (SelectAll(),)
    where: tuple[Where, ...] = ()
    order: tuple[Order, ...] = ()
    windows: tuple[Window, ...] = ()
    after: int | None = None
    columns: tuple[str, ...] | None = None
    on_conflict: tuple[str, ...] | None = None
    arguments: tuple[Argument, ...] = ()
