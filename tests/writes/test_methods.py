"""OPTIONS, Allow, and methods that an address doesn't have."""

from __future__ import annotations

import pytest

from backsmith.blueprint.asker import Asker
from tests.writes.conftest import Both

ADA = Asker(1)


@pytest.mark.parametrize(
    ("target", "allowed"),
    [
        ("/api/projects", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
        ("/api/projects/1", "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"),
        ("/api/prices", "GET, HEAD, OPTIONS"),
        ("/api/prices/1", "GET, HEAD, OPTIONS"),
        ("/api/wishes", "GET, HEAD, POST, PUT, DELETE, OPTIONS"),
        ("/api/wishes/1", "GET, HEAD, PUT, DELETE, OPTIONS"),
    ],
)
def test_options_says_what_rules_open_to_somebody(both: Both, target: str, allowed: str) -> None:
    options = both.ask("OPTIONS", target)
    assert (options.status, options.headers["allow"], options.body) == (204, allowed, b"")


@pytest.mark.parametrize("method", ["TRACE", "COPY", "post"])
def test_a_method_that_is_none_is_refused(both: Both, method: str) -> None:
    refused = both.ask(method, "/api/projects", asker=ADA)
    assert (refused.status, refused.json["code"]) == (405, "PGRST117")
    assert refused.headers["allow"] == "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"


def test_a_post_to_a_row_is_refused_with_what_there_is(both: Both) -> None:
    refused = both.ask("POST", "/api/projects/1", "{}", ADA)
    assert (refused.status, refused.headers["allow"]) == (405, "GET, HEAD, PUT, PATCH, DELETE, OPTIONS")
    assert refused.json["hint"] == "POST to the collection, projects."


def test_the_steps_of_the_spine_are_timed(both: Both) -> None:
    for client in both.clients.values():
        made = client.get("/api/places", method="POST", body=b'{"room": "Z", "number": 1}')
        steps = [step.partition(";")[0] for step in made.headers["server-timing"].split(", ")]
        assert steps == ["read", "authorize", "plan", "run", "reply"]


def test_strict_handling_refuses_preferences_that_are_not_known(both: Both) -> None:
    before = both.rows()
    refused = both.ask("POST", "/api/places", '{"room": "B", "number": 1}', prefer="handling=strict, colour=red")
    assert (refused.status, refused.json["code"]) == (400, "PGRST122")
    assert both.rows() == before
