"""A disk that loses its power: SQLite's files as they might be found afterwards.

What was written is surely there once it has been synced. Of what was written since, some is there, some isn't, and some
is torn. `Disk` is a VFS of SQLite's that notes all of it beside the real files.
"""

from __future__ import annotations

import random
import threading
from pathlib import Path
from typing import Any

import apsw


class Disk(apsw.VFS):
    """The default VFS from when it is made until `remove`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._synced: dict[str, bytes] = {}
        self._since: dict[str, list[tuple[int, bytes | None]]] = {}
        """Writes by place; None cuts the file there."""
        super().__init__("losing_power", "unix", makedefault=True)

    def remove(self) -> None:
        """Let the default be what it was."""
        self.unregister()

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:
        return _File(self, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:
        super().xDelete(filename, syncdir)
        with self._lock:
            self._synced.pop(filename, None)
            self._since.pop(filename, None)

    def note(self, path: str, place: int, data: bytes | None) -> None:
        """A write."""
        with self._lock:
            self._since.setdefault(path, []).append((place, data))

    def sync(self, path: str) -> None:
        """All that was written is there."""
        with self._lock:
            content = bytearray(self._synced.get(path, b""))
            for place, data in self._since.pop(path, []):
                _write(content, place, data)
            self._synced[path] = bytes(content)

    def without_power(self) -> dict[str, bytes]:
        """The files by name, as they might be found now."""
        with self._lock:
            found: dict[str, bytes] = {}
            for path in {**self._synced, **self._since}:
                content = bytearray(self._synced.get(path, b""))
                luck = random.random()
                for place, data in self._since.get(path, []):
                    if random.random() < luck:
                        torn = data is not None and random.random() < 0.1
                        _write(content, place, data[: random.randrange(len(data))] if torn and data else data)
                found[Path(path).name] = bytes(content)
            return found


def _write(content: bytearray, place: int, data: bytes | None) -> None:
    if data is None:
        del content[place:]
    else:
        if len(content) < place:
            content += bytes(place - len(content))
        content[place : place + len(data)] = data


class _File(apsw.VFSFile):
    def __init__(self, disk: Disk, name: Any, flags: list[int]) -> None:
        self._disk = disk
        self._path = name.filename() if isinstance(name, apsw.URIFilename) else name
        super().__init__("unix", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:
        super().xWrite(data, offset)
        if self._path:
            self._disk.note(self._path, offset, bytes(data))

    def xTruncate(self, newsize: int) -> None:
        super().xTruncate(newsize)
        if self._path:
            self._disk.note(self._path, newsize, None)

    def xSync(self, flags: int) -> None:
        super().xSync(flags)
        if self._path:
            self._disk.sync(self._path)
