"""What the peers need, installed into bench/.venv and bench/node_modules.

Runs only when the list of requirements has changed since the last time.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from processes import BenchError

HERE = Path(__file__).parent


def install(needs: set[str]) -> None:
    """Installs for those of `python` and `node` that the peers need."""
    if "python" in needs:
        venv = HERE / ".venv"
        make = [[sys.executable, "-m", "venv", str(venv)]]
        fill = [[str(venv / "bin" / "pip"), "install", "--quiet", "-r", str(HERE / "requirements.txt")]]
        once(HERE / "requirements.txt", venv, [*([] if (venv / "bin" / "pip").exists() else make), *fill])
    if "node" in needs:
        if shutil.which("npm") is None:
            raise BenchError("npm isn't installed, which the Fastify peer needs. Install Node.js 20 or later.")
        quiet = ["--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"]
        once(HERE / "package.json", HERE / "node_modules", [["npm", "install", *quiet]])


def once(requirements: Path, target: Path, commands: list[list[str]]) -> None:
    """Runs the commands unless they have run for just these requirements."""
    stamp = target / ".installed-for"
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"Installing {requirements.name} …", file=sys.stderr, flush=True)
    for command in commands:
        done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=600, check=False)
        if done.returncode != 0:
            raise BenchError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    stamp.write_text(wanted)
