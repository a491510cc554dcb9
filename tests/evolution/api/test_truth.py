"""The verdicts are true: a request that works on the old model is sent to the new one, on a database of its own.

Breaking means that it fails, or is answered otherwise; compatible that it works as before.
"""

from __future__ import annotations

import importlib
import itertools
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any, NamedTuple

import pytest

from backsmith.app import asgi
from backsmith.evolution.api_changes import api_changes
from backsmith.evolution.create import create_missing
from tests.engine.client import Answer, Client
from tests.evolution.api.test_table import CASES
from tests.evolution.models import HEAD
from tests.evolution.versions import Versions

MODELS = {name: (old, new) for name, old, new, _ in CASES}
_numbers = itertools.count()


class Request(NamedTuple):
    method: str
    target: str
    body: str = ""


GET = Request("GET", "/api/notes?select=name")
NAMED = '{"name": "a"}'


def post(body: str, target: str = "/api/notes") -> Request:
    return Request("POST", target, body)


# What is there before, the request, and the status that it has on the old model and on the new one.
BREAKING: list[tuple[str, list[Request], Request, int, int]] = [
    ("required field added", [], post(NAMED), 201, 422),
    ("hidden required field added", [], post(NAMED), 201, 422),
    ("required relation added", [], post(NAMED), 201, 422),
    ("field removed", [], Request("GET", "/api/notes?select=phone"), 200, 400),
    ("field removed", [], post('{"name": "a", "phone": "1"}'), 201, 422),
    ("field renamed", [], Request("GET", "/api/notes?phone=eq.1"), 200, 400),
    ("field renamed", [], post('{"name": "a", "phone": "1"}'), 201, 422),
    ("hidden now", [], Request("GET", "/api/notes?order=phone"), 200, 400),
    ("not null now", [], post('{"name": "a", "phone": null}'), 201, 422),
    ("not null now", [], post(NAMED), 201, 422),
    ("not null now with default", [], post('{"name": "a", "phone": null}'), 201, 422),
    ("default vanishes", [], post(NAMED), 201, 422),
    ("stored becomes computed", [], post('{"name": "a", "size": 1}'), 201, 422),
    ("unique now", [post('{"name": "a", "phone": "1"}')], post('{"name": "b", "phone": "1"}'), 201, 409),
    ("unique no more", [], Request("UPSERT", "/api/notes?on_conflict=phone", '{"name": "a", "phone": "1"}'), 201, 400),
    ("shorter", [], post('{"name": "a", "phone": "123456789012345"}'), 201, 422),
    ("at least", [], post('{"name": "a", "phone": "1"}'), 201, 422),
    ("pattern", [], post('{"name": "a", "phone": "x"}'), 201, 422),
    ("text becomes email", [], post('{"name": "a", "phone": "x"}'), 201, 422),
    ("at least 1", [], post('{"name": "a", "size": 0}'), 201, 422),
    ("at least becomes more than", [], post('{"name": "a", "size": 1}'), 201, 422),
    ("multiples", [], post('{"name": "a", "size": 3}'), 201, 422),
    ("enum value removed", [], post('{"name": "a", "state": "c"}'), 201, 422),
    ("enum value removed", [], Request("GET", "/api/notes?state=eq.c"), 200, 400),
    ("text becomes enum", [], Request("GET", "/api/notes?state=eq.c"), 200, 400),
    ("int becomes int16", [], post('{"name": "a", "size": 70000}'), 201, 422),
    ("int becomes int16", [], Request("GET", "/api/notes?size=eq.70000"), 200, 400),
    ("int becomes text", [], post('{"name": "a", "size": 1}'), 201, 422),
    ("text becomes int", [], post('{"name": "a", "size": "x"}'), 201, 422),
    ("text becomes int", [], Request("GET", "/api/notes?size=eq.x"), 200, 400),
    ("float becomes int", [], post('{"name": "a", "size": 1.5}'), 201, 422),
    ("fewer places", [], post('{"name": "a", "size": 1.234}'), 201, 422),
    ("collection renamed", [], GET, 200, 404),
    ("made private", [], GET, 200, 404),
    ("key becomes uuid", [post(NAMED)], Request("GET", "/api/notes/1"), 200, 400),
    ("another key", [post('{"name": "a", "code": "x"}')], Request("GET", "/api/notes/1"), 200, 404),
    ("unique together", [post('{"name": "a", "a": "1", "b": "1"}')], post('{"name": "b", "a": "1", "b": "1"}'), 201,
     409),
    ("check added", [], post('{"name": "a", "size": 0}'), 201, 422),
    ("check narrower", [], post('{"name": "a", "size": 3}'), 201, 422),
    ("relation removed", [], Request("GET", "/api/notes?select=tag(label)"), 200, 400),
    ("relation renamed", [], Request("GET", "/api/notes?select=tag(label)"), 200, 400),
    ("second relation to the same", [], Request("GET", "/api/notes?select=tags(label)"), 200, 300),
    ("relation hidden", [], Request("GET", "/api/notes?select=tag(label)"), 200, 400),
    ("query removed", [], Request("GET", "/api/rpc/top"), 200, 404),
    ("query parameter added", [], Request("GET", "/api/rpc/top"), 200, 404),
    ("query parameter removed", [], Request("GET", "/api/rpc/top?limit=1"), 200, 404),
    ("query parameter required now", [], Request("GET", "/api/rpc/top"), 200, 404),
    ("query parameter bounded", [], Request("GET", "/api/rpc/top?limit=10"), 200, 400),
    ("action removed", [post(NAMED)], Request("POST", "/api/notes/1/close"), 204, 404),
    ("action parameter added", [], Request("POST", "/api/notes/1/close"), 404, 422),
    ("route moved", [], Request("GET", "/a/x"), 200, 404),
    ("route status", [], Request("GET", "/a/x"), 200, 202),
    ("member of a record added", [], Request("POST", "/wishes", '{"title": "a"}'), 204, 422),
]  # fmt: skip

COMPATIBLE: list[tuple[str, list[Request], Request]] = [
    ("nullable field added", [], post(NAMED)),
    ("field with default added", [], post(NAMED)),
    ("hidden optional field added", [], post(NAMED)),
    ("computed added", [], post(NAMED)),
    ("shown now", [], GET),
    ("default appears", [], post('{"name": "a", "phone": "1"}')),
    ("default changes", [], post(NAMED)),
    ("default now", [], post('{"name": "a", "at": "2026-01-01T00:00:00Z"}')),
    ("default of nullable vanishes", [], post(NAMED)),
    ("computed becomes stored", [], post(NAMED)),
    ("longer", [], post('{"name": "a", "phone": "1234567890"}')),
    ("unlimited", [], post('{"name": "a", "phone": "1"}')),
    ("at least less", [], post('{"name": "a", "phone": "123"}')),
    ("no pattern", [], post('{"name": "a", "phone": "123"}')),
    ("email becomes text", [], post('{"name": "a", "phone": "a@example.org"}')),
    ("at least 0 after 1", [], post('{"name": "a", "size": 1}')),
    ("more than becomes at least", [], post('{"name": "a", "size": 2}')),
    ("multiples of a divisor", [], post('{"name": "a", "size": 20}')),
    ("padded", [], post('{"name": "a", "size": 1.5}')),
    ("enum values in another order", [], Request("GET", "/api/notes?state=eq.a")),
    ("entity renamed, collection kept", [post(NAMED)], Request("GET", "/api/notes/1")),
    ("table renamed", [post(NAMED)], Request("GET", "/api/notes/1")),
    ("column renamed", [post('{"name": "a", "phone": "1"}')], Request("GET", "/api/notes?phone=eq.1")),
    ("check removed", [], post('{"name": "a", "size": 1}')),
    ("check wider", [], post('{"name": "a", "size": 7}')),
    ("relation added", [], post(NAMED)),
    ("collection added", [], post(NAMED)),
    ("inverse named", [], Request("GET", "/api/tags?select=label,notes(name)")),
    ("query optional parameter added", [], Request("GET", "/api/rpc/top")),
    ("query parameter optional now", [], Request("GET", "/api/rpc/top?limit=1")),
    ("query parameter nullable", [], Request("GET", "/api/rpc/top?limit=1")),
    ("optional member of a record added", [], Request("POST", "/wishes", '{"title": "a"}')),
    ("member of a record removed", [], Request("POST", "/wishes", '{"title": "a", "pages": 1}')),
    ("logged", [], post(NAMED)),
]  # fmt: skip


@pytest.fixture
def asked(tmp_path: Path, run: Any) -> Callable[[str, list[Request], Request], Answer]:
    """Serves a model from a new SQLite file, and replies to the last of the requests."""

    def ask(model: str, before: list[Request], request: Request) -> Answer:
        name = f"served_{next(_numbers)}"
        (tmp_path / f"{name}.py").write_text(HEAD + dedent(model), encoding="utf-8")
        sys.path.insert(0, str(tmp_path))
        importlib.invalidate_caches()
        try:
            module = importlib.import_module(name)
            application = asgi(module, database=f"sqlite:///{tmp_path / name}.db", access_log=False)
            client = Client(application, run)
            run(application.start())
            run(create_missing(application.database, application.blueprint))
            try:
                for each in before:
                    assert send(client, each).status < 300
                return send(client, request)
            finally:
                run(application.close())
        finally:
            sys.path.remove(str(tmp_path))
            sys.modules.pop(name, None)

    return ask


def send(client: Client, request: Request) -> Answer:
    headers = {"content_type": "application/json"} if request.body else {}
    method = request.method
    if method == "UPSERT":
        method, headers = "POST", {**headers, "prefer": "resolution=merge-duplicates"}
    return client.get(request.target, method=method, body=request.body.encode(), **headers)


Asked = Callable[[str, list[Request], Request], Answer]


@pytest.mark.parametrize(("name", "before", "request_", "old", "new"), BREAKING)
def test_what_breaks_breaks(
    name: str, before: list[Request], request_: Request, old: int, new: int, asked: Asked, tmp_path: Path
) -> None:
    was, now = MODELS[name]
    assert any(change.breaking for change in changes(was, now, tmp_path))
    assert asked(was, before, request_).status == old
    if name in ("made private", "collection renamed", "key becomes uuid", "another key"):
        before = []
    assert asked(now, before, request_).status == new


@pytest.mark.parametrize(("name", "before", "request_"), COMPATIBLE)
def test_what_is_compatible_works(
    name: str, before: list[Request], request_: Request, asked: Asked, tmp_path: Path
) -> None:
    was, now = MODELS[name]
    assert not any(change.breaking for change in changes(was, now, tmp_path))
    first, second = asked(was, before, request_), asked(now, before, request_)
    assert first.status in (200, 201, 204)
    assert (second.status, request_.method != "GET" or isinstance(second.json, type(first.json))) == (
        first.status,
        True,
    )


def changes(old: str, new: str, folder: Path) -> list[Any]:
    versions = Versions(folder)
    before = versions.next(old)
    return api_changes(before, versions.next(new))
