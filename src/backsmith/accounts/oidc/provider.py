"""Another provider: what it says of itself, its keys, where to send a browser, and a code for who signed in.

In: its settings. Out: an `Identity`. What it publishes (OpenID Connect Discovery 1.0) and its keys are kept for a
while, and fetched once for all who wait.
"""

from __future__ import annotations

import asyncio
import hmac
from base64 import b64encode, urlsafe_b64encode
from hashlib import sha256
from time import monotonic, time
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Struct

from backsmith.accounts.oidc.fetching import Fetched, ProviderError, fetch, is_safe
from backsmith.errors import UsageError
from backsmith.settings import Provider, Settings

if TYPE_CHECKING:
    from backsmith.accounts.keys import Keyring

DOCUMENT_FOR = 3600.0
"""Seconds for which what a provider says of itself is kept."""
KEYS_FOR = 600.0
"""Seconds for which its keys are; one that was withdrawn is good for no longer."""
KEYS_NOT_BEFORE = 30.0
"""Seconds between two fetches of keys, at least, however many tokens name one that isn't known."""
AWAY_FOR = 5.0
"""Seconds for which a provider that couldn't be reached isn't asked again: who waits mustn't wait for one another."""
_MOST_EMAIL = 254
_MOST_NAME = 200


class Document(Struct, frozen=True):
    """What a provider says of itself, as far as it matters here."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class Identity(NamedTuple):
    """Who signed in, as the provider says."""

    issuer: str
    subject: str
    email: str | None
    email_verified: bool
    name: str | None


class _Tokens(Struct, frozen=True):
    id_token: str
    token_type: str
    access_token: str | None = None


class OtherProvider:
    """One provider."""

    def __init__(self, name: str, about: Provider, secret: str) -> None:
        self.name = name
        self.about = about
        self.title = about.title or name
        self._secret = secret
        self._here = about.issuer.startswith("http:")  # on this machine, or the settings were refused
        self._document: Document | None = None
        self._document_at = float("-inf")
        self._keys: Keyring | None = None
        self._keys_at = float("-inf")
        self._away_until = float("-inf")
        self._fetching = asyncio.Lock()

    async def document(self) -> Document:
        """What it says of itself. Raises ProviderError."""
        async with self._fetching:
            if self._document is None or monotonic() - self._document_at > DOCUMENT_FOR:
                address = f"{self.about.issuer.rstrip('/')}/.well-known/openid-configuration"
                self._document = self._checked(await self._published(address))
                self._document_at = monotonic()
            return self._document

    async def _published(self, address: str) -> Fetched:
        if monotonic() < self._away_until:
            raise ProviderError("it can't be reached")
        try:
            return await fetch("GET", address)
        except ProviderError:
            self._away_until = monotonic() + AWAY_FOR
            raise

    def _checked(self, fetched: Fetched) -> Document:
        if fetched.status != 200:
            raise ProviderError(f"what it says of itself can't be had (status {fetched.status})")
        try:
            document = msgspec.json.decode(fetched.body, type=Document)
        except msgspec.DecodeError as error:
            raise ProviderError("what it says of itself can't be read") from error
        # Exactly, so that no provider speaks for another (Discovery 1.0, 4.3).
        if document.issuer != self.about.issuer:
            raise ProviderError("it gives itself another name than the setting providers has (`issuer`)")
        addresses = (document.authorization_endpoint, document.token_endpoint, document.jwks_uri)
        further = () if document.userinfo_endpoint is None else (document.userinfo_endpoint,)
        if not all(is_safe(address, here=self._here) for address in (*addresses, *further)):
            raise ProviderError("it names addresses that are not https")
        return document

    def sign_in_address(self, document: Document, redirect: str, state: str, nonce: str, verifier: str) -> str:
        """Where a browser is sent."""
        parameters = {
            "response_type": "code",
            "client_id": self.about.client_id,
            "redirect_uri": redirect,
            "scope": " ".join(self.about.scopes),
            "state": state,
            "nonce": nonce,
            "code_challenge": urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        if self.about.response_mode != "query":
            parameters["response_mode"] = self.about.response_mode
        join = "&" if "?" in document.authorization_endpoint else "?"
        return f"{document.authorization_endpoint}{join}{urlencode(parameters, quote_via=quote)}"

    async def exchange(self, code: str, redirect: str, nonce: str, verifier: str) -> Identity:
        """Who the code is of. Raises ProviderError."""
        document = await self.document()
        tokens = await self._tokens(document, code, redirect, verifier)
        claims = await self._claims(document, tokens, nonce)
        said = claims
        if claims.get("email") is None and document.userinfo_endpoint and tokens.access_token:
            said = await self._userinfo(document.userinfo_endpoint, tokens.access_token, claims["sub"])
        email, name = said.get("email"), said.get("name")
        # E-mail and whether it is verified are of one source, or the two might be of different addresses.
        return Identity(
            issuer=document.issuer,
            subject=claims["sub"],
            email=email if isinstance(email, str) and 3 <= len(email) <= _MOST_EMAIL and email.isprintable() else None,
            email_verified=self.about.trust_email or _is_true(said.get("email_verified")),
            name=name.strip() if isinstance(name, str) and len(name) <= _MOST_NAME and name.isprintable() else None,
        )

    async def _tokens(self, document: Document, code: str, redirect: str, verifier: str) -> _Tokens:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect,
            "code_verifier": verifier,
        }
        headers: dict[str, str] = {}
        match self._authentication(document):
            case "basic":  # both parts as in a form first (RFC 6749, 2.3.1)
                pair = f"{quote(self.about.client_id, safe='')}:{quote(self._secret, safe='')}"
                headers["authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
            case "post":
                form |= {"client_id": self.about.client_id, "client_secret": self._secret}
            case _:
                form["client_id"] = self.about.client_id
        fetched = await fetch("POST", document.token_endpoint, headers=headers, form=form)
        if fetched.status != 200:
            raise ProviderError(f"it doesn't take its own code (status {fetched.status})")
        try:
            tokens = msgspec.json.decode(fetched.body, type=_Tokens)
        except msgspec.DecodeError as error:
            raise ProviderError("it gives no ID token for its code") from error
        if tokens.token_type.lower() != "bearer":
            raise ProviderError("it gives tokens of another type than Bearer")
        return tokens

    def _authentication(self, document: Document) -> str:
        wanted = self.about.client_authentication
        if wanted != "auto":
            return wanted
        if not self._secret:
            return "none"
        offered = document.token_endpoint_auth_methods_supported
        return "post" if "client_secret_basic" not in offered and "client_secret_post" in offered else "basic"

    async def _claims(self, document: Document, tokens: _Tokens, nonce: str) -> dict[str, Any]:
        from backsmith.accounts.oidc.id_tokens import Expected, checked  # noqa: PLC0415  slow to import
        from backsmith.accounts.tokens import BadToken, UnknownKey  # noqa: PLC0415  slow to import

        expected = Expected(self.about.issuer, self.about.client_id, self.about.algorithms, nonce, tokens.access_token)
        try:
            try:
                return checked(tokens.id_token, await self._keyring(document, KEYS_FOR), expected, time())
            except UnknownKey:
                return checked(tokens.id_token, await self._keyring(document, KEYS_NOT_BEFORE), expected, time())
        except BadToken as error:
            raise ProviderError(str(error).rstrip(".").replace("The token", "The ID token")) from error

    async def _keyring(self, document: Document, not_older: float) -> Keyring:
        """Its keys, fetched at most so many seconds ago."""
        from backsmith.accounts.keys import Keyring, keyring_of_set, secret_key  # noqa: PLC0415  slow to import

        async with self._fetching:
            if self._keys is None or monotonic() - self._keys_at > not_older:
                fetched = await self._published(document.jwks_uri)
                if fetched.status != 200:
                    raise ProviderError(f"its keys can't be had (status {fetched.status})")
                try:
                    found = keyring_of_set(fetched.body, "its keys", secrets=False).keys
                except UsageError as error:
                    raise ProviderError(f"{error}") from error
                if "HS256" in self.about.algorithms:
                    found = (*found, secret_key(self._secret.encode(), self.name))
                self._keys, self._keys_at = Keyring(found), monotonic()
            return self._keys

    async def _userinfo(self, address: str, access_token: str, subject: str) -> dict[str, Any]:
        """Claims that the ID token hasn't; of the same person (OpenID Connect Core 1.0, 5.3.2)."""
        fetched = await fetch("GET", address, headers={"authorization": f"Bearer {access_token}"})
        if fetched.status != 200:
            raise ProviderError(f"what it says of who signs in can't be had (status {fetched.status})")
        try:
            claims = msgspec.json.decode(fetched.body, type=dict[str, Any])
        except msgspec.DecodeError as error:
            raise ProviderError("what it says of who signs in can't be read") from error
        said = claims.get("sub")
        if not isinstance(said, str) or not hmac.compare_digest(said.encode(), subject.encode()):
            raise ProviderError("it speaks of somebody else than who signs in (`sub`)")
        return claims


def _is_true(value: Any) -> bool:
    """Whether a claim is true; Apple writes that as a text."""
    return value is True or value == "true"


class Providers:
    """Those of the settings, by name."""

    def __init__(self, settings: Settings) -> None:
        self._known = {
            name: OtherProvider(name, about, settings.provider_secrets.get(name, ""))
            for name, about in settings.providers.items()
        }

    def find(self, name: str) -> OtherProvider | None:
        """The provider of that name."""
        return self._known.get(name)

    def all(self) -> tuple[OtherProvider, ...]:
        """All of them, in the order of the settings."""
        return tuple(self._known.values())
