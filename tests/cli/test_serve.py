"""`backsmith serve` as a process of its own: it answers, tells, reloads and ends as it should."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.cli.process import PATIENCE, Server, start

MODEL = '''\
from __future__ import annotations

from backsmith import Entity, allow, computed


class Tea(Entity):
    """What we pour."""

    name: str

    @allow("read")
    def everyone(self) -> bool:
        return True
'''

LOUD = """
    @computed
    def loud(self) -> str:
        return self.name.upper()
"""

Serve = Callable[..., Server]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    started: list[Server] = []

    def serve(*flags: str, model: str = MODEL) -> Server:
        (tmp_path / "tea.py").write_text(model)
        started.append(start(tmp_path, "tea.py", *flags))
        return started[-1]

    yield serve
    for server in started:
        server.end()


def test_it_answers_and_tells_of_it_and_ends_at_sigterm(serve: Serve):
    server = serve("--production")
    server.wait_until_ready()
    reply = server.client.get("/api/teas?select=name", headers={"X-Request-Id": "test-1"})
    assert (reply.status_code, reply.text) == (200, "[]")
    assert reply.headers["x-request-id"] == "test-1"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in reply.headers
    assert server.client.get("/health").json() == {"status": "alive"}
    assert server.end() == 0
    greeting, note, *lines = server.said().splitlines()
    assert greeting.startswith("Serving tea.py at http://127.0.0.1:")
    assert greeting.endswith("/api (production). Ctrl-C ends it.")
    assert note.startswith("Note: no key to check tokens with is set")
    line = next(line for line in map(json.loads, lines) if line.get("request") == "test-1")
    assert line | {"time": 0, "ms": 0} == {
        "time": 0,
        "request": "test-1",
        "method": "GET",
        "path": "/api/teas",
        "status": 200,
        "ms": 0,
        "bytes": 2,
        "asker": None,
        "via": "nobody",
        "plan": "miss",
    }


def test_in_development_it_says_where_the_documentation_is(serve: Serve):
    server = serve()
    server.wait_until_ready()
    address = str(server.client.base_url).replace("localhost", "127.0.0.1").rstrip("/")
    assert f"Documentation, with a form for each request, is at {address}/docs" in server.said().splitlines()
    hint = "Collections lie below /api/, and the documentation at /docs"
    assert server.client.get("/").json()["hint"] == hint
    assert server.client.get("/docs").status_code == 200


def test_a_model_that_is_not_there_is_said_first(tmp_path: Path):
    server = start(tmp_path, "tee.py")
    assert server.process.wait(PATIENCE) == 2
    assert server.said().splitlines() == ["There is no file tee.py."]


def test_before_it_goes_it_says_that_it_is_going(serve: Serve):
    server = serve("--production", "--shutdown-delay", "2")
    server.wait_until_ready()
    server.process.send_signal(signal.SIGTERM)
    server.wait_until(lambda: server.client.get("/ready").json() == {"status": "not ready", "reason": "shutting down"})
    assert server.client.get("/api/teas").status_code == 200
    assert server.process.wait(PATIENCE) == 0


def test_any_of_several_workers_tells_the_counts_of_all(serve: Serve):
    server = serve("--production", "--workers", "2")
    server.wait_until_ready()
    for _ in range(20):
        # A connection each, so that both workers get some.
        assert httpx.get(server.client.base_url.join("/api/teas"), headers={"Connection": "close"}).text == "[]"
    counted = 'backsmith_request_seconds_count{route="/api/teas",method="GET",status="2xx"} 20'
    server.wait_until(lambda: counted in server.client.get("/metrics").text.splitlines())


def test_a_change_of_the_model_takes_effect_at_once_and_a_mistake_in_it_is_shown(serve: Serve):
    server = serve()
    server.wait_until_ready()
    (server.folder / "tea.py").write_text(MODEL.replace("name: str", "name: Strr"))
    server.wait_until(lambda: server.said().endswith("1 mistake found.\n\nWaiting for a change.\n"))
    assert "the unknown entity 'Strr'" in server.said()
    assert server.process.poll() is None
    (server.folder / "tea.py").write_text(MODEL + LOUD)
    server.wait_until(lambda: server.client.get("/api/teas?select=loud").text == "[]")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_model_with_mistakes_is_not_served_in_production(serve: Serve, workers: str):
    server = serve("--production", "--workers", workers, model=MODEL.replace("name: str", "name: Strr"))
    assert server.process.wait(PATIENCE) == 1
    assert server.said().count("the unknown entity 'Strr'") == 1
    assert "Traceback" not in server.said()


def test_a_database_that_can_not_be_used_is_said_once_and_without_a_traceback(serve: Serve):
    server = serve("--production", "--workers", "2", "--database", "sqlite:///no/such/folder/tea.db")
    assert server.process.wait(PATIENCE) == 3
    assert server.said().count("no/such/folder") == 1
    assert "Traceback" not in server.said()


@pytest.mark.parametrize(
    ("flags", "said"), [(("--production",), "Unexpected exit"), ((), "was killed. Another one takes its place")]
)
def test_a_worker_that_dies_is_replaced(serve: Serve, flags: tuple[str, ...], said: str):
    server = serve(*flags)
    server.wait_until_ready()
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
    for child in children:
        if b"resource_tracker" not in Path(f"/proc/{child}/cmdline").read_bytes():
            os.kill(int(child), signal.SIGKILL)
    server.wait_until(lambda: said in server.said())
    server.wait_until_ready()
    assert server.client.get("/api/teas").json() == []
    assert server.end() == 0


def test_nothing_but_data_goes_to_standard_output(serve: Serve, capfd: pytest.CaptureFixture[str]):
    server = serve()
    server.wait_until_ready()
    server.end()
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize(
    ("flags", "code", "said"),
    [
        (["--database", "mysql://localhost/tea"], 2, "'mysql:' is not an address of a database Backsmith knows."),
        (["--database", "sqlite:///no/such/folder/tea.db"], 3, "no/such/folder"),
        (["--jwt-key-file", "no/such/key"], 2, "jwt_key_file: no/such/key can't be read"),
    ],
)
def test_in_development_it_does_not_wait_for_what_no_change_of_the_model_mends(
    serve: Serve, flags: list[str], code: int, said: str
):
    server = serve(*flags)
    assert server.process.wait(PATIENCE) == code
    assert said in server.said()
    assert "Traceback" not in server.said()
    assert "Waiting" not in server.said()
