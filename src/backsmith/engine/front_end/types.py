"""What a file of a front end is: its name -> the media type, and whether it can never change.

The table is our own for what the web is made of, so that no machine's registry makes a script `text/plain`, which
browsers don't run; the rest is Python's.
"""

from __future__ import annotations

import re
from mimetypes import MimeTypes
from pathlib import PurePosixPath

_TYPES = {
    ".html": "text/html", ".htm": "text/html", ".css": "text/css", ".js": "text/javascript", ".mjs": "text/javascript",
    ".json": "application/json", ".map": "application/json", ".webmanifest": "application/manifest+json",
    ".wasm": "application/wasm", ".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp", ".avif": "image/avif", ".ico": "image/x-icon",
    ".woff": "font/woff", ".woff2": "font/woff2", ".ttf": "font/ttf", ".otf": "font/otf", ".txt": "text/plain",
    ".xml": "application/xml", ".md": "text/markdown", ".pdf": "application/pdf", ".mp4": "video/mp4",
    ".webm": "video/webm", ".mp3": "audio/mpeg", ".ogg": "audio/ogg", ".wav": "audio/wav", ".zip": "application/zip",
    ".gz": "application/gzip", ".br": "application/octet-stream", ".zst": "application/zstd",
}  # fmt: skip
_OTHERS = MimeTypes(filenames=())
_JSON_BY_NAME = frozenset({"apple-app-site-association"})
"""Files without an ending that are JSON."""

_FOLDERS = frozenset({"assets", "_astro", "immutable", "static"})
"""Where builds put files whose names have a hash of what is in them: Vite, Astro, SvelteKit, webpack."""
_HASHED = re.compile(r"[-.]([A-Za-z0-9_-]{8}|[0-9a-f]{9,64})(?:\.chunk|\.module)?\.[a-z0-9]+(?:\.map)?", re.ASCII)


def type_of(name: str) -> str:
    """The value of Content-Type."""
    path = PurePosixPath(name)
    type = _TYPES.get(path.suffix.lower()) or _OTHERS.guess_type(f"file{path.suffix.lower()}")[0]
    if type is None:
        type = "application/json" if path.name in _JSON_BY_NAME else "application/octet-stream"
    return f"{type}; charset=utf-8" if type.startswith("text/") or type == "image/svg+xml" else type


def is_immutable(name: str) -> bool:
    """Whether the name of a file changes with what is in it, so that it never has to be asked for again.

    It lies in a folder that builds put such files into, and its name ends in a hash: eight characters of Base64 after a
    dash or dot, as Vite's do, or eight and more hexadecimal digits. A word or a date is none: there is a capital among
    the letters, or letters and digits are mixed (of Vite's hashes, 1 in 1,400 looks like a word and is asked for again
    each time, which does no harm).
    """
    path = PurePosixPath(name)
    if not _FOLDERS.intersection(path.parts[:-1]):
        return False
    match = next((each for each in _candidates(path.name)), None)
    if match is None:
        return False
    digest = match.strip("-_")
    return not digest.isdecimal() and (digest != digest.lower() or any(character.isdecimal() for character in digest))


def is_named_as_file(segment: str) -> bool:
    """Whether the last segment of an address ends as files do that pages load: a page of the application at such an
    address would hide that the file is missing."""
    return PurePosixPath(segment).suffix.lower() in _TYPES


def _candidates(name: str) -> list[str]:
    """What may be a hash at the end of a name; Base64 may have dashes of its own."""
    found: list[str] = []
    for start in range(len(name)):
        match = _HASHED.fullmatch(name, start)
        if match is not None:
            found.append(match[1])
    return found
