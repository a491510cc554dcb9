"""A small build of a front end, and the notes application that serves it, in production and as a developer has it."""

from __future__ import annotations

import gzip
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.accounts.application import NOTES
from tests.accounts.pages.conftest import chromium
from tests.http.live import Live, live

__all__ = ["chromium"]  # the browser, as a fixture

PAGE = "<!doctype html><title>Notes</title><script type=module src=/assets/index-DiwrgTda.js></script><p>The notes.</p>"
SCRIPT = "document.title = 'Started';" * 20
LARGE = bytes(range(256)) * 4096

FILES: dict[str, str | bytes] = {
    "index.html": PAGE,
    "assets/index-DiwrgTda.js": SCRIPT,
    "assets/forms-DiwrgTda.js": SCRIPT,
    "assets/forms-DiwrgTda.js.gz": gzip.compress(SCRIPT.encode(), mtime=0),
    "assets/forms-DiwrgTda.js.br": b"brotli",
    "assets/large-AAAA1111.bin": LARGE,
    "about.html": "<!doctype html><title>About</title>",
    "manual/index.html": "<!doctype html><title>Manual</title>",
    "docs/index.html": "hidden by the documentation",
    "api/teas.json": "hidden by the API",
    ".env": "SECRET=1",
    ".well-known/security.txt": "Contact: mailto:security@example.org",
    "naïve name.txt": "text",
}


@pytest.fixture(scope="package")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a build, with what must not be served beside and in it."""
    folder = tmp_path_factory.mktemp("built")
    (folder / "secret.txt").write_text("secret")
    for name, content in FILES.items():
        path = folder / "dist" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    (folder / "dist/outside.txt").symlink_to(folder / "secret.txt")
    (folder / "dist/inside.html").symlink_to("about.html")
    (folder / "dist/up").symlink_to(folder)
    return folder / "dist"


@pytest.fixture(scope="package")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The notes application, and a route of its own."""
    path = tmp_path_factory.mktemp("model") / "notes.py"
    path.write_text(textwrap.dedent(NOTES))
    return path


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory, model: Path, dist: Path) -> Iterator[Live]:
    """A server in production."""
    folder = tmp_path_factory.mktemp("server")
    with live(folder, model, "--front-end", str(dist), "--production", "--database", f"sqlite:///{folder}/n.db") as it:
        it.wait_until_ready()
        yield it


@pytest.fixture(scope="package")
def developers(tmp_path_factory: pytest.TempPathFactory, model: Path) -> Iterator[Live]:
    """A server in development, without any setting."""
    folder = tmp_path_factory.mktemp("developers")
    with live(folder, model, "--database", f"sqlite:///{folder}/n.db") as it:
        it.wait_until_ready()
        yield it
