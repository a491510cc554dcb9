"""Passwords that attackers try first: those that many people have, and those that were stolen and published.

In: a password. Out: whether it is known. The list that ships (`common_passwords.bin`) holds 16,293 passwords of eight
characters and more: the union of the lists of Django 5.2 (`django.contrib.auth`, BSD licence, drawn up by Royce
Williams) and zxcvbn 4.5 (MIT licence), each as the first six bytes of its SHA-256, sorted. So it names no password, and
takes one that isn't in it for one of its own once in 17 billion. A larger list, such as that of Have I Been Pwned, can
be added by the setting `breached_passwords`; it is looked into where it lies, without being read into memory.
"""

from __future__ import annotations

import re
from functools import cache
from hashlib import sha1, sha256
from importlib.resources import files
from pathlib import Path
from typing import BinaryIO

from backsmith.errors import UsageError

SIZE = 6
"""Bytes that are kept of each hash."""
SHORTEST = 8
"""Characters of the shortest password in the list; shorter ones are refused anyway."""
_LINE = re.compile(rb"([0-9A-Fa-f]{40})(:\d+)?\r?\n?")
_LONGEST_LINE = 80


def packed(passwords: set[str]) -> bytes:
    """The content of such a list; `common_passwords.bin` is made by this."""
    return b"".join(sorted({_hash(each) for each in passwords if len(each) >= SHORTEST}))


def is_common(password: str) -> bool:
    """Whether many people have the password, in whatever case."""
    return _hash(password) in _common()


def is_breached(password: str, list_file: str) -> bool:
    """Whether the password is in a file of sorted SHA-1 hashes, one a line, `:` and a count behind each or nothing.

    Raises UsageError where the file has another form.
    """
    wanted = sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    with Path(list_file).open("rb") as file:
        low, high = 0, file.seek(0, 2)
        while low < high:  # the line that begins at `low` or after it, and before `high`, may be the one
            middle = (low + high) // 2
            start, line = _line_from(file, middle, list_file)
            if line is None or start >= high:
                high = middle
            elif line == wanted:
                return True
            elif line < wanted:
                low = start + 1
            else:
                high = middle
    return False


def check_file(list_file: str) -> None:
    """Raise UsageError where there is no such file, or one of another form."""
    try:
        is_breached("password", list_file)
    except OSError as error:
        raise UsageError(f"breached_passwords: {list_file} can't be read: {error.strerror}.") from error


def _line_from(file: BinaryIO, place: int, name: str) -> tuple[int, bytes | None]:
    """Where the first line begins that does so at `place` or after it, and its hash; None: there is none."""
    file.seek(max(0, place - 1))
    if place > 0:
        file.readline(_LONGEST_LINE)
    start, line = file.tell(), file.readline(_LONGEST_LINE)
    if not line:
        return start, None
    found = _LINE.fullmatch(line)
    if found is None:
        raise UsageError(
            f"breached_passwords: {name} isn't a list of SHA-1 hashes, one a line, sorted: "
            "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:52256179."
        )
    return start, found[1].upper()


@cache
def _common() -> frozenset[bytes]:
    data = files("backsmith.accounts").joinpath("common_passwords.bin").read_bytes()
    return frozenset(data[start : start + SIZE] for start in range(0, len(data), SIZE))


def _hash(password: str) -> bytes:
    return sha256(password.casefold().encode()).digest()[:SIZE]
