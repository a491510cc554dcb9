"""A served application, and Chromium."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.request import urlopen

import pytest

from tests.accounts.pages.conftest import chromium as chromium  # noqa: PLC0414  a fixture is found by its name here

ROOT = Path(__file__).parents[3]


class Served(NamedTuple):
    """A server of the shop."""

    address: str
    folder: Path
    token: str
    """Of somebody who works there."""


@contextmanager
def served(folder: Path, model: str, *options: str, environment: str = "development") -> Generator[str]:
    """The address of the model as long as it is served."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (folder / "log.txt").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "backsmith", "serve", model, "--port", str(port), *options],
            cwd=folder,
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "BACKSMITH_ENVIRONMENT": environment},
        )
        address = f"http://localhost:{port}"
        for _ in range(200):
            try:
                urlopen(f"{address}/health", timeout=1).close()
                break
            except OSError:
                assert server.poll() is None, (folder / "log.txt").read_text()
                time.sleep(0.1)
        yield address
        server.terminate()
        server.wait(20)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The shop."""
    folder = tmp_path_factory.mktemp("shop")
    shutil.copy(ROOT / "examples/shop/shop.py", folder)
    with served(folder, "shop.py") as address:
        said = subprocess.run(
            [sys.executable, "-m", "backsmith", "token", "shop.py", "--account", "1", "--role", "staff"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
        )
        yield Served(address, folder, said.stdout.strip())


@pytest.fixture
def new_page(chromium: Any, shop: Served) -> Iterator[Callable[..., Any]]:
    """Gives pages. What they say in the console or ask of elsewhere is an error at the end."""
    contexts: list[Any] = []
    complaints: list[str] = []

    def heard(said: Any) -> None:
        if said.type in ("error", "warning") and "the server responded with a status" not in said.text:
            complaints.append(said.text)

    def asked(request: Any) -> None:
        if not request.url.startswith((shop.address, "data:", "file:")):
            complaints.append(request.url)

    def broken(error: Any) -> None:
        complaints.append(str(error))

    def made(**options: Any) -> Any:
        context = chromium.new_context(base_url=shop.address, **options)
        context.set_default_timeout(8_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", broken)
        page.on("console", heard)
        page.on("request", asked)
        return page

    yield made
    for context in contexts:
        context.close()
    assert complaints == []
