"""Small disks, and PostgreSQL servers that may be killed."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.durability.postgres import CrashServer
from tests.servers import folder_of


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk in memory, where this process may make one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16000000", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk takes root")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)  # what was killed may not be gone yet


@pytest.fixture(scope="module")
def postgres() -> Iterator[CrashServer]:
    """PostgreSQL 18."""
    programs = folder_of("18")
    if programs is None:
        pytest.skip("PostgreSQL 18 isn't installed")
    server = CrashServer(programs)
    yield server
    server.stop()
