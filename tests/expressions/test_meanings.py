"""Three meanings held equal: random functions of the subset as Python, on SQLite and on PostgreSQL.

BACKSMITH_EXAMPLES=20000 runs so many examples.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from backsmith import errors
from backsmith.blueprint.expressions import Node
from backsmith.blueprint.functions import ExpressionErrors
from backsmith.databases import Database, open_database
from backsmith.errors import RequestError
from tests.expressions.meanings import ASKERS, World, decided, function_of, tree_of
from tests.expressions.programs import Program, programs

EXAMPLES = int(os.environ.get("BACKSMITH_EXAMPLES", "300"))
WORLDS = 2 if EXAMPLES <= 300 else 6


@pytest.fixture(scope="module")
def worlds(database_kinds: list[str], new_url: Callable[[str], str], run: Any) -> Iterator[list[World]]:
    opened: list[Database] = []
    made: list[World] = []
    for seed in range(WORLDS):
        databases = {kind: open_database(new_url(kind)) for kind in database_kinds}
        opened += databases.values()
        for database in databases.values():
            run(database.open())
        made.append(World(seed, databases, run))
    yield made
    for database in opened:
        run(database.close())


@pytest.mark.every_postgres
def test_python_sqlite_and_postgres_mean_the_same(worlds: list[World]) -> None:
    tally: Counter[str] = Counter()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        derandomize="BACKSMITH_EXAMPLES" not in os.environ,
    )
    @given(programs(), st.sampled_from(range(WORLDS)), st.sampled_from(ASKERS))
    def check(program: Program, world: int, asker: Any) -> None:
        tally[outcome(program, worlds[world], asker)] += 1

    check()
    assert tally["same"] > 0.8 * sum(tally.values()), tally


@pytest.mark.every_postgres
def test_rules_that_compare_two_rows_mean_the_same(worlds: list[World]) -> None:
    tally: Counter[str] = Counter()

    @settings(
        max_examples=max(EXAMPLES // 3, 1),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        derandomize="BACKSMITH_EXAMPLES" not in os.environ,
    )
    @given(programs(after=True), st.sampled_from(range(WORLDS)), st.sampled_from(ASKERS))
    def check(program: Program, world: int, asker: Any) -> None:
        tally[outcome(program, worlds[world], asker)] += 1

    check()
    assert tally["same"] > 0.7 * sum(tally.values()), tally


def outcome(program: Program, world: World, asker: Any) -> str:
    """`same`, or why there was nothing to compare. Fails where the meanings differ."""
    function = function_of(program)
    try:
        tree, needs_user = tree_of(function, program)
    except ExpressionErrors as refused:
        # What is drawn knows neither which texts a field can hold nor that constants are calculated at once.
        if all("none of the values" in each.message or each.code == "bad-constant" for each in refused.problems):
            return "refused"
        raise
    if needs_user and asker.id is None:
        return "nobody"
    try:
        expected = world.python(function, asker, program)
    except OverflowError:
        return "overflow"
    simplified = decided(tree, asker)
    note(str(simplified))
    if program.after:
        return outcome_of_pairs(simplified, world, asker, expected)
    jsons: list[list[str]] = []
    for kind in world.databases:
        try:
            values, json, kept, dropped = world.sql(kind, simplified, asker)
        except RequestError as error:
            if error.kind == errors.OUT_OF_RANGE:
                return "out of range"
            raise
        assert values == expected, kind
        if program.kind == "bool" and not program.nullable:
            assert kept == [number for number, value in enumerate(expected, 1) if value], kind
            assert dropped == [number for number, value in enumerate(expected, 1) if not value], kind
        jsons.append(json)
    assert all(json == jsons[0] for json in jsons)
    return "same"


def outcome_of_pairs(simplified: Node, world: World, asker: Any, expected: list[bool]) -> str:
    for kind in world.databases:
        try:
            held = [world.sql_pairs(kind, simplified, asker, negated=negated) for negated in (False, True)]
        except RequestError as error:
            if error.kind == errors.OUT_OF_RANGE:
                return "out of range"
            raise
        assert held == [expected, [not each for each in expected]], kind
    return "same"
