"""`Services`: what the endpoints of `/auth` work with, the same for all requests of an application."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from backsmith.accounts.flows import Flows
from backsmith.accounts.oidc.provider import Providers
from backsmith.accounts.passwords import Passwords
from backsmith.accounts.people import People, PersonalData
from backsmith.accounts.revocations import Revocations
from backsmith.accounts.sessions import Sessions
from backsmith.accounts.signing_keys import SigningKeys
from backsmith.accounts.tables import Tables
from backsmith.accounts.teams import Teams
from backsmith.accounts.throttle import Throttle
from backsmith.accounts.trail import Trail
from backsmith.blueprint.blueprint import Blueprint
from backsmith.databases.database import Database
from backsmith.mail import Outbox
from backsmith.secrets import Secrets
from backsmith.settings import Settings


def now() -> datetime:
    """The present instant, aware and in UTC."""
    return datetime.now(UTC)


class Services(NamedTuple):
    """What endpoints work with."""

    settings: Settings
    blueprint: Blueprint
    database: Database
    tables: Tables
    people: People
    secrets: Secrets
    flows: Flows
    sessions: Sessions
    revocations: Revocations
    signing: SigningKeys
    trail: Trail
    throttle: Throttle
    outbox: Outbox
    personal: PersonalData
    providers: Providers
    passwords: Passwords
    clock: Callable[[], datetime] = now
    teams: Teams | None = None
    """Where the application has teams."""
