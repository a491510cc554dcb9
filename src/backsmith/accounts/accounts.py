"""`Accounts`: everything behind `/auth`, put together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from backsmith.accounts.endpoint import Endpoint
from backsmith.accounts.flows import Flows
from backsmith.accounts.people import People
from backsmith.accounts.services import Services
from backsmith.accounts.serving import AuthEndpoints
from backsmith.accounts.sessions import Sessions
from backsmith.accounts.tables import Tables
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

ENDPOINTS: tuple[Endpoint, ...] = ()


class Accounts:
    """Accounts of one application: `start` before and `close` after serving."""

    def __init__(
        self,
        settings: Settings,
        blueprint: Blueprint,
        database: Database,
        people: People,
        identify: Callable[[Request], Awaitable[Asker]],
    ) -> None:
        tables, secrets = Tables(database.dialect), Secrets()
        self.services = Services(
            settings=settings,
            blueprint=blueprint,
            database=database,
            tables=tables,
            people=people,
            secrets=secrets,
            flows=Flows(tables, secrets),
            sessions=Sessions(),
            trail=Trail(),
            throttle=Throttle(),
            outbox=Outbox(),
        )
        self.endpoints = AuthEndpoints(self.services, ENDPOINTS, identify)

    async def start(self) -> None:
        """Read or make the secrets; begin to send mails."""

    async def close(self) -> None:
        """End what was begun."""


def keeps_accounts(settings: Settings, blueprint: Blueprint) -> bool:
    """Whether people sign in here."""
    if settings.accounts == "auto":
        return has_accounts(blueprint) and not settings.checks_tokens
    return settings.accounts == "on" and has_accounts(blueprint)
