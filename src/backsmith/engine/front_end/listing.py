"""Which files of a built front end there are: a folder -> their names as addresses have them.

A name that isn't in the listing is not served, whatever an address says: that is what keeps requests inside the folder.
Not in it: dotfiles (but `.well-known`), what a symbolic link leads out of the folder to, what isn't a file, and what
lies at an address of the API.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from backsmith.errors import UsageError

INDEX = "index.html"
WELL_KNOWN = ".well-known"
ENCODINGS: Mapping[str, str] = {".br": "br", ".zst": "zstd", ".gz": "gzip"}
"""Endings of files that are another one compressed -> what Content-Encoding calls that."""
OWN = frozenset({"auth", "docs", "openapi.json", "health", "ready", "metrics", "errors"})
"""The first segments of addresses at which Backsmith itself answers; also where a setting turns that off."""

Names = Mapping[str, Path]
"""Files by name, `assets/app.js`, in order."""


def check_folder(folder: Path) -> None:
    """Raise UsageError where there is no front end in a folder."""
    if not folder.is_dir():
        message = f"front_end: there is no folder {folder}. Build the front end first, such as by: npm run build"
        raise UsageError(message)
    if not (folder / INDEX).is_file():
        message = (
            f"front_end: {folder} has no {INDEX}. Name the folder that the build writes, such as dist, not that of the "
            "sources."
        )
        raise UsageError(message)


def names_of(folder: Path) -> dict[str, Path]:
    """The files of a folder; none where it isn't there, as while it is built anew."""
    root = Path(os.path.realpath(folder))
    return dict(sorted(_found(root, root, "")))


def is_own(segments: tuple[str, ...], prefix: tuple[str, ...]) -> bool:
    """Whether an address is the API's, or one of Backsmith's own, whatever stands there."""
    return segments[0] in OWN or segments[: len(prefix)] == prefix


def _found(root: Path, folder: Path, before: str) -> Iterator[tuple[str, Path]]:
    try:
        entries = list(os.scandir(folder))
    except FileNotFoundError:
        return
    for entry in entries:
        if entry.name.startswith(".") and (before or entry.name != WELL_KNOWN):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _found(root, Path(entry.path), f"{before}{entry.name}/")
            continue
        path = Path(entry.path)
        if entry.is_symlink():
            path = Path(os.path.realpath(path))
            if not path.is_relative_to(root):
                continue
        if path.is_file():
            yield before + entry.name, path
