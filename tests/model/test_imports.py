"""Writing a model needs no server and no database: importing the package stays quick."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("granian", "asyncpg", "apsw", "httpx", "uvloop", "rich", "cyclopts", "joserfc", "backsmith.blueprint")


def test_importing_the_package_imports_nothing_heavy() -> None:
    script = f"import backsmith, sys; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert done.stdout == "[]\n"
