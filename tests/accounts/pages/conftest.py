"""A served application and a real browser: Chromium as installed, or as playwright has it.

Tests with it are skipped where there is none. It ends with its module: as long as playwright runs, no test of the same
thread has an event loop of its own.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from tests.accounts.application import NOTES

MISSING = "There is no Chromium: apt-get install chromium, or .venv/bin/playwright install chromium"

_addresses = count(1)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """The browser."""
    playwright = pytest.importorskip("playwright.sync_api")
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with playwright.sync_playwright() as started:
        if path is None and not Path(started.chromium.executable_path).exists():
            pytest.skip(MISSING)
        browser = started.chromium.launch(
            executable_path=path,
            args=["--no-sandbox"] if os.geteuid() == 0 else [],  # root has no sandbox
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address of a served application, and its folder."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "notes.py").write_text(textwrap.dedent(NOTES))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (folder / "log.txt").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "backsmith", "serve", str(folder / "notes.py"), "--port", str(port)],
            stdout=log,
            stderr=log,
            env={**os.environ, "BACKSMITH_ENVIRONMENT": "development", "BACKSMITH_TRUSTED_PROXIES": "127.0.0.1,::1"},
        )
        address = f"http://localhost:{port}"
        for _ in range(200):
            try:
                urlopen(f"{address}/health", timeout=1).close()
                break
            except OSError:
                assert server.poll() is None, (folder / "log.txt").read_text()
                time.sleep(0.1)
        yield address, folder
        server.terminate()
        server.wait(20)


@pytest.fixture
def new_page(chromium: Any, site: tuple[str, Path]) -> Iterator[Callable[..., Any]]:
    """Gives pages, each of a browser with cookies of its own."""
    contexts: list[Any] = []

    def made(**options: Any) -> Any:
        address = f"198.51.100.{next(_addresses)}"  # attempts are counted by address
        headers = {"x-forwarded-for": address}
        contexts.append(chromium.new_context(base_url=site[0], extra_http_headers=headers, **options))
        contexts[-1].set_default_timeout(8_000)
        return contexts[-1].new_page()

    yield made
    for context in contexts:
        context.close()
