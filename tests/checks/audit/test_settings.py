"""What an audit finds in settings."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from backsmith.blueprint.blueprint import Blueprint, Entity
from backsmith.checks.audit.weak_settings import weak_settings
from backsmith.settings import ApiKey, Settings

NOTHING = Blueprint(name="shop", entities=())
ORDERS = Entity(id="1", name="Order", collection="orders", table="orders", key=("id",), fields=(), relations=())
LOGGED = Blueprint(name="shop", entities=(replace(ORDERS, logged=True),))


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ({}, []),
        ({"host": "0.0.0.0"}, [("environment", "high")]),
        ({"host": "0.0.0.0", "environment": "production", "metrics": False}, []),
        ({"host": "0.0.0.0", "environment": "production"}, [("metrics", "low")]),
        ({"cors_origins": ("*",)}, [("cors_origins", "low")]),
        ({"cors_origins": ("http://shop.example",), "cors_credentials": True}, [("cors_origins", "high")]),
        ({"cors_origins": ("http://localhost:3000",), "cors_credentials": True}, []),
        ({"jwt_key": "x" * 32}, [("jwt_audience", "medium"), ("jwt_issuer", "low")]),
        ({"jwt_leeway": 120.0}, [("jwt_leeway", "low")]),
        ({"statement_timeout": 300.0}, [("statement_timeout", "medium")]),
        ({"max_body": 1_000_000_000}, [("max_body", "low")]),
        ({"api_keys": {"ci": ApiKey("0" * 64, 1, ("admin",))}}, [("api_keys.ci", "medium")]),
    ],
)
def test_settings_that_open_more_than_they_need_to(settings: dict[str, Any], found: list[tuple[str, str]]) -> None:
    known = weak_settings(Settings(**settings), NOTHING)
    assert [(each.subject, each.severity) for each in known] == found


def test_a_log_without_end() -> None:
    assert [each.subject for each in weak_settings(Settings(log_retention=0), LOGGED)] == ["log_retention"]
    assert list(weak_settings(Settings(log_retention=0), NOTHING)) == []
