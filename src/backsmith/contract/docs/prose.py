"""The application's own words as HTML and Markdown. In: a docstring. Out: markup in which nothing of it is markup.

Paragraphs, lists and what stands in backticks are shown as such; links, HTML and everything else stay text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from inspect import cleandoc

from markupsafe import Markup, escape

_CODE = re.compile(r"`+([^`\n]+)`+")
_ITEM = re.compile(r"^[-*] ")
_SPECIAL = re.compile(r"([\\*_\[\]<>&|#~])")


def prose(text: str | None) -> Markup:
    """A docstring as HTML."""
    return Markup("").join(_blocks(text or ""))


def inline(text: str | None) -> Markup:
    """A sentence as HTML."""
    parts = _CODE.split(text or "")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if at % 2 else escape(part) for at, part in enumerate(parts)
    )


def _blocks(text: str) -> Iterator[Markup]:
    for block in re.split(r"\n\s*\n", cleandoc(text)):
        lines = block.strip("\n").split("\n")
        if not any(line.strip() for line in lines):
            continue
        if _ITEM.match(lines[0].strip()):
            items = Markup("").join(Markup("<li>{}</li>").format(inline(item)) for item in _items(lines))
            yield Markup("<ul>{}</ul>").format(items)
        else:
            yield Markup("<p>{}</p>").format(inline(" ".join(line.strip() for line in lines)))


def _items(lines: list[str]) -> list[str]:
    found: list[str] = []
    for line in map(str.strip, lines):
        if _ITEM.match(line):
            found.append(line[2:])
        else:
            found[-1] += f" {line}"
    return found


def plain_markdown(text: str | None) -> str:
    """A sentence as Markdown on one line."""
    parts = _CODE.split(" ".join((text or "").split()))
    return "".join(f"`{part}`" if at % 2 else _SPECIAL.sub(r"\\\1", part) for at, part in enumerate(parts))


def cell(text: str | None) -> str:
    """A sentence as a cell of a table."""
    return plain_markdown(text).replace("`|`", "`\\|`")


def code(text: str) -> str:
    """A text as code within a line, whatever backticks and bars it has."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * (longest + 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{' '.join(text.split())}{space}{fence}".replace("|", "\\|")
