"""`File`: what a field of that type holds, and what the API shows of it. The bytes are kept beside the database."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class File:
    """What is known of a file: `photo: File | None`."""

    name: str
    """The name it had where it came from, made safe: a text to show, never a path to use."""
    type: str
    """Its media type, found in its content: `image/png`; `application/octet-stream` where that isn't known."""
    size: int
    """In bytes."""
    sha256: str
    """The SHA-256 of its content, in hexadecimal."""
    url: str
    """Where it is, below the API's prefix: `file/0a1b…`. Another content has another address."""
