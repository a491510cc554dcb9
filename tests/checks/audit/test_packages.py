"""Packages with known holes: asked of an index that answers as PyPI does, by a real server on this machine."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from backsmith.checks.audit.packages import Package, holes, installed

RELEASES = {
    "/pypi/leaky/1.0/json": {
        "info": {"name": "leaky"},
        "vulnerabilities": [
            {
                "id": "PYSEC-2026-1",
                "summary": "Reads any file.",
                "details": "…",
                "fixed_in": ["1.1"],
                "withdrawn": None,
            },
            {"id": "PYSEC-2026-2", "details": "No fix.\nAt all.", "fixed_in": [], "withdrawn": None},
            {"id": "PYSEC-2026-3", "summary": "None after all.", "fixed_in": [], "withdrawn": "2026-02-01T00:00:00Z"},
        ],
    },
    "/pypi/tight/2.0/json": {"info": {"name": "tight"}, "vulnerabilities": []},
}


class Index(BaseHTTPRequestHandler):
    """Answers for the releases above; `/pypi/odd/…` with something that is no JSON."""

    def do_GET(self) -> None:
        found = RELEASES.get(self.path)
        self.send_response(200 if found or "odd" in self.path else 404)
        self.end_headers()
        self.wfile.write(json.dumps(found).encode() if found else b"<html>")

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def index() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Index)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


async def test_known_holes_with_what_mends_them(index: str) -> None:
    found = await holes([Package("leaky", "1.0"), Package("tight", "2.0")], index=index)
    assert [(each.key, each.severity, each.message, each.fix) for each in found] == [
        (
            "known-hole:leaky 1.0 PYSEC-2026-1",
            "high",
            "leaky 1.0 has a known hole, PYSEC-2026-1: Reads any file.",
            "Install leaky 1.1.",
        ),
        (
            "known-hole:leaky 1.0 PYSEC-2026-2",
            "high",
            "leaky 1.0 has a known hole, PYSEC-2026-2: No fix.",
            "There is no version without it yet: see whether it concerns you.",
        ),
    ]


async def test_what_cannot_be_asked_is_said(index: str) -> None:
    packages = [Package("tight", "2.0"), Package("unknown", "1"), Package("odd", "1")]
    [finding] = await holes(packages, index=index)
    assert (finding.key, finding.message) == (
        "not-looked-up:packages",
        f"The index at {index} couldn't be asked about odd, unknown.",
    )
    [finding] = await holes([Package("tight", "2.0")], index="http://127.0.0.1:9")
    assert finding.message == "The index at http://127.0.0.1:9 couldn't be asked about tight."


def test_what_is_installed() -> None:
    names = [package.name for package in installed()]
    assert {"apsw", "asyncpg", "msgspec", "granian"} <= set(names)
    assert "pytest" not in names
    assert "backsmith" not in names
