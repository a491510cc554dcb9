"""Access tokens that are signed here (RFC 9068): made at sign-in and refresh, good for five minutes at most.

In: an account, its roles and its session. Out: a JSON Web Token, and back from that its claims, where it is one that
was signed here for here. Who checks them elsewhere gets the keys at /auth/jwks.json.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import msgspec

from backsmith.accounts.browsers import own_address
from backsmith.accounts.signing_keys import SigningKeys
from backsmith.databases.transaction import Transaction
from backsmith.settings import Settings

_LEEWAY = 10
"""Seconds by which the clocks of processes that share the keys may differ."""


class AccessTokens:
    """Makes and checks tokens."""

    def __init__(self, settings: Settings, keys: SigningKeys, clock: Callable[[], datetime]) -> None:
        self._issuer = own_address(settings)
        self._keys = keys
        self._clock = clock
        self.lifetime = int(settings.token_lifetime)
        """Seconds for which a token is good."""

    async def make(self, transaction: Transaction, account: Any, roles: Iterable[str], session: str) -> str:
        """A token that shows an account (a key). Raises RequestError."""
        from joserfc import jws  # noqa: PLC0415  slow to import

        from backsmith.accounts.tokens import OneAlgorithm  # noqa: PLC0415  as above

        signer = await self._keys.signer(transaction)
        now = int(self._clock().timestamp())
        claims = {
            "iss": self._issuer,
            "aud": self._issuer,
            "sub": str(account),
            "client_id": self._issuer,
            "roles": sorted(roles),
            "sid": session,
            "iat": now,
            "exp": now + self.lifetime,
            "jti": secrets.token_urlsafe(12),
        }
        header = {"alg": signer.key.algorithm, "typ": "at+jwt", "kid": signer.kid}
        return jws.serialize_compact(
            header, msgspec.json.encode(claims), signer.key.key, registry=OneAlgorithm(signer.key)
        )

    async def is_ours(self, token: str) -> bool:
        """Whether a token names a key of ours; else others have to judge it. Raises RequestError."""
        from backsmith.accounts.tokens import kid_of  # noqa: PLC0415  slow to import

        kid = kid_of(token)
        return kid is not None and await self._keys.keyring(kid) is not None

    async def check(self, token: str) -> dict[str, Any]:
        """The claims of a token. Raises BadToken for one that isn't good, RequestError."""
        from backsmith.accounts.tokens import (  # noqa: PLC0415  slow to import
            ACCESS_TYPES,
            BadToken,
            Expectations,
            UnknownKey,
            check,
            kid_of,
        )

        keyring = await self._keys.keyring(kid_of(token) or "")
        if keyring is None:
            raise UnknownKey("The token is signed with a key that is not known here.")
        expected = Expectations(frozenset({"EdDSA", "ES256"}), self._issuer, self._issuer, _LEEWAY, ACCESS_TYPES)
        claims = check(token, keyring, expected, self._clock().timestamp())
        if not all(isinstance(claims.get(name), str) and claims[name] for name in ("sub", "sid")):
            raise BadToken("The token lacks sub or sid.")
        return claims
