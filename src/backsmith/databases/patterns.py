"""Patterns of like and match as the databases take them: PostgREST's `*` for `%`, SQLite's GLOB, RE2."""

from __future__ import annotations

import re

import re2  # pyright: ignore[reportMissingTypeStubs] - it has none

from backsmith import errors
from backsmith.errors import RequestError

ONLY_POSTGRES = re.compile(r"\[\[?[:.=]|\\[mMyYAZ<>]|\\[0-9]|\(\?|\*\*\*")
"""What PostgreSQL's regular expressions have and RE2's lack or mean otherwise."""


def like_pattern(text: str) -> str:
    """A like pattern with `*` standing for `%`; a backslash at the very end is itself."""
    pattern = text.replace("*", "%")
    backslashes = len(pattern) - len(pattern.rstrip("\\"))
    return pattern + "\\" if backslashes % 2 else pattern


def like_to_glob(text: str) -> str:
    """A like pattern in the language of SQLite's GLOB, which minds the case and may use an index."""
    parts: list[str] = []
    pattern = iter(like_pattern(text))
    for character in pattern:
        match character:
            case "%":
                parts.append("*")
            case "_":
                parts.append("?")
            case "\\":
                parts.append(_escaped(next(pattern)))
            case _:
                parts.append(_escaped(character))
    return "".join(parts)


def _escaped(character: str) -> str:
    return f"[{character}]" if character in "*?[" else character


def check_regular_expression(text: str) -> str:
    """The pattern itself, when RE2 reads it and means by it what PostgreSQL does.

    Raises RequestError UNSUPPORTED for what only PostgreSQL has, BAD_VALUE for what nobody can read.
    """
    found = ONLY_POSTGRES.search(text)
    if found:
        raise RequestError(
            errors.UNSUPPORTED,
            f"'{found.group()}' in a regular expression needs PostgreSQL; this is SQLite",
            hint="Write ranges such as [a-z] for classes, ^ and $ for the ends.",
        )
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(text, options)  # pyright: ignore[reportUnknownMemberType] - see the import
    except re2.error:  # pyright: ignore[reportUnknownMemberType] - see the import
        raise RequestError(errors.BAD_VALUE, "A regular expression can't be read") from None
    return text


def check_for_postgres(text: str) -> str:
    """The pattern itself. What nobody can read is refused now and not when PostgreSQL comes to a row, if it does; of
    what only PostgreSQL has it judges itself. Raises RequestError BAD_VALUE.
    """
    return text if "\\" in text or ONLY_POSTGRES.search(text) else check_regular_expression(text)
