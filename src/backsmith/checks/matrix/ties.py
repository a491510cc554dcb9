"""Ties: the parts of rules that connect a row with whoever asks. In: an entity. Out: its ties, by what they are called.

`self.customer.account == user` is a tie, and so is `any(m.account == user for m in self.team.members)`; what speaks of
the row alone or of the asker alone is none. Between somebody and a row each tie holds or doesn't, so that assuming one
or the other leaves a condition on the row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct

from backsmith.blueprint.blueprint import Entity
from backsmith.blueprint.english import english
from backsmith.blueprint.expressions import (
    FALSE,
    TRUE,
    Aggregate,
    And,
    Call,
    Compare,
    CurrentUser,
    FieldOf,
    Follow,
    If,
    In,
    InList,
    IsNull,
    Literal,
    Node,
    Not,
    Or,
    This,
    Variable,
)
from backsmith.blueprint.simplify import simplify
from backsmith.blueprint.trees import changed, parts, shape, walk
from backsmith.evolution.access_changes.proofs import conjuncts

LEAF = Compare | Aggregate | InList | Call | IsNull


class Tie(Struct, frozen=True):
    """A condition that connects a row with the asker."""

    name: str
    """`owner (customer.account)`."""
    stranger: str
    """What somebody is called for whom it doesn't hold: `other owner`."""
    condition: Node
    also: tuple[Node, ...] = ()
    """Ties that hold wherever it does: an admin of a team is a member."""


def ties_of(entity: Entity, written: Callable[[Node], Node]) -> tuple[Tie, ...]:
    """The ties of an entity's rules, in their order. `written` writes out what a condition is made of."""
    found = list(
        dict.fromkeys(leaf for rule in entity.rules for leaf in leaves(written(rule.condition)) if is_tie(leaf))
    )
    named = [_names(leaf) for leaf in found]
    ties: list[Tie] = []
    for leaf, (name, stranger) in zip(found, named, strict=True):
        twice = sum(name == each for each, _ in named) > 1
        also = tuple(other for other in found if other != leaf and _within(leaf, other))
        ties.append(Tie(f"{name} where {english(leaf)}" if twice else name, stranger, leaf, also))
    return tuple(ties)


def _within(leaf: Node, other: Node) -> bool:
    """Whether one asks of some of the rows of a list what the other asks, and more."""
    match leaf, other:
        case Aggregate(function="any"), Aggregate(function="any") if leaf.value is not None and other.value is not None:
            same = (leaf.of, leaf.relation, leaf.where) == (other.of, other.relation, other.where)
            return same and set(conjuncts(other.value)) < set(conjuncts(leaf.value))
        case _:
            return False


def assumed(condition: Node, ties: Mapping[Node, bool], *, anonymous: bool, roles: frozenset[str]) -> Node:
    """The condition for somebody with these roles, between whom and the row each of `ties` holds or not."""

    def fill(node: Node) -> Node:
        known = ties.get(shape(node)) if isinstance(node, LEAF) else None
        return changed(node, fill) if known is None else TRUE if known else FALSE

    def there(node: Node) -> Node:
        """The row itself is never missing."""
        return FALSE if isinstance(node, IsNull) and isinstance(node.of, This | Variable) else changed(node, there)

    plain = condition if anonymous else fill(plainly(condition))
    decided = simplify(plain, anonymous=anonymous, roles=roles)
    return shape(simplify(there(decided), anonymous=anonymous, roles=roles))


def leaves(condition: Node) -> Iterator[Node]:
    """The single conditions that a condition is put together from."""
    yield from _leaves(plainly(condition))


def _leaves(node: Node) -> Iterator[Node]:
    match node:
        case And() | Or() | Not() | If():
            for part in parts(node):
                yield from _leaves(part)
        case Literal():
            return
        case _:
            yield shape(node)


def plainly(condition: Node) -> Node:
    """The condition with `x != user` as `not x == user`, and `user in (a, b)` as `user == a or user == b`, so that a
    tie has one form."""

    def plain(node: Node) -> Node:
        node = changed(node, plain)
        match node:
            case Compare("ne", left, right) if is_tie(node):
                return Not(plain(Compare("eq", left, right)))
            case Compare("eq", CurrentUser() as left, right):
                return Compare("eq", right, left)
            case In(item, options) if is_tie(node):
                return Or(tuple(plain(Compare("eq", item, option)) for option in options))
            case _:
                return node

    return shape(plain(condition))


def is_tie(node: Node) -> bool:
    """Whether it speaks of the asker and of a row."""
    bound = {part.variable for part in walk(node) if isinstance(part, Aggregate)}
    asker = any(isinstance(part, CurrentUser) for part in walk(node))
    return asker and any(
        isinstance(part, This) or (isinstance(part, Variable) and part not in bound) for part in walk(node)
    )


def _names(leaf: Node) -> tuple[str, str]:
    """What the tie and who hasn't got it are called."""
    match leaf:
        case Compare("eq", This(), CurrentUser()):
            return "the account itself", "other account"
        case Compare("eq", Follow() as row, CurrentUser()):
            return f"owner ({path(row)})", "other owner"
        case Aggregate("any", of=of, relation=relation, value=value) if value is not None:
            asked = [part for part in conjuncts(value) if not isinstance(part, Compare) or not is_you(part)]
            place = ".".join(name for name in (path(of), relation) if name)
            who = f"member ({place})" if not asked else f"member ({place}, {' and '.join(map(_asked, asked))})"
            return who, "other tenant"
        case _:
            return f"whoever sees that {english(leaf)}", "stranger"


def _asked(part: Node) -> str:
    return re.sub(r"^that [^ ]+'s ", "", english(part))


def is_you(node: Compare) -> bool:
    """Whether it compares with the asker."""
    return isinstance(node.left, CurrentUser) or isinstance(node.right, CurrentUser)


def path(row: Node) -> str:
    """A way along relations, as the model writes it without its beginning."""
    match row:
        case Follow(This(), relation, _) | FieldOf(This(), relation):
            return relation
        case Follow(of, relation, _) | FieldOf(of, relation):
            return f"{path(of)}.{relation}"
        case Variable(name):
            return name
        case CurrentUser():
            return "you"
        case _:
            return ""
