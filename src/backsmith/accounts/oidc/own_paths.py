"""Where a browser may be sent on to after signing in: paths of the application itself, never another site."""

from __future__ import annotations

from re import ASCII
from re import compile as pattern
from urllib.parse import unquote

HOME = "/"
MOST = 1024
"""Characters."""
_PATH = pattern(r"/(?![/\\])[A-Za-z0-9\-._~!$&'()*+,;=:@/?%#\[\]]*", ASCII)
"""A path, query and fragment as browsers send them. Without backslashes, which browsers take for slashes; without
control characters, which they leave out before they look (WHATWG URL, 4.4), and which would end a header."""


def own_path(text: str | None) -> str:
    """The path, or HOME where it isn't plainly one of our own.

    `//evil.example` and `/\\\\evil.example` lead to another site, and so may `/%2Fevil.example` and
    `/x/..//evil.example` behind something that decodes or tidies paths.
    """
    if text is None or len(text) > MOST or not _PATH.fullmatch(text):
        return HOME
    path = text.partition("#")[0].partition("?")[0]
    for _ in range(2):  # decoded twice
        path = unquote(path)
        if "//" in path or "\\" in path or any(part == ".." for part in path.split("/")):
            return HOME
        if any(ord(letter) < 0x20 or ord(letter) == 0x7F for letter in path):
            return HOME
    return text
