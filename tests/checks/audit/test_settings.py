"""What an audit finds in settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from backsmith.blueprint.blueprint import Blueprint, Entity
from backsmith.checks.audit.weak_settings import not_for_production, weak_settings
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


def test_what_production_would_refuse(tmp_path: Path) -> None:
    accounts = Blueprint(name="shop", entities=(), account="Account")
    here: dict[str, Any] = {"folder": str(tmp_path), "database": f"sqlite:///{tmp_path}/shop.db"}
    missing = list(not_for_production(Settings(**here), accounts))
    assert [(each.subject, each.severity) for each in missing] == [("address", "low"), ("mail", "low")]
    said = "Links in mails are built from it, and nothing says where people reach the application."
    assert missing[0].message == said
    ready = Settings(**here, address="https://shop.example", mail="smtps://a:b@mail.example")
    assert list(not_for_production(ready, accounts)) == []
    in_clear = Settings(**here, address="http://shop.example", environment="production")
    assert [each.severity for each in not_for_production(in_clear, accounts)][:1] == ["medium"]
