"""A process that dies at any moment leaves no file without a row and no row without its file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_death_at_every_step(database_url: str, tmp_path: Path, repository: Path) -> None:
    command = [sys.executable, "-m", "tests.files.crashing", database_url, str(tmp_path / "store")]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout) > 25
