"""Names of files: what a client says -> a text that is safe to show and to save under; and that text in a header.

A name never becomes a path of the store. It is made harmless all the same, for whoever saves the file under it.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, unquote

LONGEST = 200
"""Bytes of a name in UTF-8, at most; file systems take 255."""
NAMELESS = "file"
_FORBIDDEN = frozenset('<>:"/\\|?*')
"""What some file system or shell takes for more than a letter."""
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul"} | {f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)}
)
"""Names that Windows takes for devices, whatever their ending."""
_PARAMETER = re.compile(r';\s*([\w*-]+)\s*=\s*("(?:[^"\\]|\\.)*+"|[^;"]++)')
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_ATTRIBUTE = "!#$&+-.^_`|~"
"""What stands as it is in RFC 8187's form, besides letters and digits."""


def safe_name(name: str) -> str:
    """The last part of a name that a client gave, without anything that is more than a text."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    kept = "".join(" " if character.isspace() else character for character in last if _is_harmless(character))
    kept = " ".join(kept.split()).strip(". ")
    stem, dot, ending = kept.rpartition(".")
    if not dot:
        stem, ending = kept, ""
    if (stem.partition(".")[0] or ending).lower() in _DEVICES:
        stem = f"_{stem}"
    room = LONGEST - len((dot + ending).encode())
    if room < 1:
        stem, dot, ending, room = kept, "", "", LONGEST
    stem = stem.encode()[:room].decode(errors="ignore").rstrip(". ")
    return f"{stem}{dot}{ending}" if stem else NAMELESS


def _is_harmless(character: str) -> bool:
    """Not a control, format (also those that turn the direction of writing), private or lone surrogate character."""
    if character.isspace():
        return True
    return character not in _FORBIDDEN and unicodedata.category(character)[0] != "C"


def content_disposition(name: str, *, attachment: bool) -> str:
    """The header for a file of that (safe) name: RFC 6266, with RFC 8187's form for what ASCII lacks."""
    how = "attachment" if attachment else "inline"
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = "".join(character for character in plain if character.isprintable() and character not in '"\\%')
    plain = plain.strip(". ") or NAMELESS
    header = f'{how}; filename="{plain}"'
    return header if plain == name else f"{header}; filename*=UTF-8''{quote(name, safe=_ATTRIBUTE)}"


def name_in(content_disposition: str | None) -> str | None:
    """The name that an upload's Content-Disposition gives, if it gives one."""
    found = {
        key.lower(): _ESCAPED.sub(r"\1", value[1:-1]) if value.startswith('"') else value.strip()
        for key, value in _PARAMETER.findall(content_disposition or "")
    }
    if "filename*" in found:
        charset, _, value = found["filename*"].partition("'")
        if charset.lower() == "utf-8":
            return unquote(value.partition("'")[2], errors="replace")
    return found.get("filename")
