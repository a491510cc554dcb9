"""Names of shapes and operations: made of the model's names alone, so that they stay as long as those do."""

from __future__ import annotations

from collections.abc import Iterable

import inflection

from backsmith.blueprint.naming import singular, snake

_SUFFIXES = {"create": "Create", "update": "Update"}


def shape_name(entity: str, purpose: str) -> str:
    """`Order`, `OrderCreate`, `OrderUpdate`."""
    return entity + _SUFFIXES.get(purpose, "")


def operation_id(verb: str, collection: str, *, one: bool) -> str:
    """`list_orders`, `get_order`, `place_order`: snake case, which every language can make its own of."""
    return f"{verb}_{singular(collection) if one else collection}"


def words(name: str) -> str:
    """`order_lines` -> `order lines`, for sentences."""
    return snake(name).replace("_", " ")


def with_article(name: str) -> str:
    """`Order` -> `an order`."""
    noun = words(name)
    return f"{'an' if noun[:1] in 'aeio' else 'a'} {noun}"


def type_name(name: str) -> str:
    """`best_sellers` -> `BestSellers`."""
    return inflection.camelize(name.replace("-", "_"))


def distinct(wanted: str, taken: Iterable[str]) -> str:
    """The name, with a number where it is taken."""
    there = set(taken)
    if wanted not in there:
        return wanted
    return next(name for number in range(2, len(there) + 3) if (name := f"{wanted}{number}") not in there)
