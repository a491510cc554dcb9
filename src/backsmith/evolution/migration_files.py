"""The folder `migrations/shop/` beside the model `shop`: a file for each version of it -> the history of the model.

A file says what it stands on by the names of other files, since a model may come back to a shape that it had, and then
has the hash of then. Git merges such folders; where two branches each added a version, the history has two heads.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from backsmith.blueprint.blueprint import Blueprint
from backsmith.blueprint.canonical import encode
from backsmith.errors import UsageError
from backsmith.evolution.history import fingerprint

FOLDER = "migrations"
"""Beside the models, with a folder for each of them in it."""
_FILE = re.compile(r"(\d{4,})_[a-z0-9_]+")
_LONGEST = 40
"""Letters in a name that is made from a change."""


class Version(Struct, frozen=True, kw_only=True):
    """A version of the blueprint, as its file has it. The blueprint comes last, on one line."""

    format: int = 1
    number: int
    name: str
    hash: str
    """The blueprint's `fingerprint`."""
    parents: tuple[str, ...] = ()
    """Names of the files that it stands on: none for the first one, two for a merge."""
    changes: tuple[str, ...] = ()
    """In English, for whoever reviews it."""
    approvals: tuple[str, ...] = ()
    answers: Mapping[str, str] = {}
    """What was asked, and what it was: `Customer.surname` was `name`."""
    migrations: tuple[str, ...] = ()
    """Names of the data migrations that came with it; in a merge also those that only one of the branches had."""
    blueprint: Blueprint

    @property
    def file(self) -> str:
        """The name of its file without the ending: `0007_add_phone`."""
        return f"{self.number:04}_{self.name}"


class History(Struct, frozen=True):
    """All versions, each after those that it stands on."""

    versions: tuple[Version, ...] = ()

    def version(self, file: str) -> Version:
        """The one in that file."""
        return next(each for each in self.versions if each.file == file)


def folder_of(model: Path) -> Path:
    """Where the versions of the model in that file, or package's folder, are kept."""
    return model.parent / FOLDER / model.stem


def read_migrations(folder: Path) -> History:
    """The history in a folder; an empty one where there is none.

    Raises UsageError for a file that can't be read, was edited, or stands on one that isn't there; and for two files
    that stand on one another.
    """
    found = [_read(path) for path in sorted(folder.glob("*.json"))]
    known = {version.file for version in found}
    for version in found:
        missing = [parent for parent in version.parents if parent not in known]
        if missing:
            raise UsageError(
                f"{version.file}.json stands on {missing[0]}.json, which isn't in {FOLDER}/{folder.name}/. "
                "Bring that file back from git; versions that were applied are kept."
            )
    return History(tuple(_in_order(found)))


def _read(path: Path) -> Version:
    if not _FILE.fullmatch(path.stem):
        raise UsageError(f"{path.name} isn't the name of a version, such as 0007_add_phone.json. Move it elsewhere.")
    try:
        version = msgspec.json.decode(path.read_bytes(), type=Version)
    except msgspec.DecodeError as error:
        raise UsageError(
            f"{path.name} can't be read: {error}. After a merge with conflicts keep both files as they were, "
            "and run backsmith migrations merge."
        ) from error
    if version.file != path.stem:
        raise UsageError(f"{path.name} says that it is {version.file}. Give it its name back.")
    if fingerprint(version.blueprint) != version.hash:
        raise UsageError(
            f"{path.name} was edited: its blueprint isn't the one of its hash. Bring it back from git, "
            "and change the model instead."
        )
    return version


def _in_order(versions: Iterable[Version]) -> list[Version]:
    waiting = sorted(versions, key=lambda version: (version.number, version.name))
    done: dict[str, Version] = {}
    while waiting:
        ready = [version for version in waiting if all(parent in done for parent in version.parents)]
        if not ready:
            names = " and ".join(f"{version.file}.json" for version in waiting)
            raise UsageError(f"{names} stand on one another. Bring them back from git as they were.")
        done.update((version.file, version) for version in ready)
        waiting = [version for version in waiting if version.file not in done]
    return list(done.values())


def heads(history: History) -> tuple[Version, ...]:
    """The versions that no other one stands on."""
    below = {parent for version in history.versions for parent in version.parents}
    return tuple(version for version in history.versions if version.file not in below)


def ancestors(history: History, version: Version) -> set[str]:
    """The files that it stands on, and those that these stand on."""
    known = {each.file: each for each in history.versions}
    found: set[str] = set()
    waiting = list(version.parents)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += known[name].parents
    return found


def the_head(history: History) -> Version | None:
    """The newest version; None where there is none. Raises UsageError where there are two."""
    found = heads(history)
    if len(found) > 1:
        raise UsageError(
            f"{' and '.join(f'{version.file}.json' for version in found)} each are a newest version: two branches were "
            "merged. Run backsmith migrations merge, which writes one that stands on both."
        )
    return found[0] if found else None


def next_file(
    history: History,
    blueprint: Blueprint,
    changes: Sequence[str],
    name: str | None = None,
    *,
    approvals: Sequence[str] = (),
    answers: Mapping[str, str] | None = None,
) -> tuple[Version, str]:
    """The next version, on top of all heads, and the text of its file. Raises UsageError for a bad name."""
    below = heads(history)
    given = name or ("merge" if len(below) > 1 else _name(changes) if below else "begin")
    if not re.fullmatch(r"[a-z0-9_]+", given):
        raise UsageError(f"A version can't be called {given!r}: use small letters, digits and _.")
    before = set[str].intersection(*(_migrated(history, version) for version in below)) if below else set[str]()
    version = Version(
        number=max((version.number for version in history.versions), default=0) + 1,
        name=given,
        hash=fingerprint(blueprint),
        parents=tuple(version.file for version in below),
        changes=tuple(changes),
        approvals=tuple(approvals),
        answers=dict(answers or {}),
        migrations=tuple(each.name for each in blueprint.migrations if each.id not in before),
        blueprint=blueprint,
    )
    return version, text_of(version)


def _migrated(history: History, version: Version) -> set[str]:
    """The data migrations that a database of that version has behind it, by their ids."""
    files = ancestors(history, version) | {version.file}
    return {each.id for other in history.versions if other.file in files for each in other.blueprint.migrations}


def _name(changes: Sequence[str]) -> str:
    words = re.findall(r"[a-z0-9]+", changes[0].split("(")[0].lower()) if changes else []
    made = "_".join(words)
    return (made if len(made) <= _LONGEST else made[:_LONGEST].rpartition("_")[0]) or "change"


def text_of(version: Version) -> str:
    """The text of its file: a line for each change, so that git shows what is new."""
    shown: dict[str, Any] = {name: getattr(version, name) for name in version.__struct_fields__ if name != "blueprint"}
    lines = json.dumps(shown, ensure_ascii=False, indent=2).removesuffix("\n}")
    return f'{lines},\n  "blueprint": {encode(version.blueprint).decode()}\n}}\n'
