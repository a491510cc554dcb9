"""Passwords: which are taken, how they are kept, and whether one fits.

In: a password as somebody typed it. Out: its hash (Argon2id, with parameters), or whether it fits one. Hashing takes
tens of milliseconds and tens of megabytes on purpose. So it runs in threads, never more at a time than leave a CPU for
everything else, and who finds too many waiting is sent away: sign-ins hold up no read, and memory is bounded.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import threading
import unicodedata
from base64 import b64encode
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from backsmith import errors
from backsmith.accounts.breached import is_breached, is_common
from backsmith.accounts.problems import invalid
from backsmith.errors import RequestError
from backsmith.settings import Settings

if TYPE_CHECKING:
    from argon2 import PasswordHasher

T = TypeVar("T")

LONGEST = 1024
"""Characters of a password, at most; nothing of it is cut off."""
MOST_WAITING = 64
"""Passwords that may wait for their turn in a process: some two seconds' work of one thread."""
_HASH_BYTES, _SALT_BYTES = 32, 16
_REST = 4
"""Characters that a password has to have beside a word that everybody knows of the account."""


class Checked(NamedTuple):
    """What became of a comparison."""

    fits: bool
    hash: str | None = None
    """The password's hash by today's parameters, where the one that is kept was made by others."""


class Passwords:
    """Judges, hashes and compares passwords. `close` ends its threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._threads = max(1, (os.cpu_count() or 1) - 1)
        self._pool: ThreadPoolExecutor | None = None
        self._under_way = 0
        self._lock = threading.Lock()
        self._made: PasswordHasher | None = None
        self._nobodys = _like_a_hash(settings)

    def close(self) -> None:
        """End the threads."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)

    async def refuse_bad(self, password: str, words: Iterable[str | None], pointer: str = "/password") -> None:
        """Raise RequestError INVALID for a password that isn't taken. `words` are those that everybody tries first:
        the e-mail address, the name, the application. There are no rules about its characters (NIST SP 800-63B-4,
        3.1.1.2)."""
        text, least = plain(password), self._settings.password_min
        if len(text) < least:
            raise invalid(pointer, f"A password has at least {least} characters", "A few words in a row are good.")
        if len(text) > LONGEST:
            raise invalid(pointer, f"A password has at most {LONGEST:,} characters")
        if is_common(text) or await self._is_breached(text):
            raise _known(pointer)
        self.refuse_known(password, words, pointer)

    def refuse_known(self, password: str, words: Iterable[str | None], pointer: str = "/password") -> None:
        """Raise RequestError INVALID for a password that follows from one of the words."""
        if _is_made_of(plain(password), words):
            raise _known(pointer)

    async def _is_breached(self, text: str) -> bool:
        file = self._settings.breached_passwords
        return bool(file) and await self._run(lambda: is_breached(text, file))

    async def hash(self, password: str) -> str:
        """What is kept of a password. Raises RequestError OVERLOADED."""
        return await self._run(lambda: self._hasher.hash(plain(password)))

    async def check(self, password: str, hash: str | None) -> Checked:
        """Whether the password is the one of that hash. Without one it takes as long, and doesn't fit.

        Raises RequestError OVERLOADED.
        """
        return await self._run(lambda: self._check(plain(password), hash))

    def _check(self, text: str, hash: str | None) -> Checked:
        from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415  slow to import

        try:
            self._hasher.verify(self._nobodys if hash is None else hash, text)
        except (VerificationError, InvalidHashError):
            return Checked(False)
        if hash is None or not self._hasher.check_needs_rehash(hash):
            return Checked(hash is not None)
        return Checked(True, self._hasher.hash(text))

    @property
    def _hasher(self) -> PasswordHasher:
        if self._made is None:
            from argon2 import PasswordHasher, Type  # noqa: PLC0415  slow to import

            self._made = PasswordHasher(
                self._settings.password_rounds,
                self._settings.password_memory * 1024,
                1,
                _HASH_BYTES,
                _SALT_BYTES,
                type=Type.ID,
            )
        return self._made

    async def _run(self, work: Callable[[], T]) -> T:
        """Do it in a thread, as soon as one is free. Raises RequestError OVERLOADED."""
        with self._lock:
            if self._under_way >= self._threads + MOST_WAITING:
                raise RequestError(
                    errors.OVERLOADED,
                    "Too many passwords are being checked at once",
                    hint="Try again in a moment.",
                    headers=(("Retry-After", "2"),),
                )
            self._under_way += 1
            if self._pool is None:
                self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="password")
        future = self._pool.submit(work)
        future.add_done_callback(self._done)
        return await asyncio.wrap_future(future)

    def _done(self, _: Future[Any]) -> None:
        with self._lock:
            self._under_way -= 1


def plain(password: str) -> str:
    """A password in the form in which it is compared: NFKC, so that it is the same from each keyboard."""
    return unicodedata.normalize("NFKC", password)


def _known(pointer: str) -> RequestError:
    return invalid(
        pointer,
        "This password is one of those that are tried first: it is common, was stolen somewhere, or follows from your "
        "name or address",
        "Choose another one; a few words in a row are good.",
    )


def _is_made_of(text: str, words: Iterable[str | None]) -> bool:
    """Whether little is left of the password without one of the words."""
    letters = _letters(text)
    for word in words:
        for part in [word, *word.split("@")] if word else ():
            found = _letters(part)
            if len(found) >= _REST and len(letters.replace(found, "")) < _REST and found in letters:
                return True
    return False


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, plain(text).casefold()))


def _like_a_hash(settings: Settings) -> str:
    """What looks like a hash by today's parameters, and was never one: no password fits, and to find that out takes as
    long as with anybody's."""
    salt, hash = (b64encode(secrets.token_bytes(size)).rstrip(b"=").decode() for size in (_SALT_BYTES, _HASH_BYTES))
    memory = settings.password_memory * 1024
    return f"$argon2id$v=19$m={memory},t={settings.password_rounds},p=1${salt}${hash}"
