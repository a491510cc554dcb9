"""The root secret: where it lies, how it is made, and whether it is any good.

It is a text of random characters, 43 as `backsmith secrets new` prints it. It stands in the environment
(BACKSMITH_SECRET), or in a file (`secret_file`; unless set `.backsmith/root_secret` beside the model, in a folder that
keeps itself out of version control) which is made where there is none, for its owner alone to read.
"""

from __future__ import annotations

import os
import secrets as random
from itertools import pairwise
from pathlib import Path

from backsmith.errors import UsageError
from backsmith.settings import Settings

LEAST = 32
"""Bytes of a root secret, at least: 128 bits as hexadecimal digits."""
_FEW = 10
"""A random text of 32 hexadecimal digits has fewer different ones once in 10,000 times; one of base64 never does."""
_WORDS = ("changeme", "change-me", "change_me", "secret", "password", "example", "default", "insecure", "development")


def new_root() -> str:
    """A fresh root secret: 256 random bits."""
    return random.token_urlsafe(32)


def root_file(settings: Settings) -> Path:
    """Where the root secret lies, unless it is in the environment."""
    return Path(settings.secret_file) if settings.secret_file else Path(settings.folder) / ".backsmith" / "root_secret"


def find_root(settings: Settings) -> str | None:
    """The root secret, or None where none was made yet. Raises UsageError where it can't be read or is too short."""
    return settings.secret.strip() if settings.secret else read_root(root_file(settings))


def read_root(file: Path) -> str | None:
    """The root secret in that file, or None where there is no such file. Raises UsageError."""
    try:
        text = file.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The root secret in {file} can't be read: {error}") from error
    if len(text.encode()) < LEAST:
        raise UsageError(
            f"{file} holds {len(text.encode())} bytes, a root secret has at least {LEAST}. "
            f"Was it cut off? Put it back from its backup; a new one comes from: backsmith secrets new"
        )
    return text


def make_root(file: Path) -> str:
    """The root secret in that file; made now where there is none. Raises UsageError where it can't be."""
    try:
        return _make(file)
    except OSError as error:
        raise UsageError(
            f"A root secret is made at the first start, and {file} can't be written: {error.strerror or error}.\n"
            "Name another place with secret_file, or set BACKSMITH_SECRET to what `backsmith secrets new` prints."
        ) from error


def _make(file: Path) -> str:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if file.parent.name == ".backsmith":
        (file.parent / ".gitignore").write_text("*\n", encoding="ascii")
    # Written whole under another name and then linked: a reader never sees half a secret, and of two that make one at
    # the same time both end with the same.
    draft = file.with_name(f".{file.name}-{random.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(new_root() + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # its name too is to be there after the power went
    finally:
        os.close(folder)
    found = read_root(file)
    if found is None:
        raise UsageError(f"{file} was taken away a moment after it was made.")
    return found


def weakness(secret: str) -> str | None:
    """Why a secret could be guessed, as the end of a sentence that begins with "It"; None where nothing shows that."""
    text = secret.strip()
    size = len(text.encode())
    if size < LEAST:
        return f"has {size} bytes; one that can't be guessed has at least {LEAST}"
    if len(set(text)) < _FEW:
        return f"is made of {len(set(text))} different characters only"
    if any(text.startswith(text[step:]) for step in range(1, size // 2 + 1)):
        return "repeats itself"
    steps = [ord(after) - ord(before) for before, after in pairwise(text)]
    if max(map(steps.count, set(steps))) > len(steps) // 2:
        return "counts up or down"
    if word := next((word for word in _WORDS if word in text.lower()), None):
        return f"has the word {word} in it"
    return None
