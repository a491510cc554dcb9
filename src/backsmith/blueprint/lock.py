"""The lock file: which id each name of the model has, so that a rename stays a rename.

In: the lock of the last time, and names as paths (`Order`, `Order.status`, `top_customers()`). Out: the same id for the
same thing, and the new lock. Its text has one entry a line in the order of the names, so that git can merge it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

import msgspec

from backsmith.errors import UsageError


class Lock(msgspec.Struct, frozen=True):
    """Ids by path. `format` is the version of this structure."""

    ids: dict[str, str] = {}
    format: int = 1


class Ids:
    """Hands out the ids of one compilation."""

    def __init__(self, lock: Lock) -> None:
        self._known = lock.ids
        self._taken = set(lock.ids.values())
        self._now: dict[str, str] = {}

    def take(self, path: str, earlier: Iterable[str] = ()) -> str:
        """The id of what is now called `path`, and was called by one of `earlier` the last time, if that was there."""
        # An earlier name goes first: something else may have had the new one until now, and be gone.
        for name in (*(name for name in earlier if name != path), path):
            if name in self._known:
                self._now[path] = self._known[name]
                return self._known[name]
        first = hashlib.sha256(path.encode()).hexdigest()[:10]
        number, identifier = 1, first
        while identifier in self._taken:
            number += 1
            identifier = f"{first}-{number}"
        self._taken.add(identifier)
        self._now[path] = identifier
        return identifier

    def lock(self) -> Lock:
        """The lock of all that was handed out."""
        return Lock(dict(sorted(self._now.items())))


def lock_text(lock: Lock) -> str:
    """The text of the lock file."""
    entries = ",\n".join(
        f"    {json.dumps(path, ensure_ascii=False)}: {json.dumps(identifier)}"
        for path, identifier in sorted(lock.ids.items())
    )
    body = f"{{\n{entries}\n  }}" if entries else "{}"
    return f'{{\n  "format": {lock.format},\n  "ids": {body}\n}}\n'


def read_lock(path: Path) -> Lock:
    """The lock in that file; an empty one when there is no file. Raises UsageError when it can't be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Lock)
    except FileNotFoundError:
        return Lock()
    except msgspec.DecodeError as error:
        raise UsageError(
            f"{path} can't be read: {error}. It holds the ids of your model: after a merge keep both sides."
        ) from error


def lock_path(model: Path) -> Path:
    """Where the lock of a model is kept: `shop.py` or the package `shop/` -> `shop.lock.json` beside it."""
    return model.with_name(f"{model.stem}.lock.json")
