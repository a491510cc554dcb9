"""Paths of routes: `/shop/{slug}` -> its segments; and which of them mean the same addresses as another path.

A path belongs to Backsmith where it is one of the API's (collections, rows, their actions, functions, batches) or one
of the pages beside it. The prefix of the API is a setting, so that an application may have `/api` for itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple
from uuid import UUID

from backsmith.blueprint.blueprint import Action, Entity
from backsmith.blueprint.naming import RESERVED_COLLECTIONS
from backsmith.blueprint.types import Integer, Type, Uuid

BESIDE = ("/health", "/ready", "/metrics", "/errors", "/errors/{slug}")
"""The pages that Backsmith has beside the API."""
_PARAMETER = re.compile(r"\{([A-Za-z_]\w*)(:path)?\}")
_LITERAL = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@-]+")


class Segment(NamedTuple):
    """A part of a path between slashes: fixed text, a parameter, or a parameter that takes the rest."""

    kind: Literal["literal", "parameter", "rest"]
    text: str
    type: Type | None = None
    """Of a parameter, where only values of the type are meant."""


class PathMistake(ValueError):  # noqa: N818 - it is a finding that the caller turns into a Problem
    """A path that can't be; the message says why."""


def segments_of(path: str) -> tuple[Segment, ...]:
    """The segments of a route's path. Raises PathMistake."""
    if not path.startswith("/"):
        raise PathMistake("begins with no slash")
    if path == "/":
        return ()
    found: list[Segment] = []
    for part in path[1:].split("/"):
        match = _PARAMETER.fullmatch(part)
        if found and found[-1].kind == "rest":
            raise PathMistake("goes on after the rest of the path")
        if match is not None:
            if match[1] in [each.text for each in found if each.kind != "literal"]:
                raise PathMistake(f"has {{{match[1]}}} twice")
            found.append(Segment("rest" if match[2] else "parameter", match[1]))
        elif _LITERAL.fullmatch(part) and part not in (".", ".."):
            found.append(Segment("literal", part))
        elif "{" in part or "}" in part:
            raise PathMistake(f"has '{part}', but a parameter is a whole part of the path: {{name}} or {{name:path}}")
        else:
            raise PathMistake(f"has '{part}', which can't stand in a path as it is" if part else "has an empty part")
    return tuple(found)


def overlap(one: Sequence[Segment], other: Sequence[Segment]) -> bool:
    """Whether there are addresses that both paths mean."""
    for left, right in zip(one, other, strict=False):
        if "rest" in (left.kind, right.kind):
            return True
        if left.kind == right.kind == "literal" and left.text != right.text:
            return False
        if left.kind != right.kind:
            literal, parameter = (left, right) if left.kind == "literal" else (right, left)
            if not _may_be(literal.text, parameter.type):
                return False
    return len(one) == len(other)


def same(one: Sequence[Segment], other: Sequence[Segment]) -> bool:
    """Whether both paths mean the same addresses, and neither is the narrower one."""
    return [(each.kind, each.text if each.kind == "literal" else "") for each in one] == [
        (each.kind, each.text if each.kind == "literal" else "") for each in other
    ]


def _may_be(text: str, type: Type | None) -> bool:
    """Whether the text can be a value of the type."""
    match type:
        case Integer():
            return text.removeprefix("-").isdecimal()
        case Uuid():
            try:
                UUID(text)
            except ValueError:
                return False
            return True
        case _:
            return True


def hides(route: Sequence[Segment], own: Sequence[Segment], anchor: int) -> bool:
    """Whether a route would answer what is at a path of Backsmith's own.

    That begins with `anchor` fixed segments: only a route that spells them out comes before it, so that one of
    `/{page}` leaves /health alone.
    """
    return list(route[:anchor]) == list(own[:anchor]) and overlap(route, own)


def paths_of_backsmith(
    entities: Iterable[Entity], actions: Iterable[Action], prefix: str
) -> Iterator[tuple[str, tuple[Segment, ...], int]]:
    """The paths that Backsmith itself answers: how each is written, its segments, and how many of them begin it."""
    for path in BESIDE:
        yield path, segments_of(path), 1
    below = segments_of(prefix.rstrip("/") or "/")
    for path, segments in _paths_below(entities, actions, prefix, below):
        yield path, segments, len(below)


def _paths_below(
    entities: Iterable[Entity], actions: Iterable[Action], prefix: str, below: tuple[Segment, ...]
) -> Iterator[tuple[str, tuple[Segment, ...]]]:
    for word in sorted(RESERVED_COLLECTIONS):
        yield f"{prefix}/{word}/…", (*below, Segment("literal", word), Segment("rest", "rest"))
        yield f"{prefix}/{word}", (*below, Segment("literal", word))
    for entity in entities:
        if entity.private:
            continue
        collection = (*below, Segment("literal", entity.collection))
        yield f"{prefix}/{entity.collection}", collection
        if not entity.key:
            continue
        types = {field.name: field.type for field in entity.fields}
        key = Segment("parameter", "key", types.get(entity.key[0]) if len(entity.key) == 1 else None)
        yield f"{prefix}/{entity.collection}/{{key}}", (*collection, key)
        files = [field.name for field in entity.fields if getattr(field.type, "format", None) == "file"]
        for name in [*files, *(action.name for action in actions if action.entity == entity.name)]:
            yield f"{prefix}/{entity.collection}/{{key}}/{name}", (*collection, key, Segment("literal", name))
