"""Secrets: the root secret, keys derived from it and kept under it. (Owner: F)"""

from __future__ import annotations


class Secrets:
    """Digests, seals and opens."""

    def digest(self, purpose: str, *parts: str) -> bytes:
        """A keyed hash (HMAC-SHA-256) of the parts, under a key for that purpose alone; unambiguous in the parts."""
        raise NotImplementedError

    def seal(self, purpose: str, plain: bytes, *, about: str = "") -> bytes:
        """`plain` encrypted (AES-256-GCM) under the newest key for that purpose, bound to `about`."""
        raise NotImplementedError

    def open(self, purpose: str, sealed: bytes, *, about: str = "") -> bytes:
        """What was sealed. Raises SealError where it wasn't sealed here, for that purpose, about that."""
        raise NotImplementedError
