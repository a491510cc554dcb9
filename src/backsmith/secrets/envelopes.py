"""What is sealed, as bytes: an envelope names the key that it is sealed with. Nothing here knows where keys are kept.

In: a key of 32 bytes, a plain value, and what the value belongs to. Out: the envelope; and back.

An envelope is a version (1), the id of its key (8 bytes), a nonce (24) and what AES-256-GCM makes of the value: in all
49 bytes more than the value. The cipher is XAES-256-GCM (github.com/C2SP/C2SP, XAES-256-GCM.md): from the key and the
first half of the nonce AES makes the key of this one value. So nonces may be random for as many values as there will
ever be (2^80 values have a collision with a probability of 2^-32), where plain AES-GCM may be used 2^32 times a key at
most (NIST SP 800-38D, 8.3), a number that no process could keep an eye on for all the others.
"""

from __future__ import annotations

import hmac
import secrets as random
from typing import Any

from backsmith.errors import BacksmithError

VERSION = 1
KEY_BYTES = 32
ID_BYTES = 8
NONCE_BYTES = 24
OVERHEAD = 1 + ID_BYTES + NONCE_BYTES + 16
"""Bytes that an envelope has more than what is in it."""
_HALF = NONCE_BYTES // 2


class SealError(BacksmithError):
    """What is to be opened wasn't sealed here, for that purpose, about that; or somebody changed it."""


class KeyUnknownError(SealError):
    """The key that a value is sealed with isn't among those that are known."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f"The key {key} isn't in backsmith_keys. Restore that table from the same backup as the rows that are"
            " sealed with it."
        )
        self.key = key


class Cipher:
    """XAES-256-GCM with one key."""

    def __init__(self, key: bytes) -> None:
        from cryptography.hazmat.primitives.ciphers import Cipher as Block  # noqa: PLC0415  slow to import
        from cryptography.hazmat.primitives.ciphers import algorithms, modes  # noqa: PLC0415  as above
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415  as above

        self._gcm: Any = AESGCM
        # Blocks of ECB don't depend on those before, so that one of these serves for all values.
        self._block = Block(algorithms.AES(key), modes.ECB()).encryptor().update
        start = int.from_bytes(self._block(bytes(16)), "big")
        doubled = (start << 1) & ((1 << 128) - 1)
        self._mask = doubled ^ 0x87 if start >> 127 else doubled

    def encrypt(self, nonce: bytes, plain: bytes, bound: bytes) -> bytes:
        """The value encrypted, with its tag."""
        return self._of(nonce).encrypt(nonce[_HALF:], plain, bound)

    def decrypt(self, nonce: bytes, sealed: bytes, bound: bytes) -> bytes:
        """What was encrypted. Raises SealError."""
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415  as above

        try:
            return self._of(nonce).decrypt(nonce[_HALF:], sealed, bound)
        except InvalidTag:
            raise SealError("A sealed value isn't what was sealed here, or belongs elsewhere.") from None

    def _of(self, nonce: bytes) -> Any:
        first = int.from_bytes(b"\x00\x01X\x00" + nonce[:_HALF], "big") ^ self._mask
        second = int.from_bytes(b"\x00\x02X\x00" + nonce[:_HALF], "big") ^ self._mask
        return self._gcm(self._block(first.to_bytes(16, "big") + second.to_bytes(16, "big")))


def seal(cipher: Cipher, key: str, plain: bytes, *bound: str) -> bytes:
    """The envelope of a value under the key of that id, good together with the same `bound` only."""
    head = bytes((VERSION,)) + bytes.fromhex(key)
    nonce = random.token_bytes(NONCE_BYTES)
    return head + nonce + cipher.encrypt(nonce, plain, head + joined(*bound))


def key_of(envelope: bytes) -> str:
    """The id of the key that it is sealed with. Raises SealError for what is no envelope."""
    if len(envelope) < OVERHEAD or envelope[0] != VERSION:
        raise SealError("A value that should be sealed isn't.")
    return envelope[1 : 1 + ID_BYTES].hex()


def unseal(cipher: Cipher, envelope: bytes, *bound: str) -> bytes:
    """What is in an envelope that `key_of` takes for one. Raises SealError."""
    head, nonce = envelope[: 1 + ID_BYTES], envelope[1 + ID_BYTES : 1 + ID_BYTES + NONCE_BYTES]
    return cipher.decrypt(nonce, envelope[1 + ID_BYTES + NONCE_BYTES :], head + joined(*bound))


def derived(key: bytes, use: str) -> bytes:
    """The key for one use that follows from another key (HKDF with SHA-256, RFC 5869)."""
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415  slow to import
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415  as above

    return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"backsmith {use}".encode()).derive(key)


def digest(key: bytes, *parts: str) -> bytes:
    """HMAC-SHA-256 of the parts."""
    return hmac.digest(key, joined(*parts), "sha256")


def joined(*parts: str) -> bytes:
    """The parts as one, so that no others give the same: each after its length."""
    encoded = [part.encode("utf-8", "surrogatepass") for part in parts]
    return b"".join(len(part).to_bytes(8, "big") + part for part in encoded)
