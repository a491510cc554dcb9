"""Front ends built by npm packages, once for the same sources: a folder of the cache is named by their hash."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path

OUT = "<out>"


def built(folder: Path, sources: Iterable[Path], command: Sequence[str]) -> Path:
    """The folder with what the command writes, below node_modules, as caches are. OUT in it stands for that folder."""
    hashed = sha256()
    for source in sorted(sources):
        hashed.update(str(source.relative_to(folder)).encode() + b"\0" + source.read_bytes() + b"\0")
    out = folder / "node_modules" / ".tests" / hashed.hexdigest()[:16]
    if not out.exists():
        unfinished = out.with_name(f"{out.name}.unfinished")
        shutil.rmtree(out.parent, ignore_errors=True)
        done = subprocess.run(
            [each.replace(OUT, str(unfinished)) for each in command],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        unfinished.rename(out)
    return out
