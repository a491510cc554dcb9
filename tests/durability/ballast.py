"""What takes all the room that is left on a disk."""

from __future__ import annotations

from pathlib import Path


def fill(disk: Path) -> Path:
    """The file that takes it; the room is there again when it is gone."""
    path = disk / "ballast"
    with path.open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 4096):
                pass
        except OSError:
            return path
    raise AssertionError("the disk has no end")
