"""`Accounts`: everything behind `/auth`, put together."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from backsmith.accounts import (
    admin_endpoints,
    by_password,
    changing,
    codes,
    erasure,
    impersonation,
    key_endpoints,
    me,
    passkey_endpoints,
    passkey_sign_in,
    recovery_codes,
    resetting,
    second_factor,
    service_accounts,
    session_endpoints,
    signing_up,
    team_endpoints,
    totp,
    trail_reading,
    verifying,
)
from backsmith.accounts.access_tokens import AccessTokens
from backsmith.accounts.breached import check_file
from backsmith.accounts.credentials import Credentials
from backsmith.accounts.denials import Denials
from backsmith.accounts.endpoint import Endpoint
from backsmith.accounts.flows import Flows
from backsmith.accounts.oidc import endpoints as oidc_endpoints
from backsmith.accounts.oidc import identities
from backsmith.accounts.oidc.provider import Providers
from backsmith.accounts.pages import SignInPages
from backsmith.accounts.passwords import Passwords
from backsmith.accounts.people import People, PersonalData
from backsmith.accounts.revocations import Kind, Revocations
from backsmith.accounts.roles import has_administrator
from backsmith.accounts.services import Services, now
from backsmith.accounts.serving import AuthEndpoints
from backsmith.accounts.sessions import Sessions
from backsmith.accounts.signing_keys import SigningKeys
from backsmith.accounts.tables import Tables
from backsmith.accounts.teams import Teams
from backsmith.accounts.throttle import Throttle
from backsmith.accounts.trail import Trail
from backsmith.blueprint.asker import Asker
from backsmith.blueprint.blueprint import Blueprint
from backsmith.databases.account_tables import has_accounts
from backsmith.databases.database import Database
from backsmith.http.request import Request
from backsmith.mail import Outbox
from backsmith.secrets import Secrets
from backsmith.settings import Settings

_log = logging.getLogger("backsmith")

ENDPOINTS: tuple[Endpoint, ...] = (
    *signing_up.ENDPOINTS,
    *by_password.ENDPOINTS,
    *codes.ENDPOINTS,
    *resetting.ENDPOINTS,
    *changing.ENDPOINTS,
    *verifying.ENDPOINTS,
    *me.ENDPOINTS,
    *team_endpoints.ENDPOINTS,
    *admin_endpoints.ENDPOINTS,
    *impersonation.ENDPOINTS,
    *erasure.ENDPOINTS,
    *session_endpoints.ENDPOINTS,
    *key_endpoints.ENDPOINTS,
    *service_accounts.ENDPOINTS,
    *trail_reading.ENDPOINTS,
    *passkey_endpoints.ENDPOINTS,
    *passkey_sign_in.ENDPOINTS,
    *recovery_codes.ENDPOINTS,
    *second_factor.ENDPOINTS,
    *totp.ENDPOINTS,
    *oidc_endpoints.ENDPOINTS,
    *identities.ENDPOINTS,
)


class Accounts:
    """Accounts of one application: `start` before and `close` after serving."""

    def __init__(
        self,
        settings: Settings,
        blueprint: Blueprint,
        database: Database,
        people: People,
        personal: PersonalData,
        identify: Callable[[Request], Awaitable[Asker]],
        secrets: Secrets,
        teams: Teams | None = None,
    ) -> None:
        tables = Tables(database.dialect)
        self._revocations = Revocations(database, tables, self._forget, now, longest=settings.transaction_timeout)
        self.signing = SigningKeys(settings, database, tables, secrets, self._revocations, now)
        tokens = AccessTokens(settings, self.signing, now)
        self.credentials = Credentials(settings, database, tables, people, tokens, self._revocations, now)
        self.services = Services(
            settings=settings,
            blueprint=blueprint,
            database=database,
            tables=tables,
            people=people,
            secrets=secrets,
            flows=Flows(tables, secrets),
            sessions=Sessions(settings, tables, people, secrets, tokens, self._revocations, now),
            revocations=self._revocations,
            signing=self.signing,
            trail=Trail(tables, people.text, secrets, now),
            throttle=Throttle(database, secrets, now),
            outbox=Outbox(settings, database, secrets, now),
            personal=personal,
            teams=teams,
            providers=Providers(settings),
            passwords=Passwords(settings),
        )
        self.denials = Denials(database, self.services.trail)
        self.endpoints = AuthEndpoints(self.services, ENDPOINTS, identify)
        self._pages = SignInPages(settings, self.endpoints, ENDPOINTS) if settings.sign_in_page else None
        self.endpoints.pages = self._pages

    async def start(self) -> None:
        """Begin to send mails. The secrets were started before. Raises UsageError where none can be sent."""
        signing_up.check_fields(self.services.settings, self.services.blueprint)
        if self.services.settings.breached_passwords:
            check_file(self.services.settings.breached_passwords)
        await self.services.outbox.start()
        if self._pages is not None:
            self._pages.view.check()
        if self.services.settings.development and not await has_administrator(self.services):
            begin = f"backsmith accounts create you@example.org --role admin --model {self.services.settings.model}"
            _log.info("Nobody may administer accounts yet: %s", begin)
        await self.denials.start()

    async def close(self) -> None:
        """End what was begun."""
        await self.denials.close()
        await self.services.outbox.close()
        self.services.passwords.close()
        await self._revocations.close()
        await self.credentials.close()
        await self.signing.close()

    def _forget(self, kind: Kind, subject: str) -> None:
        """Something was revoked, here or elsewhere."""
        self.credentials.forget(kind, subject)
        if kind == "signing":
            self.signing.forget()


def keeps_accounts(settings: Settings, blueprint: Blueprint) -> bool:
    """Whether people sign in here."""
    if settings.accounts == "auto":
        return has_accounts(blueprint) and not settings.checks_tokens
    return settings.accounts == "on" and has_accounts(blueprint)
