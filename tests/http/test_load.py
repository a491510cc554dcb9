"""More to do than can be done: slow statements beside fast ones, timeouts, too many at once; and what /metrics says."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.http.conftest import MODEL, NewTeahouse
from tests.http.live import PATIENCE, Live, live

FOREVER = "/api/rpc/count_to?number=2000000000"


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as threads:
        yield threads


def waiting(server: Live, threads: ThreadPoolExecutor, file: Path) -> Future[httpx.Response]:
    """A request that is in work until there is the file."""
    asked = threads.submit(httpx.get, f"{server.url}/api/rpc/wait_for", params={"file": str(file)}, timeout=PATIENCE)
    server.wait_until(Path(f"{file}.asked").exists)
    return asked


def test_a_statement_that_takes_too_long_is_stopped(server: Live) -> None:
    reply = server.get(FOREVER)
    assert reply.status_code == 504
    problem = reply.json()
    assert (problem["code"], problem["message"]) == ("57014", "The database didn't answer within 1 seconds")


def test_fast_requests_are_answered_beside_a_slow_one(server: Live, threads: ThreadPoolExecutor) -> None:
    slow = threads.submit(httpx.get, server.url + FOREVER, timeout=PATIENCE)
    answered = 0
    while not slow.done():
        assert server.get("/api/teas/a?select=name").json() == {"name": "Assam"}
        answered += 1
    assert answered > 3
    assert slow.result().status_code == 504


def test_slow_requests_that_take_all_connections_leave_health_and_metrics_alone(
    server: Live, threads: ThreadPoolExecutor
) -> None:
    slow = [threads.submit(httpx.get, server.url + FOREVER, timeout=PATIENCE) for _ in range(8)]
    while not all(one.done() for one in slow):
        assert server.get("/health").json() == {"status": "alive"}
        assert server.metric("in_flight") <= 8
    assert {one.result().status_code for one in slow} <= {503, 504}
    assert server.get("/api/teas/a").status_code == 200


@pytest.fixture(scope="module")
def small(new_teahouse: NewTeahouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A server that does one thing at a time, and lets one wait."""
    flags = ["--production", "--database", new_teahouse("sqlite"), "--concurrency", "1", "--queue", "1"]
    with live(tmp_path_factory.mktemp("small"), MODEL, *flags, "--queue-timeout", "30") as server:
        server.wait_until_ready()
        yield server


def test_what_is_too_much_is_refused_at_once_and_the_rest_answered(
    small: Live, threads: ThreadPoolExecutor, tmp_path: Path
) -> None:
    in_work = waiting(small, threads, tmp_path / "tea")
    queued = threads.submit(httpx.get, f"{small.url}/api/teas/a?select=name", timeout=PATIENCE)
    small.wait_until(lambda: small.metric("queued") == 1)
    for _ in range(3):
        reply = small.get("/api/teas/a")
        assert (reply.status_code, reply.headers["retry-after"]) == (503, "1")
        assert (reply.json()["code"], reply.json()["title"]) == ("PGRST003", "Too many requests at once")
    assert small.get("/health").status_code == 200, "a server with much to do is not to be killed"
    assert small.get("/ready").status_code == 200
    assert (small.metric("in_flight"), small.metric("queued"), small.metric("overloaded_total")) == (1, 1, 3)
    assert not queued.done()
    (tmp_path / "tea").touch()
    assert in_work.result().json() == "here it is"
    assert queued.result().json() == {"name": "Assam"}
    assert small.get("/api/teas/a?select=name").json() == {"name": "Assam"}


def test_one_who_waited_and_went_away_frees_the_place(small: Live, threads: ThreadPoolExecutor, tmp_path: Path) -> None:
    in_work = waiting(small, threads, tmp_path / "tea")
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(f"{small.url}/api/teas/a", timeout=0.2)
    (tmp_path / "tea").touch()
    assert in_work.result().status_code == 200
    assert small.get("/api/teas/a").status_code == 200
    small.wait_until(lambda: small.metric("in_flight") == small.metric("queued") == 0)


def test_the_statement_of_a_client_that_goes_away_stops(small: Live) -> None:
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(small.url + FOREVER, timeout=0.2)
    small.wait_until(lambda: small.metric("in_flight") == 0)
    assert small.get("/api/teas/a").status_code == 200
    assert "count_to" not in small.said(), "it was not answered, not even by a timeout"


def test_metrics_count_requests_by_route(small: Live) -> None:
    before = small.client.get("/metrics").text
    small.get("/api/teas/a")
    small.get("/api/teas/b")
    small.get("/api/teas?name=eq.Assam")
    after = small.client.get("/metrics")
    assert after.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"

    def count(text: str, route: str, status: str) -> int:
        label = f'backsmith_request_seconds_count{{route="{route}",method="GET",status="{status}"}} '
        return next((int(line.removeprefix(label)) for line in text.splitlines() if line.startswith(label)), 0)

    for route, status in (("/api/teas/{id}", "2xx"), ("/api/teas/{id}", "4xx"), ("/api/teas", "2xx")):
        assert count(after.text, route, status) == count(before, route, status) + 1
    assert "/api/teas/a" not in after.text, "values don't make series"
