"""Names of shapes and operations: made of the model's names alone, so that they stay as long as those do."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

import inflection

from backsmith.blueprint.naming import singular, snake

_VOWELS = frozenset("aeio")
"""What `an` stands before; words with u begin as often with a consonant's sound."""
_SUFFIXES = {"create": "Create", "update": "Update"}


_one = lru_cache(4096)(singular)


def shape_name(entity: str, purpose: str) -> str:
    """`Order`, `OrderCreate`, `OrderUpdate`."""
    return entity + _SUFFIXES.get(purpose, "")


def operation_id(verb: str, collection: str, *, one: bool) -> str:
    """`list_orders`, `get_order`, `place_order`: snake case, which every language can make its own of."""
    return f"{verb}_{_one(collection) if one else collection}"


@lru_cache(4096)
def words(name: str) -> str:
    """`order_lines` -> `order lines`, for sentences."""
    return snake(name).replace("_", " ")


@lru_cache(4096)
def with_article(name: str) -> str:
    """`Order` -> `an order`."""
    noun = words(name)
    return f"{'an' if noun[:1] in _VOWELS else 'a'} {noun}"


def type_name(name: str) -> str:
    """`best_sellers` -> `BestSellers`."""
    return inflection.camelize(name.replace("-", "_").strip("_"))


def distinct(wanted: str, there: Collection[str]) -> str:
    """The name, with a number where it is there already."""
    if wanted not in there:
        return wanted
    return next(name for number in range(2, len(there) + 3) if (name := f"{wanted}{number}") not in there)
