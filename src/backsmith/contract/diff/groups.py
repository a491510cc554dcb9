"""Differences as people read them: the same change of a shape is told once, however many operations it is in.

In: differences. Out: groups of them, the worst first, and the lines that are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import Struct

from backsmith.contract.diff.nouns import LEVELS, Difference, Level

_SHOWN = 4
"""Operations that are named."""
_TITLES: dict[Level, str] = {"breaking": "Breaking", "risky": "Risky", "compatible": "Compatible"}


class Group(Struct, frozen=True, kw_only=True):
    """One change, wherever it is noticed."""

    kind: str
    level: Level
    text: str
    pointer: str
    nearest: tuple[Difference, ...]
    """Where it is noticed most directly."""
    further: int
    """Further operations, in what they embed."""


def groups_of(differences: Iterable[Difference]) -> list[Group]:
    """The changes, the worst first, otherwise in the order of the documents."""
    found: dict[tuple[Level, str, str], list[Difference]] = {}
    for each in differences:
        found.setdefault((each.level, each.kind, each.place.pointer), []).append(each)
    groups = [_group(some) for some in found.values()]
    return sorted(groups, key=lambda group: LEVELS.index(group.level))


def _group(some: Sequence[Difference]) -> Group:
    depths = [_depth(each) for each in some]
    nearest = [each for each, depth in zip(some, depths, strict=True) if depth == min(depths)]
    by_operation = {(each.place.method, each.place.path): each for each in reversed(nearest)}
    first = min(nearest, key=lambda each: len(each.text))
    others = {(each.place.method, each.place.path) for each in some} - by_operation.keys()
    return Group(
        kind=first.kind,
        level=first.level,
        text=first.text,
        pointer=first.place.pointer,
        nearest=tuple(reversed(by_operation.values())),
        further=len(others),
    )


def _depth(difference: Difference) -> int:
    """How deep within a body it is: `lines[].order.total of the reply 200` is deeper than `total of …`."""
    return difference.text.split(" of the ", 1)[0].removeprefix("[].").count(".")


def lines_of(groups: Sequence[Group], used: Callable[[Difference], Iterable[str]] = lambda each: ()) -> Iterator[str]:
    """The changes as text; `used` says who uses what a difference is about, a line each.

    Documents may be anybody's: what would steer a terminal is taken out of their names.
    """
    return map(_printable, _lines(groups, used))


def _printable(line: str) -> str:
    return "".join(sign if sign.isprintable() else "�" for sign in line)


def _lines(groups: Sequence[Group], used: Callable[[Difference], Iterable[str]]) -> Iterator[str]:
    if not groups:
        yield "No difference that a client would notice."
        return
    level: Level | None = None
    for group in groups:
        if group.level != level:
            if level is not None:
                yield ""
            level = group.level
            yield f"{_TITLES[level]} ({sum(each.level == level for each in groups)})"
        yield f"  {group.text}  [{group.kind}]"
        if places := _places(group):
            yield f"      in {places}"
        if group.level == "compatible":
            continue
        breaks = "breaks" if group.level == "breaking" else "may break"
        for request in list(dict.fromkeys(each.request for each in group.nearest if each.request))[:2]:
            yield f"      {breaks}: {request}"
        for line in dict.fromkeys(line for each in group.nearest for line in used(each)):
            yield f"      {line}"


def _places(group: Group) -> str:
    named = [f"{each.place.method} {each.place.path}" for each in group.nearest if each.place.method]
    rest = len(named) - _SHOWN
    listed = ", ".join(named[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")
    return listed + (f"; within what {group.further} others show" if group.further else "")
