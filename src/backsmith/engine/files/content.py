"""What a file is, by its content: the first bytes -> a media type, and what of that a browser may show by itself.

The client's Content-Type counts for nothing. A name's ending only chooses between types that the bytes allow: a .docx
and a .zip begin alike, a .csv and a .txt are both text.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import Any, cast

import puremagic

HEAD = 4096
"""Bytes at the beginning of a file that its type is found by."""
UNKNOWN = "application/octet-stream"
TEXT = "text/plain"
SURE = 0.3
"""puremagic's confidence in marks of three bytes and more; shorter ones begin many a text, such as "BM"."""

_SAME = {
    "audio/wave": "audio/wav",
    "audio/x-wav": "audio/wav",
    "application/x-gzip": "application/gzip",
    "image/x-ms-bmp": "image/bmp",
    "audio/x-flac": "audio/flac",
    "application/x-zip-compressed": "application/zip",
}
"""Other names of a type -> the one we use."""
_TEXTS = {
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".md": "text/markdown",
    ".json": "application/json",
    ".ics": "text/calendar",
    ".vcf": "text/vcard",
}
"""Kinds of text that no bytes tell apart."""

INERT = frozenset({
    "image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp", "image/tiff", "image/heif",
    "image/x-icon", "audio/mpeg", "audio/wav", "audio/flac", "audio/ogg", "audio/mp4", "audio/aac", "audio/midi",
    "video/mp4", "video/webm", "video/ogg", "video/quicktime", "video/x-matroska", "video/mpeg", "application/pdf",
})  # fmt: skip
"""Types that a browser shows without running anything of the file's. SVG, HTML and XML are not among them."""


def type_of(head: bytes, name: str) -> str:
    """The media type of a file that begins with those bytes."""
    ending = PurePath(name).suffix.lower()
    text = _is_text(head)
    try:
        # The library's annotations leave the types of a match open.
        found: list[Any] = [match for match in cast("Any", puremagic).magic_string(head) if match.mime_type]
    except (puremagic.PureError, ValueError):  # it knows nothing of it; it is empty
        found = []
    if found and (found[0].confidence >= SURE or not text):
        fitting = [match for match in found if match.extension == ending]
        if found[0].mime_type.startswith("application/vnd.") and not fitting and head.startswith(b"PK"):
            return "application/zip"  # puremagic names whatever may be in it
        best: str = (fitting or found)[0].mime_type
        return _SAME.get(best, best)
    if text:
        return _TEXTS.get(ending, TEXT)
    return UNKNOWN


def _is_text(head: bytes) -> bool:
    """Whether it is UTF-8 without control characters; the last character may be cut off."""
    for cut in range(4):
        try:
            text = head[: len(head) - cut].decode()
        except UnicodeDecodeError:
            continue
        return not any(ord(character) < 32 and character not in "\t\n\r\f" for character in text)
    return False


def accepts(accept: tuple[str, ...], type: str) -> bool:
    """Whether a file of that type is one of those; an empty list is all. `image/*` is every image."""
    return not accept or type in accept or f"{type.partition('/')[0]}/*" in accept
