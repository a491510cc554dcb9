"""The client of the gallery against a server that runs, on both databases. What it asks and gets stands in *.ts."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.clients.typescript.conftest import GALLERY, Compiled, needs_node
from tests.http.live import Live, live

pytestmark = needs_node


class Served(NamedTuple):
    server: Live
    mails: Path


@pytest.fixture(scope="module")
def gallery(
    database_kind: str, new_url: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("gallery")
    model = Path(shutil.copy(GALLERY, folder))  # mails are written beside it
    mails = folder / ".backsmith" / "mail"
    mails.mkdir(parents=True)
    with live(folder, model, "--database", new_url(database_kind)) as server:
        server.wait_until_ready()
        yield Served(server, mails)


@pytest.mark.parametrize("script", ["everything", "embeds", "tanstack", "bodies"])
def test_what_it_asks_it_gets(compiled: Compiled, gallery: Served, script: str) -> None:
    environment = os.environ | {"ADDRESS": gallery.server.url, "MAILS": str(gallery.mails)}
    command = ["node", "--test", "--test-reporter=spec", compiled.folder / f"{script}.js"]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 0, ran.stdout + ran.stderr + gallery.server.said()
