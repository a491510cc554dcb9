"""`Services`: what the endpoints of `/auth` work with, the same for all requests of an application."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from backsmith.accounts.flows import Flows
from backsmith.accounts.people import People
from backsmith.accounts.sessions import Sessions
from backsmith.accounts.tables import Tables
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
    trail: Trail
    throttle: Throttle
    outbox: Outbox
    clock: Callable[[], datetime] = now
