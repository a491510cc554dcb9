"""The contract by made-up requests: nothing is found in a server that keeps it, and what is in one that doesn't."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from backsmith.app import Backsmith
from backsmith.blueprint.asker import Asker
from backsmith.checks.testing import running as serving
from backsmith.checks.testing.conformance import conformance, has_schemathesis
from backsmith.checks.testing.results import Result
from backsmith.checks.testing.running import running, trial_settings
from backsmith.engine.serving.carriers import Receive, Scope, Send
from tests.checks.testing.conftest import Model

pytestmark = pytest.mark.skipif(not has_schemathesis(), reason="schemathesis isn't installed")


def tried(model: Model, url: str, folder: Path) -> Iterator[Result]:
    settings = trial_settings(*model, url, str(folder))
    with running(*model, settings) as server:
        notes = conformance(
            server,
            "signed_in",
            server.headers(Asker(1)),
            examples=3,
            seed=1,
            calls=frozenset({"POST /api/notes/{id}/finish"}),
            operations=lambda label: label in ("GET /api/notes", "POST /api/notes", "POST /api/notes/{id}/finish"),
        )
        yield from list(notes)


def test_the_contract_is_kept(model: Model, new_url: Callable[[str], str], tmp_path: Path) -> None:
    results = list(tried(model, new_url("sqlite"), tmp_path))
    assert {result.name: result.findings for result in results} == {
        "GET /api/notes as signed_in": (),
        "POST /api/notes as signed_in": (),
        "POST /api/notes/{id}/finish as signed_in": (),
    }
    assert min(result.tried for result in results) >= 3


class Breaking(Backsmith):
    """A server that answers lists with what its document doesn't say."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def altered(message: Any) -> None:
            if message["type"] == "http.response.body" and message.get("body") == b"[]":
                message = {**message, "body": b"{}"}
            await send(message)

        await super().__call__(scope, receive, altered)


def test_a_server_that_breaks_it_is_found(
    model: Model, new_url: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "Backsmith", Breaking)
    found = [each for result in tried(model, new_url("sqlite"), tmp_path) for each in result.findings]
    assert {each.where for each in found} == {"GET /api/notes as signed_in"}
    assert "Response violates schema" in found[0].what
    assert found[0].reproduce.startswith("curl -X GET ")
