"""How long the OpenAPI document of a large model takes: 500 entities with 10 fields, 3 relations and 3 rules each.

    python bench/documents.py [ENTITIES]

In: a number of entities. Out: the seconds that each step takes, the best of three, and how large the document is.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import TypeVar

from backsmith.blueprint import compile as compile_model
from backsmith.blueprint import load
from backsmith.blueprint.blueprint import Blueprint
from backsmith.contract import audience_named, contract_of
from backsmith.contract.openapi import document_of, encoded

T = TypeVar("T")
ENTITIES = 500
HEAD = """\
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from annotated_types import Ge, MaxLen

from backsmith import Account, Digits, Email, Entity, Unique, Via, allow
"""
ENTITY = '''

class Thing{number}(Entity):
    """What there is of kind {number}."""

    name: Annotated[str, MaxLen(80)]
    """What it is called."""
    code: Annotated[str, MaxLen(20), Unique]
    email: Email | None
    price: Annotated[Decimal, Digits(10, 2), Ge(0)]
    stock: Annotated[int, Ge(0)] = 0
    active: bool = True
    day: date | None
    state: Literal["new", "open", "closed"] = "new"
    tags: list[str] = []
    note: Annotated[str, MaxLen(500)] | None
    owner: Account | None
    next: Thing{next}
    first: Thing{first} | None

    @allow("read")
    def active_ones(self) -> bool:
        """Everyone sees what is active."""
        return self.active

    @allow("read", "create", "update")
    def own(self, user: Account) -> bool:
        """Its owner sees and changes it."""
        return self.owner == user

    @allow("read", "create", "update", "delete")
    def staff(self, user: Account) -> bool:
        """Staff do everything."""
        return "staff" in user.roles
'''


def model(entities: int) -> str:
    """The text of a model with so many entities."""
    each = (
        ENTITY.format(number=number, next=(number + 1) % entities, first=(number * 7 + 3) % entities)
        for number in range(entities)
    )
    return "from __future__ import annotations\n\n" + HEAD + "".join(each)


def blueprint_of(entities: int) -> Blueprint:
    """The blueprint of such a model."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.py"
        path.write_text(model(entities), encoding="utf-8")
        return compile_model(load(str(path)))[0]


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """The seconds of the best of three, and what came out."""
    best, result = float("inf"), None
    for _ in range(3):
        start = perf_counter()
        result = work()
        best = min(best, perf_counter() - start)
    return best, result  # pyright: ignore[reportReturnType] - it ran


def main(entities: int) -> None:
    """Measure and print."""
    blueprint = blueprint_of(entities)
    for name in ("everybody", "anonymous", "staff"):
        contract_seconds, contract = timed(lambda name=name: contract_of(blueprint, audience_named(name, ["staff"])))
        document_seconds, document = timed(lambda contract=contract: document_of(contract))
        json_seconds, body = timed(lambda document=document: encoded(document))
        steps = {"contract": contract_seconds, "document": document_seconds, "JSON": json_seconds}
        told = ", ".join(f"{step} {seconds:.3f} s" for step, seconds in steps.items())
        size = f"{len(contract.operations)} operations, {len(body) / 1e6:.1f} MB"
        print(f"{name}: {size}; {told}, together {sum(steps.values()):.3f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ENTITIES)
