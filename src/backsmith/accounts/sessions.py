"""Sessions: where an account is signed in. (Owner: B)"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, NamedTuple

from backsmith.databases.transaction import Transaction

Transport = Literal["cookie", "token"]
Method = Literal["password", "code", "passkey", "oidc", "totp", "recovery", "impersonation", "invitation"]


class Client(NamedTuple):
    """Who is at the other end, for the list of sessions and the audit trail."""

    address: str
    """The address alone, of the client itself: behind proxies only as far as they are trusted."""
    user_agent: str


class SignedIn(NamedTuple):
    """A session that was begun or renewed, and the secrets that its client gets, once."""

    id: str
    account: Any
    transport: Transport
    cookie: str | None
    """The value of the session's cookie."""
    access_token: str | None
    refresh_token: str | None
    expires_in: int
    """Seconds for which the access token, or the session of a cookie, is good."""


class Session(NamedTuple):
    """A session as its account sees it in the list."""

    id: str
    account: Any
    transport: Transport
    methods: tuple[Method, ...]
    impersonator: Any | None
    created_at: datetime
    confirmed_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str | None
    user_agent: str | None


class Sessions:
    """Begins, renews, lists and ends sessions."""

    async def begin(
        self,
        transaction: Transaction,
        account: Any,
        methods: tuple[Method, ...],
        client: Client,
        transport: Transport,
        *,
        impersonator: Any | None = None,
    ) -> SignedIn:
        """A new session of that account (a key)."""
        raise NotImplementedError

    async def refresh(self, refresh_token: str, client: Client) -> SignedIn:
        """Renew a session of tokens. A refresh token used twice ends the session. Raises RequestError BAD_TOKEN."""
        raise NotImplementedError

    async def list(self, transaction: Transaction, account: Any) -> list[Session]:
        """The open sessions of an account, the last used ones first."""
        raise NotImplementedError

    async def end(self, transaction: Transaction, account: Any, id: str) -> bool:
        """End one of the account's sessions; whether there was one. It ends for requests too, everywhere."""
        raise NotImplementedError

    async def end_all(self, transaction: Transaction, account: Any, *, but: str | None = None) -> int:
        """End all sessions of an account but that one; how many."""
        raise NotImplementedError

    async def changed(self, transaction: Transaction, account: Any) -> None:
        """What the account may do has changed (roles, disabled): what is remembered of it is to be read again."""
        raise NotImplementedError
