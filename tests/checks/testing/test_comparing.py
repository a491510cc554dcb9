"""What a scenario expects, beside what came: what differs, in words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from backsmith.checks.testing.scenarios.comparing import differences

CASES: list[tuple[Any, Any, list[str]]] = [
    (1, 1, []),
    (Decimal("1.50"), Decimal("1.5"), []),
    (1, True, ["a is true; 1 was expected"]),
    (1, "1", ['a is "1"; 1 was expected']),
    (None, 0, ["a is 0; null was expected"]),
    ("tea", "cup", ['a is "cup"; "tea" was expected']),
    ("<any>", None, []),
    ("<number>", Decimal(1), []),
    ("<number>", False, ["a is false, which isn't <number>"]),
    ("<text>", "", ['a is "", which isn\'t <text>']),
    ("<day>", "2026-01-31", []),
    ("<time>", "2026-01-31T10:00:00.5+00:00", []),
    ("<time>", "2026-01-31", ['a is "2026-01-31", which isn\'t <time>']),
    ("<uuid>", "0197f0c2-a1b4-7c3d-8e5f-60718293a4b5", []),
    ("/^T-[0-9]+$/", "T-12", []),
    ("/^T-[0-9]+$/", "U-12", ['a is "U-12", which isn\'t /^T-[0-9]+$/']),
    ({"b": 1}, {"b": 1, "c": 2}, []),
    ({"b": {"c": [1, 2]}}, {"b": {"c": [1, 3]}}, ["a.b.c[1] is 3; 2 was expected"]),
    ({"b": 1}, [], ["a is []; an object was expected"]),
    ([1], [1, 2], ["a is [1, 2], with 2 in it; a list of 1 was expected"]),
    ([1], None, ["a is null; a list of 1 was expected"]),
]


@pytest.mark.parametrize(("expected", "got", "said"), CASES, ids=[f"case{number}" for number in range(len(CASES))])
def test_what_differs(expected: Any, got: Any, said: list[str]) -> None:
    assert list(differences({"a": expected}, {"a": got}, exactly=False)) == said


def test_exactly_is_said_of_all_objects() -> None:
    found = differences({"a": [{"b": 1}]}, {"a": [{"b": 1, "c": 2}], "d": 3}, exactly=True)
    assert list(found) == ["a[0].c wasn't expected", "d wasn't expected"]
