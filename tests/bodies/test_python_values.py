"""Values that application code gives: rows of Python values, as strictly as those of requests."""

from __future__ import annotations

import enum
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest

from backsmith import Account
from backsmith.engine.writing.work import Given
from backsmith.errors import RequestError
from tests.bodies import model
from tests.bodies.reading import BODIES, CATALOGUE


def validated(entity: str, values: dict[str, Any], verb: Any = "create") -> Given:
    return BODIES.validated(CATALOGUE.resources[entity], values, verb)


class Kind(enum.Enum):
    A = "a"


REF = UUID("018f4e7c-1a2b-7c3d-8e4f-5a6b7c8d9e0f")


@pytest.mark.parametrize(
    ("field", "given", "expected"),
    [
        ("text", "é", "é"),
        ("number", 12, 12),
        ("size", 2, 2.0),
        ("flag", True, True),
        ("price", Decimal("19.90"), Decimal("19.90")),
        ("price", 3, Decimal(3)),
        ("price", "19.90", Decimal("19.90")),
        ("day", date(2026, 1, 23), date(2026, 1, 23)),
        ("at", datetime(2026, 1, 23, 2, tzinfo=timezone(timedelta(hours=2))), datetime(2026, 1, 23, tzinfo=UTC)),
        ("at", datetime(2026, 1, 23), datetime(2026, 1, 23, tzinfo=UTC)),
        ("clock", time(13, 45), time(13, 45)),
        ("span", timedelta(hours=1), timedelta(hours=1)),
        ("ref", REF, REF),
        ("ref", str(REF), REF),
        ("data", b"\x00", b"\x00"),
        ("data", bytearray(b"a"), b"a"),
        ("kind", Kind.A, "a"),
        ("extra", {"a": [1, None, Decimal("1.50")]}, msgspec.Raw(b'{"a":[1,null,1.50]}')),
        ("numbers", (1, 2), [1, 2]),
        ("text", None, None),
    ],
)
def test_taken(field: str, given: Any, expected: Any) -> None:
    found = validated("Thing", {field: given}, "update").values[field]
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("field", "given", "message"),
    [
        ("text", 1, 'invalid input syntax for type text: "1"'),
        ("text", "a\0b", "Text can't hold the character NUL"),
        ("text", "\ud800", "Text can't hold half a surrogate pair"),
        ("number", True, 'invalid input syntax for type bigint: "True"'),
        ("number", 2**63, 'value "9223372036854775808" is out of range for type bigint'),
        ("price", 19.9, 'invalid input syntax for type numeric: "19.9"'),
        ("price", Decimal("NaN"), "invalid input syntax for type numeric: \"Decimal('NaN')\""),
        ("price", Decimal("19.999"), "price has 3 digits after the point; it takes at most 2"),
        ("size", float("inf"), "A number must be finite"),
        ("day", datetime(2026, 1, 1), 'invalid input syntax for type date: "datetime.datetime(2026, 1, 1, 0, 0)"'),
        ("kind", "c", 'invalid input value for enum: "c"'),
        ("extra", object, "invalid input syntax for type json: \"<class 'object'>\""),
        ("extra", [{"a": float("nan")}], "invalid input syntax for type json: \"[{'a': nan}]\""),
        ("numbers", [1, "x"], "invalid input syntax for type bigint: \"'x'\""),
        ("nonsense", 1, "things has no field 'nonsense'"),
    ],
)
def test_refused(field: str, given: Any, message: str) -> None:
    with pytest.raises(RequestError) as error:
        validated("Thing", {field: given}, "update")
    assert (error.value.kind.slug, error.value.message) == ("invalid", message)


def test_json_that_is_given_as_text_has_to_be_json() -> None:
    assert validated("Thing", {"extra": msgspec.Raw(b"[1.0]")}, "update").values == {"extra": msgspec.Raw(b"[1.0]")}
    with pytest.raises(RequestError, match=r"^invalid input syntax for type json: "):
        validated("Thing", {"extra": msgspec.Raw(b"[1,")}, "update")


def test_relations_take_rows_keys_and_mappings() -> None:
    customer = model.Customer(id=3, name="Ada", account=None)
    assert validated("Order", {"customer": customer}) == Given({"customer_id": 3})
    assert validated("Order", {"customer": 3}) == Given({"customer_id": 3})
    slot = model.Slot(room="a", number=1)
    assert validated("Line", {"slot": slot}, "update").values == {"slot_room": "a", "slot_number": 1}
    tag = model.Tag(code="a")
    made = validated("Order", {"customer": 1, "tags": [tag, "b"], "lines": [{"product": "x", "price": 1}]})
    assert made.related == {
        "tags": [Given({"code": "a"}, {}, "/tags/0"), Given({"code": "b"}, {}, "/tags/1")],
        "lines": [Given({"product": "x", "price": Decimal(1)}, {}, "/lines/0")],
    }


def test_checks_hold_for_application_code_too() -> None:
    with pytest.raises(RequestError, match=r"^A placed order says when\.$"):
        validated("Order", {"customer": 1, "status": "placed"})


def test_a_row_that_was_never_made_is_no_link() -> None:
    with pytest.raises(RequestError, match=r"^account is given a row that has no key yet$"):
        validated("Customer", {"account": Account()}, "update")
    with pytest.raises(RequestError, match=r"^customer is given a row that has no key yet$"):
        validated("Order", {"customer": model.Customer(name="Ada", account=None)})
