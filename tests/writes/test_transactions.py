"""`Prefer: tx=rollback`: everything as if, and nothing kept."""

from __future__ import annotations

import pytest

from backsmith.blueprint.asker import Asker
from tests.writes.conftest import Both

ADA = Asker(1)


@pytest.mark.parametrize(
    ("method", "target", "body", "status", "text"),
    [
        ("POST", "/api/places?select=room", '{"room": "B", "number": 1}', 201, '[{"room":"B"}]'),
        ("PATCH", "/api/projects/1?select=name", '{"name": "Raft"}', 200, '{"name":"Raft"}'),
        ("PATCH", "/api/tasks?project_id=eq.1&select=points", '{"points": 7}', 200, '[{"points":7},{"points":7}]'),
        ("PUT", "/api/tags/oak?select=title", '{"title": "Oak"}', 201, '{"title":"Oak"}'),
        ("DELETE", "/api/places/A,1?select=number", "", 200, '{"number":1}'),
    ],
)
def test_the_reply_is_as_if_and_nothing_is_kept(
    both: Both, method: str, target: str, body: str, status: int, text: str
) -> None:
    before = both.rows()
    prefer = "return=representation, tx=rollback"
    done = both.ask(method, target, body, ADA, prefer=prefer)
    assert (done.status, done.text) == (status, text)
    assert done.headers["preference-applied"] == prefer
    assert both.rows() == before
    kept = both.ask(method, target, body, ADA, prefer="return=representation, tx=commit")
    assert (kept.status, kept.text) == (status, text)
    assert both.rows() != before


def test_what_would_be_refused_is_refused(both: Both) -> None:
    body = '{"room": "A", "number": 1}'
    assert both.ask("POST", "/api/places", body, prefer="tx=rollback").status == 409
