"""A pattern of RE2 -> the same for JavaScript; None where JavaScript lacks something, and the server alone checks."""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"""
    (?P<escaped>\\.)
    | (?P<group>\((?:\?:)?(?!\?))     # a group; what else begins with (? differs
    | (?P<posix>\[\[:|\[:)
    | (?P<open>\[\^?\]?)
    | (?P<close>\])
    | (?P<any>\.)
    | (?P<odd>\(\?)
    | (?P<plain>[^\\])
    """,
    re.VERBOSE | re.DOTALL,
)
_SPACES = r"\t\n\f\r "
_SAME = frozenset("dDwWtnrf")
"""Letters that mean the same behind a backslash; `\\b` doesn't in a class."""
_SYNTAX = frozenset("^$\\.*+?()[]{}|/")
"""What may stand behind a backslash with the flag `u`; a hyphen may too, in a class."""


def javascript_pattern(pattern: str) -> str | None:
    """The source of a `RegExp` with the flag `u`, which finds the same in the same texts."""
    found: list[str] = []
    position, within = 0, False
    while position < len(pattern):
        token = _TOKEN.match(pattern, position)
        if token is None:
            return None
        position = token.end()
        said = token[0]
        match token.lastgroup:
            case "escaped":
                spelled = _escaped(said[1], within=within)
            case "open" if within:
                spelled = said.replace("[", "\\[") if "]" not in said else None
            case "open":
                within, spelled = True, said if "]" not in said else said.replace("]", "\\]")
            case "close":
                spelled = said if within else "\\]"
                within = False
            case "any" if not within:
                spelled = "[^\\n]"
            case "group":
                spelled = said if not within else said if said == "(" else None
            case "posix" | "odd":
                spelled = None
            case _:
                spelled = said
        if spelled is None:
            return None
        found.append(spelled)
    return "".join(found)


def _escaped(character: str, *, within: bool) -> str | None:
    if character in _SAME or (character in "bB" and not within):
        return f"\\{character}"
    if character == "s":
        return _SPACES if within else f"[{_SPACES}]"
    if character == "S":
        return None if within else f"[^{_SPACES}]"
    if character in _SYNTAX or (character == "-" and within):
        return f"\\{character}"
    return character if character.isascii() and not character.isalnum() else None
