"""Names: those made from other names, those that are taken, and the nearest one to a name that isn't known.

Rules for what is made: a collection and its table are the plural of the entity's name in snake case (`OrderLine` ->
`order_lines`). The field of a foreign key is the relation's name and the name of the key's field it points at
(`customer` + `id` -> `customer_id`), where a key's name that repeats its entity's isn't repeated again (`album` +
`album_id` -> `album_id`). A join table is named by both tables in the order of the alphabet
(`categories_products`), that of an entity with itself by its table and its first list (`people_follows`).
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable

import inflection

LONGEST = 63
"""Bytes in a name of PostgreSQL's; longer ones are cut off by it without a word."""

PARAMETERS = frozenset(
    {"select", "order", "limit", "offset", "and", "or", "not", "columns", "on_conflict", "after"},
)
"""Query parameters of the API: no field can have such a name, for it could not be filtered on."""

RESERVED_COLLECTIONS = frozenset({"rpc", "batch", "file"})
"""Path segments with a meaning of their own below `/api`."""

OWN_PREFIX = "backsmith_"
"""Tables that begin so are Backsmith's own."""

VERBS = ("read", "create", "update", "delete")


def snake(name: str) -> str:
    """`OrderLine` -> `order_line`."""
    return inflection.underscore(name)


def collection_name(entity: str) -> str:
    """`OrderLine` -> `order_lines`."""
    return inflection.pluralize(inflection.underscore(entity))


def singular(name: str) -> str:
    """`followers` -> `follower`."""
    return inflection.singularize(name)


def foreign_key_field(relation: str, entity: str, key_field: str) -> str:
    """The field of `relation` to `entity` that holds its `key_field`."""
    for prefix in (f"{relation}_", f"{snake(entity)}_"):
        if key_field.startswith(prefix) and len(key_field) > len(prefix):
            key_field = key_field.removeprefix(prefix)
            break
    return f"{relation}_{key_field}"


def join_table(table: str, other: str, relation: str) -> str:
    """The join table of two tables, or of one with itself for its list `relation`."""
    return f"{table}_{relation}" if table == other else "_".join(sorted((table, other)))


def free_name(wanted: Iterable[str], taken: Collection[str]) -> str:
    """The first of the names that isn't taken; at last the last one with a number."""
    name = ""
    for name in wanted:
        if name not in taken:
            return name
    number = 2
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like `name`, if any is like it."""
    by_lower = {each.lower(): each for each in known}
    close = difflib.get_close_matches(name.lower(), by_lower, 1, 0.6)
    return by_lower[close[0]] if close else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """` Did you mean 'x'?`, or nothing."""
    close = nearest(name, known)
    return f" Did you mean '{close}'?" if close else ""


def too_long(name: str) -> bool:
    """Whether PostgreSQL would cut the name off."""
    return len(name.encode()) > LONGEST


def listed(names: Iterable[str], word: str = "or") -> str:
    """`'a', 'b' or 'c'`."""
    quoted = [f"'{name}'" for name in names]
    return f" {word} ".join((", ".join(quoted[:-1]), quoted[-1])) if len(quoted) > 1 else "".join(quoted)
