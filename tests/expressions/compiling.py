"""Compiling one expression of the shop, as the tests write it: `tree("self.status == 'draft'")`."""

from __future__ import annotations

import builtins
import linecache
from itertools import count
from types import FunctionType
from typing import Any

from backsmith.blueprint import compile  # noqa: A004 - the vocabulary's word for it
from backsmith.blueprint.expressions import Node
from backsmith.blueprint.functions import Context, ExpressionErrors, compile_function
from backsmith.blueprint.types import Type
from backsmith.databases.expressions import Speller
from backsmith.databases.postgres.dialect import PostgresDialect
from backsmith.databases.sqlite.dialect import SqliteDialect
from tests.expressions import shop

BLUEPRINT, _ = compile(shop)
ENTITIES = {entity.name: entity for entity in BLUEPRINT.entities}
CONTEXT = Context(ENTITIES, BLUEPRINT.account)
PRELUDE = """\
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from uuid import UUID
import math
from backsmith import Account, now, today
from tests.expressions.shop import Line, Order, User
LIMIT = 10
OPEN = ("draft", "placed")
class Status(str, Enum):
    DRAFT = "draft"
def helper(row): return True
"""
_numbers = count()


def function(text: str, parameters: str = "self, user: User") -> FunctionType:
    """A function of that expression, or of those statements, defined in a file of its own."""
    body = text if "return" in text else f"return {text}"
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return defined(f"def function({parameters}):\n{lines}\n")


def defined(text: str, prelude: str = PRELUDE) -> FunctionType:
    """The last function that the source defines."""
    name = f"<expression {next(_numbers)}>"
    source = prelude + text
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    module: dict[str, Any] = {"__name__": "expression"}
    exec(builtins.compile(source, name, "exec"), module)
    return module["function"]


def tree(text: str, entity: str | None = "Order", parameters: str = "self, user: User", **options: Any) -> Node:
    return compile_function(
        function(text, parameters), entity=entity, context=CONTEXT, returns=options.pop("returns", None), **options
    )[0]


def value_tree(text: str, returns: Type, entity: str = "Order", *, nullable: bool = True) -> Node:
    return tree(text, entity, returns=returns, nullable=nullable)


def mistakes(
    text: str, entity: str | None = "Order", parameters: str = "self, user: User", **options: Any
) -> list[str]:
    """The mistakes in an expression: what is underlined, what is wrong, what to write instead."""
    try:
        tree(text, entity, parameters, **options)
    except ExpressionErrors as errors:
        return [
            f"{each.source[each.column - 1 : each.end_column - 1]}: {each.message}"
            + (f" {each.hint}" if each.hint else "")
            for each in errors.problems
        ]
    return []


def sqlite() -> Speller:
    return SqliteDialect().speller(ENTITIES)


def postgres() -> Speller:
    return PostgresDialect().speller(ENTITIES)
