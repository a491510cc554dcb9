"""Starting, ending, and a database that goes away and comes back."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.http.conftest import MODEL, NewTeahouse
from tests.http.live import Live, live
from tests.http.test_load import waiting
from tests.servers import Server


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as threads:
        yield threads


def in_the_kitchen(folder: Path) -> tuple[str, str]:
    return "--database", f"sqlite:///{folder}/kitchen.db"


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_requests_in_work_are_answered_before_the_end(
    threads: ThreadPoolExecutor, tmp_path: Path, end: signal.Signals
) -> None:
    with live(tmp_path, MODEL, "--production", "--shutdown-delay", "0.5", *in_the_kitchen(tmp_path)) as server:
        server.wait_until_ready()
        in_work = waiting(server, threads, tmp_path / "tea")
        server.process.send_signal(end)
        server.wait_until(lambda: server.client.get("/ready").status_code == 503)

        def refuses() -> bool:
            try:
                httpx.get(f"{server.url}/health")
            except httpx.TransportError:
                return True
            return False

        server.wait_until(refuses)
        assert server.process.poll() is None, "it waits for the request in work"
        (tmp_path / "tea").touch()
        assert in_work.result().json() == "here it is"
        assert server.wait() == 0


def test_requests_in_work_have_their_time_and_no_more(threads: ThreadPoolExecutor, tmp_path: Path) -> None:
    with live(tmp_path, MODEL, "--production", "--shutdown-grace", "1", *in_the_kitchen(tmp_path)) as server:
        server.wait_until_ready()
        in_work = waiting(server, threads, tmp_path / "never")
        server.terminate()
        server.wait()
        with pytest.raises(httpx.TransportError):
            in_work.result()


def test_a_second_server_does_not_share_the_port(tmp_path: Path) -> None:
    with live(tmp_path, MODEL, "--production", *in_the_kitchen(tmp_path)) as server:
        server.wait_until_ready()
        (tmp_path / "second").mkdir()
        with live(tmp_path / "second", MODEL, "--production", port=server.port) as second:
            assert second.wait() == 2
            assert second.said() == (
                f"Something listens on port {server.port} of 127.0.0.1 already. End it, or choose another port: "
                f"--port {server.port + 1}\n"
            )
        assert server.client.get("/ready").status_code == 200


@pytest.mark.parametrize(
    ("flags", "code", "said"),
    [
        (["--host", "203.0.113.7"], 2,
         "203.0.113.7 isn't an address of this machine. Choose another: --host 127.0.0.1"),
        (["--database", "mysql://localhost/tea"], 2, "'mysql:' is not an address of a database Backsmith knows."),
        (["--database", "postgresql://me:hidden@127.0.0.1:1/tea"], 3,
         "PostgreSQL at 127.0.0.1 can't be used: no server answers there. Is PostgreSQL running?"),
        (["--database", "sqlite:////no/such/folder/tea.db"], 3, "There is no folder /no/such/folder for the database"),
        (["--workers", "none"], 2, "whole number"),
        (["--jwt-key", "short"], 2, "--jwt-key"),
    ],
)  # fmt: skip
def test_a_start_that_cannot_succeed(tmp_path: Path, flags: list[str], code: int, said: str) -> None:
    with live(tmp_path, MODEL, "--production", *flags) as server:
        assert server.wait() == code
        assert said in server.said()
        assert "Traceback" not in server.said()
        assert "hidden" not in server.said()


# A database that goes away -------------------------------------------------------------------------------------------


@pytest.fixture
def guest(postgres_kind: str, new_teahouse: NewTeahouse, tmp_path: Path) -> Iterator[tuple[Live, str]]:
    """A server on PostgreSQL, and the URL of its database."""
    url = new_teahouse(postgres_kind)
    with live(tmp_path, MODEL, "--production", "--database", url) as server:
        server.wait_until_ready()
        yield server, url


def terminate_backends(server: Server, url: str) -> None:
    sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}' AND pid <> pg_backend_pid()"
    server.run(sql.format(urlsplit(url).path[1:]))


def test_lost_connections_are_not_noticed(
    guest: tuple[Live, str], servers: Callable[[str], Server], postgres_kind: str
) -> None:
    server, url = guest
    for _ in range(3):
        assert server.get("/api/teas/a?select=name").json() == {"name": "Assam"}
        terminate_backends(servers(postgres_kind), url)
    assert server.get("/api/teas/a?select=name").json() == {"name": "Assam"}


def test_while_the_database_is_gone_requests_are_refused_and_then_answered_again(
    guest: tuple[Live, str], servers: Callable[[str], Server], postgres_kind: str
) -> None:
    server, url = guest
    name = urlsplit(url).path[1:]
    servers(postgres_kind).run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    terminate_backends(servers(postgres_kind), url)
    reply = server.get("/api/teas/a", X_Request_Id="gone-1")
    assert (reply.status_code, reply.headers["retry-after"]) == (503, "1")
    assert reply.json() == {
        "type": "/errors/database-unavailable",
        "title": "The database can't be reached",
        "status": 503,
        "detail": "The database can't be reached at the moment",
        "instance": "urn:request:gone-1",
        "code": "PGRST001",
        "message": "The database can't be reached at the moment",
        "details": None,
        "hint": "Try again in a moment.",
    }
    server.wait_until(
        lambda: (
            server.get("/ready").json()
            == {
                "status": "not ready",
                "reason": "the database doesn't answer",
            }
        )
    )
    assert server.get("/health").status_code == 200
    servers(postgres_kind).run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    server.wait_until(lambda: server.get("/api/teas/a").status_code == 200)
    server.wait_until_ready()


# Development ---------------------------------------------------------------------------------------------------------

SMALL = '''\
from backsmith import Entity, allow


class Cup(Entity):
    """What we pour into."""

    name: str

    @allow("read")
    def everyone(self) -> bool:
        return True
'''


def test_a_change_of_the_model_is_served_and_a_mistake_in_it_survived(tmp_path: Path) -> None:
    model = tmp_path / "cups.py"
    model.write_text(SMALL)
    with live(tmp_path, model) as server:
        server.wait_until_ready()
        assert server.get("/api/cups").json() == []
        model.write_text(SMALL + "\n    oops(\n")
        server.wait_until(lambda: "Waiting for a change." in server.said())
        assert server.process.poll() is None
        assert "Traceback" not in server.said()
        with_size = SMALL.replace("    name: str\n", "    name: str\n    size: int | None = None\n")
        model.write_text(with_size.replace("Cup(Entity", "Mug(Entity"))
        server.wait_until(lambda: "- Mug is new, and Cup gone" in server.said())
        model.write_text(with_size.replace("Cup(Entity", 'Mug(Entity, renamed_from="Cup"'))
        server.wait_until(lambda: server.get("/api/mugs?select=id,size").json() == [])
        assert server.get("/api/cups").status_code == 404
        server.terminate()
        assert server.wait() == 0
