"""Files over a network: `backsmith serve`, clients that come to a halt, and clients that go away."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from backsmith.app import asgi
from tests.engine.rows import fill
from tests.files import drawer
from tests.http.live import Live, live

LARGE = os.urandom(1 << 20) * 12
MODEL = Path(drawer.__file__ or "")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("live") / "store"


@pytest.fixture(scope="module")
def server(
    new_url: Callable[[str], str], run: Any, store: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Live]:
    url = new_url("sqlite")
    application = asgi(drawer, database=url, files=str(store), access_log=False)

    async def begin() -> None:
        await application.start()
        await fill(application.database, application.blueprint, {"Sheet": [{"id": 1, "scan": None}]})
        await application.close()

    run(begin())
    flags = ["--production", "--database", url, "--files", str(store)]
    with live(tmp_path_factory.mktemp("drawer"), MODEL, *flags) as server:
        server.wait_until_ready()
        yield server


def raw(server: Live) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", server.port))
    connection.settimeout(20)
    return connection


def received(connection: socket.socket) -> bytes:
    """Everything until the server has nothing more to say."""
    data = b""
    try:
        while piece := connection.recv(1 << 16):
            data += piece
            if data.startswith(b"HTTP/1.1 4") and b"}" in data:
                break
    except ConnectionResetError:
        pass
    return data


def test_a_large_file_comes_back_as_it_went(server: Live) -> None:
    sent = server.client.put("/api/sheets/1/scan?name=large.bin", content=LARGE)
    assert (sent.status_code, sent.json()["size"]) == (201, len(LARGE))
    assert server.client.get("/api/sheets/1/scan").content == LARGE
    part = server.get("/api/sheets/1/scan", range=f"bytes={len(LARGE) - 5}-")
    assert (part.status_code, part.content) == (206, LARGE[-5:])
    assert server.client.head("/api/sheets/1/scan").headers["content-length"] == str(len(LARGE))


def test_a_form_over_the_network(server: Live) -> None:
    answer = server.client.post(
        "/api/sheets", files={"scan": ("Grüße.txt", b"hello")}, headers={"prefer": "return=representation"}
    )
    assert (answer.status_code, answer.json()[0]["scan"]["name"]) == (201, "Grüße.txt")


def test_what_is_too_large_is_said_before_it_is_sent(server: Live) -> None:
    with raw(server) as connection:
        connection.sendall(b"PUT /api/sheets/1/scan HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999999\r\n\r\n")
        assert received(connection).startswith(b"HTTP/1.1 413 ")


def test_a_length_is_needed(server: Live) -> None:
    with raw(server) as connection:
        connection.sendall(
            b"PUT /api/sheets/1/scan HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n"
        )
        assert received(connection).startswith(b"HTTP/1.1 411 ")


def test_an_upload_that_breaks_off_leaves_what_was_there(server: Live, store: Path) -> None:
    """Granian tells of it as of the body's end."""
    kept = server.client.put("/api/sheets/1/scan", content=b"kept").json()
    files = {path for path in store.rglob("*") if path.is_file()}
    with raw(server) as connection:
        connection.sendall(b"PUT /api/sheets/1/scan HTTP/1.1\r\nHost: x\r\nContent-Length: 10000\r\n\r\n" + b"x" * 5000)
        server.wait_until(lambda: any(store.rglob("*.part")))
    server.wait_until(lambda: not any(store.rglob("*.part")))
    assert server.client.get("/api/sheets?id=eq.1").json()[0]["scan"] == kept
    server.wait_until(lambda: {path for path in store.rglob("*") if path.is_file()} <= files)


def test_a_client_that_leaves_a_download_gives_the_file_back(server: Live) -> None:
    server.client.put("/api/sheets/1/scan", content=LARGE)
    folder = Path(f"/proc/{server.process.pid}")
    if not folder.exists():
        pytest.skip("there is no /proc to look into")
    with raw(server) as connection:
        connection.sendall(b"GET /api/sheets/1/scan HTTP/1.1\r\nHost: x\r\n\r\n")
        connection.recv(1000)
        server.wait_until(lambda: _open_files(server) == 1)
    server.wait_until(lambda: _open_files(server) == 0)
    assert server.client.get("/api/sheets/1/scan", headers={"range": "bytes=0-0"}).content == LARGE[:1]


def _open_files(server: Live) -> int:
    """Files of the store that the workers have open."""
    count = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            status = (process / "stat").read_text().rpartition(")")[2].split()
            if server.process.pid not in (int(process.name), int(status[1])):
                continue
            for descriptor in (process / "fd").iterdir():
                count += "/store/" in str(descriptor.readlink())
        except OSError:
            continue
    return count


def test_many_slow_uploads_keep_nobody_out(server: Live) -> None:
    connections = [raw(server) for _ in range(300)]
    try:
        for connection in connections:
            connection.sendall(b"PUT /api/sheets/1/scan HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nx")
        time.sleep(0.2)  # they have all begun, most likely; the test holds anyway
        answer = httpx.get(f"{server.url}/api/sheets?select=id", timeout=10)
        assert answer.status_code == 200
    finally:
        for connection in connections:
            connection.close()
