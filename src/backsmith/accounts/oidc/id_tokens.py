"""Whether an ID token is the provider's, for us, now, for this sign-in (OpenID Connect Core 1.0, 3.1.3.7).

In: the token, the provider's keys, and what the sign-in remembers. Out: its claims. The algorithm has to be one of
those in the settings and is the key's own: a token can't choose `none`, nor HMAC with a public key for its secret.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256, sha512
from typing import Any, NamedTuple

import msgspec

from backsmith.accounts.keys import Keyring
from backsmith.accounts.tokens import BadToken, Expectations, check

LEEWAY = 60
"""Seconds by which a provider's clock may differ."""
_MOST_SUBJECT = 255
"""Characters of `sub` (OpenID Connect Core 1.0, 2)."""


class Expected(NamedTuple):
    """What an ID token has to fit."""

    issuer: str
    client_id: str
    algorithms: tuple[str, ...]
    nonce: str
    access_token: str | None


def checked(token: str, keyring: Keyring, expected: Expected, now: float) -> dict[str, Any]:
    """The claims. Raises BadToken; UnknownKey where the keys may be older than the token."""
    wanted = Expectations(frozenset(expected.algorithms), expected.client_id, expected.issuer, LEEWAY)
    claims = check(token, keyring, wanted, now)
    audience, party = claims.get("aud"), claims.get("azp")
    if party != expected.client_id and (party is not None or (isinstance(audience, list) and len(_list(audience)) > 1)):
        raise BadToken("The ID token was given to another client (`azp`).")
    if not isinstance(claims.get("iat"), int | float):
        raise BadToken("The ID token lacks iat.")
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not hmac.compare_digest(nonce.encode(), expected.nonce.encode()):
        raise BadToken("The ID token is of another sign-in (`nonce`).")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _MOST_SUBJECT or "\0" in subject:
        raise BadToken("The ID token doesn't say whose it is (`sub`).")
    if "at_hash" in claims and not _fits(claims["at_hash"], expected.access_token, token):
        raise BadToken("The ID token came with another access token (`at_hash`).")
    return claims


def _fits(at_hash: Any, access_token: str | None, token: str) -> bool:
    """Whether that is the left half of the access token's hash, by the hash of the algorithm (3.1.3.6)."""
    if not isinstance(at_hash, str) or access_token is None:
        return False
    header = token.partition(".")[0]
    algorithm = msgspec.json.decode(_decoded(header))["alg"]
    digest = (sha512 if algorithm in {"EdDSA", "Ed25519"} else sha256)(access_token.encode()).digest()
    half = urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=")
    return hmac.compare_digest(at_hash.rstrip("=").encode(), half)


def _decoded(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _list(value: Any) -> list[Any]:
    return value
