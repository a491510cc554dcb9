"""Check a JSON Web Token: from its text to its claims, or the reason why it isn't valid.

Follows RFC 7519 and the practices of RFC 8725: the algorithm is the key's and in the allow-list, `exp` is required,
critical extensions are refused because none is understood, and JSON with a member twice is refused because two readers
might each take another one.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from binascii import Error as Base64Error
from typing import Any, cast

from joserfc import jws
from joserfc.errors import ClaimError, ExpiredTokenError, JoseError, MissingClaimError
from joserfc.jwa import JWSAlgModel
from joserfc.jwt import JWTClaimsRegistry
from msgspec import Struct

from backsmith.accounts.keys import Keyring, VerificationKey

MAX_TOKEN = 8192
"""Characters of a token, at most: what fits a header."""
_MAX_KID = 256
_TYPES = frozenset({"jwt", "at+jwt", "application/jwt", "application/at+jwt"})
"""Kinds of token that show who asks. A logout or refresh token of the same issuer is none."""
ACCESS_TYPES = frozenset({"at+jwt", "application/at+jwt"})
"""The kind that says so itself (RFC 9068, 2.1)."""

Claims = dict[str, Any]


class BadToken(Exception):  # noqa: N818  the reason of a refusal, which the authenticator turns into one
    """A token that isn't valid; the text says why, for the one who sent it."""


class UnknownKey(BadToken):
    """A token whose key isn't known, or not yet."""


class Expectations(Struct, frozen=True):
    """What a token has to say."""

    algorithms: frozenset[str]
    audience: str | None
    issuer: str | None
    leeway: int
    """Seconds by which clocks may differ."""
    types: frozenset[str] = _TYPES
    """What the token may say that it is, in lower case; JWT where it says nothing."""


def check(token: str, keyring: Keyring, expected: Expectations, now: float) -> Claims:
    """The claims of a token that is valid at `now` (seconds since 1970). Raises BadToken."""
    if len(token) > MAX_TOKEN:
        raise BadToken(f"The token has more than {MAX_TOKEN} characters.")
    parts = token.split(".")
    if len(parts) != 3 or not token.isascii():
        raise BadToken("This is not a signed token: three parts with dots between.")
    key = _key_for(_object(parts[0]), keyring, expected)
    try:
        payload = jws.deserialize_compact(token, key.key, registry=OneAlgorithm(key)).payload
    except (JoseError, ValueError) as error:
        raise BadToken("The token's signature doesn't fit.") from error
    claims = _parse(payload or b"")
    _check_claims(claims, expected, now)
    return claims


def kid_of(token: str) -> str | None:
    """The name of the key that a token says it is signed with; None where it says none, or is no token at all."""
    head, dot, _ = token.partition(".")
    if not dot or len(token) > MAX_TOKEN or not head.isascii():
        return None
    try:
        kid = _object(head).get("kid")
    except BadToken:
        return None
    return kid if isinstance(kid, str) and len(kid) <= _MAX_KID else None


def _key_for(header: dict[str, Any], keyring: Keyring, expected: Expectations) -> VerificationKey:
    if "crit" in header or "b64" in header:
        raise BadToken("The token asks for extensions (`crit`) that are not known here.")
    kind = header.get("typ", "JWT")
    if not isinstance(kind, str) or kind.lower() not in expected.types:
        raise BadToken("The token is of another type (`typ`) than JWT.")
    algorithm, kid = header.get("alg"), header.get("kid")
    if algorithm == "Ed25519":
        algorithm = "EdDSA"
    if not isinstance(algorithm, str) or algorithm not in expected.algorithms:
        raise BadToken(f"The token's algorithm is not one of {', '.join(sorted(expected.algorithms))}.")
    if kid is not None and (not isinstance(kid, str) or len(kid) > _MAX_KID):
        raise BadToken("The token's `kid` is not a name of a key.")
    key = keyring.find(algorithm, kid)
    if key is None:
        raise (BadToken if keyring.knows(kid) else UnknownKey)("The token is signed with a key that is not known here.")
    return key


class OneAlgorithm(jws.JWSRegistry):
    """Lets through the algorithm of one key. Unlike the library's own it neither warns of EdDSA's older name nor
    refuses members of the header that it doesn't know, which RFC 7515 says to ignore."""

    def __init__(self, key: VerificationKey) -> None:
        super().__init__(strict_check_header=False)
        self._names = {"EdDSA", "Ed25519"} if key.algorithm == "EdDSA" else {key.algorithm}

    def get_alg(self, name: str) -> JWSAlgModel:
        """The algorithm of that name. Raises ValueError for any but the key's."""
        if name not in self._names:
            raise ValueError(name)
        return self.algorithms[name]


def _check_claims(claims: Claims, expected: Expectations, now: float) -> None:
    wanted: dict[str, Any] = {"exp": {"essential": True}}
    if expected.audience is not None:
        wanted["aud"] = {"essential": True, "value": expected.audience}
    elif claims.get("aud") is not None:  # RFC 7519, 4.1.3: who isn't named must refuse
        raise BadToken("The token names an audience (`aud`), and the setting jwt_audience doesn't say which is ours.")
    if expected.issuer is not None:
        wanted["iss"] = {"essential": True, "value": expected.issuer}
    try:
        # The library asks for whole seconds but only compares, and a token ends at its instant.
        JWTClaimsRegistry(cast("int", now), expected.leeway, **wanted).validate(claims)
    except ExpiredTokenError as error:
        raise BadToken("The token has expired.") from error
    except MissingClaimError as error:
        raise BadToken(f"The token lacks {error.claim}.") from error
    except ClaimError as error:
        reason = {
            "nbf": "The token is not valid yet (`nbf`).",
            "iat": "The token is from the future (`iat`).",
            "aud": "The token is meant for another audience (`aud`).",
            "iss": "The token is from another issuer (`iss`).",
        }.get(error.claim)
        raise BadToken(reason or f"The token's `{error.claim}` can't be read.") from error


def _object(part: str) -> dict[str, Any]:
    try:
        return _parse(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (Base64Error, ValueError) as error:
        raise BadToken("The token's header can't be read.") from error


def _parse(source: bytes) -> dict[str, Any]:
    try:
        found = json.loads(source, object_pairs_hook=_unique, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise BadToken("The token is not made of JSON, or has a member twice.") from error
    if not isinstance(found, dict):
        raise BadToken("The token doesn't hold an object.")
    return cast("dict[str, Any]", found)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member twice")
    return found


def _refuse(constant: str) -> None:
    raise ValueError(constant)
