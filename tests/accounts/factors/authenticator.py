"""An authenticator in software: it makes passkeys and signs in with them, as a browser hands its answers on in JSON.

What it says can be bent (`origin`, `party`, `verified`, …), to answer as an attacker would.
"""

from __future__ import annotations

import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

ORIGIN = "http://localhost:8000"
PRESENT, VERIFIED, ELIGIBLE, BACKED_UP, ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40
ES256, EDDSA, RS256, ES384 = -7, -8, -257, -35

Key = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


def text(data: bytes) -> str:
    """Base64url, as in JSON."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def data(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Passkey:
    """A passkey that an authenticator keeps."""

    id: bytes
    key: Key
    handle: bytes
    count: int = 0


@dataclass
class Authenticator:
    """A device. The fields below the first are what it says of where and how it was used."""

    passkeys: list[Passkey] = field(default_factory=list[Passkey])
    algorithm: int = ES256
    origin: str = ORIGIN
    party: str = "localhost"
    verified: bool = True
    present: bool = True
    counts: bool = True
    backed_up: bool = False

    def create(self, options: dict[str, Any], **changed: Any) -> dict[str, Any]:
        """The answer to `navigator.credentials.create`; `changed`: id, challenge, kind in place of the true ones."""
        passkey = Passkey(changed.get("id") or os.urandom(32), new_key(self.algorithm), data(options["user"]["id"]))
        self.passkeys.append(passkey)
        credential = len(passkey.id).to_bytes(2, "big") + passkey.id + cbor2.dumps(cose(passkey.key, self.algorithm))
        said = self._authenticator_data(passkey, ATTESTED) + bytes(16) + credential
        client = self._client_data(
            changed.get("kind", "webauthn.create"), changed.get("challenge", options["challenge"])
        )
        return {
            "id": text(passkey.id),
            "rawId": text(passkey.id),
            "type": "public-key",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": text(client),
                "attestationObject": text(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": said})),
                "transports": ["internal", "hybrid", "telepathy"],
            },
        }

    def get(self, options: dict[str, Any], passkey: Passkey | None = None, **changed: Any) -> dict[str, Any]:
        """The answer to `navigator.credentials.get`; `changed` are challenge, kind, handle, id, signature."""
        used = passkey or self.passkeys[-1]
        said = self._authenticator_data(used, 0)
        client = self._client_data(changed.get("kind", "webauthn.get"), changed.get("challenge", options["challenge"]))
        id = changed.get("id", used.id)
        return {
            "id": text(id),
            "rawId": text(id),
            "type": "public-key",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": text(client),
                "authenticatorData": text(said),
                "signature": text(changed.get("signature") or signed(used.key, said + sha256(client).digest())),
                "userHandle": text(changed.get("handle", used.handle)),
            },
        }

    def _authenticator_data(self, passkey: Passkey, flags: int) -> bytes:
        passkey.count += self.counts
        flags |= PRESENT * self.present | VERIFIED * self.verified | (ELIGIBLE | BACKED_UP) * self.backed_up
        return sha256(self.party.encode()).digest() + bytes([flags]) + passkey.count.to_bytes(4, "big")

    def _client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()


def new_key(algorithm: int) -> Key:
    if algorithm == EDDSA:
        return ed25519.Ed25519PrivateKey.generate()
    if algorithm == RS256:
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(ec.SECP256R1())


def cose(key: Key, algorithm: int) -> dict[int, Any]:
    """The public key (RFC 9053)."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return {1: 1, 3: algorithm, -1: 6, -2: key.public_key().public_bytes_raw()}
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = key.public_key().public_numbers()
        return {1: 3, 3: algorithm, -1: numbers.n.to_bytes(256, "big"), -2: numbers.e.to_bytes(3, "big")}
    point = key.public_key().public_numbers()
    return {1: 2, 3: algorithm, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}


def signed(key: Key, what: bytes) -> bytes:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(what)
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(what, padding.PKCS1v15(), SHA256())
    return key.sign(what, ec.ECDSA(SHA256()))
