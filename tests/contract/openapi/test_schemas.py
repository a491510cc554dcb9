"""Types -> JSON Schema, as requests give them and replies show them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from backsmith.blueprint.blueprint import Bounds, Default
from backsmith.blueprint.types import (
    Boolean,
    Bytes,
    Date,
    DateTime,
    Enum,
    Float,
    Integer,
    Json,
    List,
    Numeric,
    Sealed,
    Text,
    Type,
    Uuid,
)
from backsmith.contract.contract import Bytestream, Either, Many, Mapped, Member, Ref, ShapeType
from backsmith.contract.openapi.schemas import Schemas

SCHEMAS = Schemas(lambda name: {"$ref": f"#/components/schemas/{name}"}, max_list=50)
INT32 = {"type": "integer", "format": "int32", "minimum": -2147483648, "maximum": 2147483647}

GIVEN: list[tuple[Type, dict[str, Any]]] = [
    (Text(), {"type": "string"}),
    (Text(max_length=5, min_length=2), {"type": "string", "minLength": 2, "maxLength": 5}),
    (Text(pattern="^a+$"), {"type": "string", "pattern": "^a+$"}),
    (Integer(16), {"type": "integer", "format": "int32", "minimum": -32768, "maximum": 32767}),
    (Integer(32), INT32),
    (Integer(), {"type": "integer", "format": "int64", "minimum": -(2**63), "maximum": 2**63 - 1}),
    (Float(), {"type": "number", "format": "double"}),
    (
        Numeric(6, 2),
        {
            "type": "number",
            "format": "decimal",
            "multipleOf": Decimal("0.01"),
            "minimum": Decimal("-9999.99"),
            "maximum": Decimal("9999.99"),
        },
    ),
    (Numeric(3, 0), {"type": "number", "format": "decimal", "multipleOf": 1, "minimum": -999, "maximum": 999}),
    (Numeric(None), {"type": "number", "format": "decimal"}),
    (Boolean(), {"type": "boolean"}),
    (Date(), {"type": "string", "format": "date"}),
    (DateTime(), {"type": "string", "format": "date-time"}),
    (Uuid(), {"type": "string", "format": "uuid"}),
    (Bytes(), {"type": "string", "pattern": r"^\\x(?:[0-9a-f]{2})*$"}),
    (Json(), {}),
    (Json(format="file"), {"type": "null"}),
    (Enum(("a", "b")), {"type": "string", "enum": ["a", "b"]}),
    (List(Integer(32)), {"type": "array", "items": INT32, "maxItems": 50}),
    (Sealed(Text(max_length=4)), {"type": "string", "maxLength": 4}),
]


@pytest.mark.parametrize(("type", "schema"), GIVEN, ids=lambda value: value.__class__.__name__)
def test_what_a_request_gives_is_held_to_all_that_is_known(type: Type, schema: dict[str, Any]) -> None:
    assert SCHEMAS.of(type, "given") == schema


SHOWN: list[tuple[ShapeType, dict[str, Any]]] = [
    (Text(max_length=5, pattern="^a"), {"type": "string"}),
    (Text(format="email"), {"type": "string", "format": "email"}),
    (Numeric(6, 2), {"type": "number", "format": "decimal"}),
    (Json(format="file"), {"$ref": "#/components/schemas/File"}),
    (List(Text()), {"type": "array", "items": {"type": "string"}}),
    (Ref("Order"), {"$ref": "#/components/schemas/Order"}),
    (Many(Ref("Order"), nullable=True), {"type": "array", "items": {
        "anyOf": [{"$ref": "#/components/schemas/Order"}, {"type": "null"}]
    }}),
    (Mapped(Boolean()), {"type": "object", "additionalProperties": {"type": "boolean"}}),
    (Either((Text(), Boolean())), {"anyOf": [{"type": "string"}, {"type": "boolean"}]}),
    (Bytestream(), {"type": "string", "format": "binary"}),
]  # fmt: skip


@pytest.mark.parametrize(("type", "schema"), SHOWN, ids=lambda value: value.__class__.__name__)
def test_of_what_a_reply_shows_only_what_is_always_so_is_said(type: ShapeType, schema: dict[str, Any]) -> None:
    assert SCHEMAS.of(type, "shown") == schema


@pytest.mark.parametrize(
    ("type", "schema"),
    [
        (Text(), {"type": ["string", "null"]}),
        (Enum(("a",)), {"type": ["string", "null"], "enum": ["a", None]}),
        (Ref("Order"), {"anyOf": [{"$ref": "#/components/schemas/Order"}, {"type": "null"}]}),
        (Either((Text(), Boolean())), {"anyOf": [{"type": "string"}, {"type": "boolean"}, {"type": "null"}]}),
        (Json(), {}),
    ],
    ids=lambda value: value.__class__.__name__,
)
def test_null_is_a_type_beside_others(type: ShapeType, schema: dict[str, Any]) -> None:
    assert SCHEMAS.of(type, "given", nullable=True) == schema


MEMBERS: list[tuple[Member, dict[str, Any]]] = [
    (
        Member(name="stars", type=Integer(32), bounds=Bounds(ge="1", le="5"), doc="How good."),
        {"type": "integer", "format": "int32", "minimum": 1, "maximum": 5, "description": "How good."},
    ),
    (
        Member(name="price", type=Numeric(4, 1), bounds=Bounds(gt="0.5"), default=Default("constant", "1.5")),
        {
            "type": "number",
            "format": "decimal",
            "multipleOf": Decimal("0.1"),
            "minimum": Decimal("-999.9"),
            "maximum": Decimal("999.9"),
            "exclusiveMinimum": Decimal("0.5"),
            "default": Decimal("1.5"),
        },
    ),
    (
        Member(name="at", type=DateTime(), default=Default("now")),
        {"type": "string", "format": "date-time", "description": "Unless given, the time of the request."},
    ),
    (
        Member(name="day", type=Date(), bounds=Bounds(ge="2020-01-01", lt="2030-01-01")),
        {"type": "string", "format": "date", "description": "At least 2020-01-01 and before 2030-01-01."},
    ),
    (
        Member(name="customer_id", type=Uuid(), relation="customer", unique=True, deprecated="Use buyer."),
        {
            "type": "string",
            "format": "uuid",
            "description": "The key of the row that `customer` leads to.\n\nNo two rows have the same.\n\n"
            "Deprecated: Use buyer.",
            "deprecated": True,
        },
    ),
    (
        Member(name="kind", type=Text(), choices=("a", "b"), doc="</script><b onclick=x> 1 < 2"),
        {"type": "string", "enum": ["a", "b"], "description": "&lt;/script>&lt;b onclick=x> 1 < 2"},
    ),
]


@pytest.mark.parametrize(("member", "schema"), MEMBERS, ids=lambda value: getattr(value, "name", "schema"))
def test_members_say_what_a_type_cannot(member: Member, schema: dict[str, Any]) -> None:
    assert SCHEMAS.member(member, "given") == schema
