"""The expression tree: the one meaning of rules, checks, computed fields and queries.

Compiled from Python source (`blueprint.compile`), spelled as SQL (`databases.expressions`), as English
(`blueprint.english`). It is typed and its names are resolved: nothing downstream guesses.

Null: the compiler admits a nullable operand only to `IsNull`, `Compare` eq/ne, `In` and the branches of
`If`; everywhere else the source must have ruled None out first (`x is not None and x > 3`), as pyright
demands too. So no operand of any other node is ever null when its value matters.
"""

from __future__ import annotations

from typing import Literal as OneOf

from msgspec import Struct

from backsmith.blueprint.types import Type


class Literal(Struct, frozen=True, tag_field="node", tag="literal"):
    """A constant. Decimals, dates, times, durations (ISO 8601) and UUIDs are kept as text; `None` has no type."""

    value: str | int | float | bool | None
    type: Type | None


class Now(Struct, frozen=True, tag_field="node", tag="now"):
    """The instant of the request, one and the same in the whole request."""


# Rows: things with fields.
class This(Struct, frozen=True, tag_field="node", tag="this"):
    """The row the function is about: its first parameter, `self`."""

    entity: str


class Variable(Struct, frozen=True, tag_field="node", tag="variable"):
    """A row of the generator that binds `name`; `name` is unique within one tree."""

    name: str
    entity: str


AFTER = "after"
"""The name of the one `Variable` that no generator binds: in a rule that compares them, the row as an update leaves it,
where `This` is the row as it was."""


class Follow(Struct, frozen=True, tag_field="node", tag="follow"):
    """The row at the other end of a to-one relation."""

    of: Row
    relation: str
    entity: str


class CurrentUser(Struct, frozen=True, tag_field="node", tag="user"):
    """The account that asks; no row (null) for anonymous requests. Its key comes with the request."""

    entity: str


Row = This | Variable | Follow | CurrentUser


# Values
class FieldOf(Struct, frozen=True, tag_field="node", tag="field"):
    """A field of a row. Of a computed field the compiler leaves this node; the speller inlines its tree."""

    of: Row
    field: str
    type: Type
    nullable: bool


class Compare(Struct, frozen=True, tag_field="node", tag="compare"):
    """Comparison. eq and ne also compare rows (by key) and nulls (null equals null, as None == None)."""

    operator: OneOf["eq", "ne", "lt", "le", "gt", "ge"]
    left: Node
    right: Node


class IsNull(Struct, frozen=True, tag_field="node", tag="is_null"):
    """`of is None`; `of` may be a row."""

    of: Node


class In(Struct, frozen=True, tag_field="node", tag="in"):
    """`item in (a, b, c)`, as `item == a or item == b or item == c`."""

    item: Node
    options: tuple[Node, ...]


class InList(Struct, frozen=True, tag_field="node", tag="in_list"):
    """`item in self.tags`: membership of a field of type List. Neither is null."""

    item: Node
    list: Node


class HasRole(Struct, frozen=True, tag_field="node", tag="has_role"):
    """`role in user.roles`; false for anonymous requests. `role` is a text that is not null."""

    role: Node


class And(Struct, frozen=True, tag_field="node", tag="and"):
    """All of the items hold."""

    items: tuple[Node, ...]


class Or(Struct, frozen=True, tag_field="node", tag="or"):
    """At least one of the items holds."""

    items: tuple[Node, ...]


class Not(Struct, frozen=True, tag_field="node", tag="not"):
    """The condition doesn't hold."""

    of: Node


class Arithmetic(Struct, frozen=True, tag_field="node", tag="arithmetic"):
    """Arithmetic with Python's meaning: `divide` gives a float, `floor_divide` and `modulo` round to -infinity."""

    operator: OneOf["add", "subtract", "multiply", "divide", "floor_divide", "modulo"]
    left: Node
    right: Node
    type: Type


class Call(Struct, frozen=True, tag_field="node", tag="call"):
    """A function or method of the subset; `contains(text, part)` is `part in text`, `length` counts code points,
    `concat` joins texts, `minimum`/`maximum` are min(a, b, …)/max(a, b, …) of scalars."""

    function: OneOf[
        "lower", "upper", "strip", "startswith", "endswith", "contains", "length", "concat",
        "negate", "absolute", "minimum", "maximum",
    ]  # fmt: skip
    arguments: tuple[Node, ...]
    type: Type


class If(Struct, frozen=True, tag_field="node", tag="if"):
    """`then if condition else otherwise`."""

    condition: Node
    then: Node
    otherwise: Node
    type: Type | None
    nullable: bool


class Aggregate(Struct, frozen=True, tag_field="node", tag="aggregate"):
    """`function(value for variable in of.relation if where)`.

    any and all take their condition as `value`; count (`len(self.lines)`) has none; sum of nothing is 0;
    min and max of nothing are `default` (a Literal None makes the node nullable).
    """

    function: OneOf["count", "any", "all", "sum", "min", "max"]
    of: Row
    relation: str
    variable: Variable
    where: Node | None
    value: Node | None
    default: Node | None
    type: Type
    nullable: bool = False


Node = (
    Literal | Now | This | Variable | Follow | CurrentUser | FieldOf | Compare | IsNull | In | InList | HasRole
    | And | Or | Not | Arithmetic | Call | If | Aggregate
)  # fmt: skip

TRUE = Literal(True, None)
FALSE = Literal(False, None)
