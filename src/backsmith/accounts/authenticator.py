"""From the headers of a request to who asks: `Authenticator.of`.

A credential that isn't valid is refused (401), never taken for none: who sends a wrong token must not be answered as
nobody and wonder where the rows are. Tokens, keys and cookies of this application's own accounts are `credentials`'
business; what is left are tokens of `backsmith token` and of other issuers, and the keys of the settings.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from time import time
from typing import TYPE_CHECKING

from backsmith.accounts.browsers import SAFE, Origins
from backsmith.accounts.cache import OwnCache, TokenCache
from backsmith.accounts.claims import account_reader, described, find, roles_of
from backsmith.accounts.cookies import ConfusedCookiesError, cookies_of, ended_cookie, value_of
from backsmith.accounts.credentials import Credentials
from backsmith.accounts.development import read_secret
from backsmith.blueprint.asker import NOBODY, Asker
from backsmith.blueprint.types import Type
from backsmith.errors import BAD_TOKEN, KEYS_UNAVAILABLE, TWO_CREDENTIALS, RequestError, UsageError
from backsmith.http.request import Request
from backsmith.settings import Settings

if TYPE_CHECKING:
    from backsmith.accounts.keys import Keyring
    from backsmith.accounts.remote import RemoteKeys

KEY_PREFIX = "bsk_"
"""How the keys that `backsmith key` makes begin, so that leaked ones can be found by their looks."""


class UnknownKeyError(RequestError):
    """A token signed with a key that may be published already but wasn't fetched yet."""


class Authenticator:
    """Tells who asks. One an application and event loop; `start` before and `close` after serving."""

    def __init__(self, settings: Settings, account: Type | None, *, clock: Callable[[], float] = time) -> None:
        """`account` is the type of the account's key; None for an application without accounts. `clock` gives the
        seconds since 1970.

        Raises UsageError for a key that can't be used.
        """
        self._settings = settings
        self._clock = clock
        self._account = account_reader(account)
        self._key_hint = f"Here that is {described(account)}."
        self._cache = TokenCache()
        self._known = self._cache.entries
        self._keyring: Keyring | None = None
        self._remote: RemoteKeys | None = None
        self._api_keys = self._read_api_keys()
        self._origins = Origins(settings)
        self.own: Credentials | None = None
        """Where accounts are kept: what looks up their credentials."""
        if settings.jwks_url:
            from backsmith.accounts.remote import RemoteKeys  # noqa: PLC0415  slow to import, and seldom needed

            self._remote = RemoteKeys(settings.jwks_url, self._cache.clear)
        elif settings.checks_tokens:
            self._keyring = _read_keys(settings)

    async def start(self) -> None:
        """Fetch the keys that are published somewhere, and go on doing so."""
        if self._remote is not None:
            await self._remote.start()

    async def close(self) -> None:
        """Stop fetching."""
        if self._remote is not None:
            await self._remote.close()

    def identify(self, authorization: str | None, api_key: str | None = None) -> Asker:
        """Who asks, by the headers Authorization and X-API-Key.

        Raises RequestError: 401 for a credential that isn't valid, 400 for two at once, 503 where the keys to check it
        couldn't be fetched yet. A token seen before costs a look into a dictionary.
        """
        if authorization is None:
            return NOBODY if api_key is None else self._by_api_key(api_key)
        if api_key is not None:
            raise RequestError(
                TWO_CREDENTIALS,
                "The request has a token and an API key.",
                hint="Send either Authorization or X-API-Key, not both.",
            )
        known = self._known.get(authorization)
        if known is not None and known[1] > self._clock():
            return known[0]
        self._cache.drop(authorization)
        return self._by_header(authorization)

    async def of(self, request: Request) -> Asker:
        """Who asks, by the headers of a request: a token or key, or else the cookie of a session.

        Raises as `identify` does, and CROSS_SITE for a request with a cookie that another site's page sent.
        """
        authorization, api_key = request.header("authorization"), request.header("x-api-key")
        own = self.own
        if own is None:
            return await self.identify_patiently(authorization, api_key)
        if authorization is not None:
            if api_key is not None:
                return self.identify(authorization, api_key)
            known = own.known(own.tokens, authorization)
            return await self._by_own_header(own, authorization) if known is None else known
        if api_key is not None:
            known = own.known(own.keys, api_key)
            return await self._by_own_key(own, own.keys, api_key, api_key) if known is None else known
        cookies = cookies_of(request)
        if cookies is None:
            return NOBODY
        if request.method in SAFE:
            known = own.known(own.cookies, cookies)
            if known is not None:
                return known
        return await self._by_cookie(own, request, cookies)

    async def _by_cookie(self, own: Credentials, request: Request, cookies: str) -> Asker:
        try:
            cookie = value_of(cookies)
        except ConfusedCookiesError:
            raise RequestError(
                BAD_TOKEN,
                "The request has more than one cookie of a session.",
                headers=(("Set-Cookie", ended_cookie()),),
            ) from None
        if cookie is None:
            return NOBODY
        if request.method not in SAFE:
            self._origins.refuse_cross_site(request)
        return own.known(own.cookies, cookies) or await own.by_cookie(cookies, cookie)

    async def _by_own_key(self, own: Credentials, cache: OwnCache, header: str, key: str) -> Asker:
        """Who an API key shows: one of the settings, or one of an account, which is remembered by its header."""
        known = self._of_settings(key) or await own.by_key(cache, header, key)
        if known is None:
            raise _refusal("There is no such API key.", hint="It may have expired or been revoked.")
        return known

    async def _by_own_header(self, own: Credentials, authorization: str) -> Asker:
        """Who the header Authorization shows where accounts are kept, and it wasn't remembered."""
        if self._known.get(authorization) is None:
            scheme, _, credential = authorization.partition(" ")
            credential, scheme = credential.strip(" "), scheme.lower()
            if scheme == "apikey" or (scheme == "bearer" and credential.startswith(KEY_PREFIX)):
                return await self._by_own_key(own, own.tokens, authorization, credential)
            if scheme in ("bearer", "token") and credential:
                from backsmith.accounts.tokens import BadToken  # noqa: PLC0415  slow to import

                try:
                    asker = await own.by_token(authorization, credential)
                except BadToken as reason:
                    raise _refusal(str(reason)) from reason
                if asker is not None:
                    return asker
        return await self.identify_patiently(authorization)

    async def identify_patiently(self, authorization: str | None, api_key: str | None = None) -> Asker:
        """As `identify`; a token with a key not seen before waits until the published keys were fetched again."""
        try:
            return self.identify(authorization, api_key)
        except UnknownKeyError:
            if self._remote is None:
                raise
            await self._remote.refresh()
            return self.identify(authorization, api_key)

    def _by_header(self, authorization: str) -> Asker:
        scheme, _, credential = authorization.partition(" ")
        credential = credential.strip(" ")
        match scheme.lower():
            case "bearer" if credential.startswith(KEY_PREFIX):
                return self._by_api_key(credential)
            case "bearer" | "token" if credential:  # which many APIs say in its place
                return self._by_token(authorization, credential)
            case "apikey" if credential:
                return self._by_api_key(credential)
            case _:
                raise _refusal(
                    "The header Authorization can't be read.", hint="Send Authorization: Bearer and the token."
                )

    def _by_api_key(self, key: str) -> Asker:
        found = self._of_settings(key)
        if found is None:
            raise _refusal("There is no such API key.")
        return found

    def _of_settings(self, key: str) -> Asker | None:
        digest = sha256(key.encode("utf-8", "surrogateescape")).digest()
        found: Asker | None = None
        for expected, asker in self._api_keys:  # to the end, so that the time tells nothing
            if hmac.compare_digest(digest, expected):
                found = asker
        return found

    def _by_token(self, header: str, token: str) -> Asker:
        from backsmith.accounts.tokens import BadToken, Expectations, UnknownKey, check  # noqa: PLC0415  slow to import

        settings = self._settings
        expected = Expectations(
            algorithms=frozenset(settings.jwt_algorithms),
            audience=settings.jwt_audience or None,
            issuer=settings.jwt_issuer or None,
            leeway=int(settings.jwt_leeway),
        )
        now = self._clock()
        try:
            claims = check(token, self._keys(), expected, now)
        except UnknownKey as reason:
            if self._remote is not None:
                self._remote.refresh_soon()
            raise _refusal(str(reason), UnknownKeyError) from reason
        except BadToken as reason:
            raise _refusal(str(reason)) from reason
        account = self._account(find(claims, settings.jwt_account_claim))
        if account is None:
            raise _refusal(
                f"The token's {settings.jwt_account_claim} is not the key of an account.", hint=self._key_hint
            )
        roles = roles_of(find(claims, settings.jwt_roles_claim))
        if roles is None:
            raise _refusal(f"The token's {settings.jwt_roles_claim} is not a list of texts.")
        asker = Asker(id=account, roles=roles, via="token")
        self._cache.put(header, asker, claims["exp"] + expected.leeway)
        return asker

    def _keys(self) -> Keyring:
        if self._remote is not None:
            if self._remote.keyring is None:
                self._remote.refresh_soon()
                raise RequestError(
                    KEYS_UNAVAILABLE,
                    "The keys that check tokens couldn't be fetched yet.",
                    headers=(("Retry-After", "30"),),
                )
            return self._remote.keyring
        if self._keyring is None and self._settings.development:
            self._keyring = _development_keys(self._settings)
        if self._keyring is None and self.own is not None:
            raise _refusal("The token wasn't signed here, or with a key that is gone.", hint="Sign in again.")
        if self._keyring is None:
            raise _refusal(
                "No token is valid here: there is no key to check it with.",
                hint="In development `backsmith token` makes one; in production set jwt_key, jwks_file or jwks_url.",
            )
        return self._keyring

    def _read_api_keys(self) -> tuple[tuple[bytes, Asker], ...]:
        found: list[tuple[bytes, Asker]] = []
        for name, key in self._settings.api_keys.items():
            account = self._account(key.account)
            if account is None and type(key.account) is int:  # 12 in the settings may mean the text "12"
                account = self._account(str(key.account))
            if account is None:
                raise UsageError(f"api_keys.{name}: {key.account!r} is not the key of an account.")
            found.append((bytes.fromhex(key.sha256), Asker(account, frozenset(key.roles), "key", name)))
        return tuple(found)


def _refusal(message: str, error: type[RequestError] = RequestError, *, hint: str | None = None) -> RequestError:
    description = message.replace('"', "'").replace("\\", "/").encode("ascii", "replace").decode()
    challenge = f'Bearer error="invalid_token", error_description="{description}"'
    return error(BAD_TOKEN, message, hint=hint, headers=(("WWW-Authenticate", challenge),))


def _read_keys(settings: Settings) -> Keyring:
    from backsmith.accounts.keys import keyring_of_set, keyring_of_text  # noqa: PLC0415  slow to import

    if settings.jwt_key:
        return keyring_of_text(settings.jwt_key, "jwt_key")
    name = "jwt_key_file" if settings.jwt_key_file else "jwks_file"
    path: str = getattr(settings, name)
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise UsageError(f"{name}: {path} can't be read: {error.strerror}.") from error
    if name == "jwks_file":
        return keyring_of_set(content, name, secrets=True)
    try:
        return keyring_of_text(content.decode(), name)
    except UnicodeDecodeError as error:
        raise UsageError(f"{name}: {path} holds no text. Write the key in PEM form, or a secret as text.") from error


def _development_keys(settings: Settings) -> Keyring | None:
    from backsmith.accounts.keys import keyring_of_text  # noqa: PLC0415  slow to import

    secret = read_secret(settings.folder)
    return None if secret is None else keyring_of_text(secret, ".backsmith/secret")
