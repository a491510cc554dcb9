"""The system as it is built: processes, databases, and what lies outside. In: settings, a blueprint. Out: `System`.

No secret is read: of the address of anything outside only its host is shown, and that where `hosts` asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal
from urllib.parse import urlsplit

from msgspec import Struct

from backsmith.accounts.accounts import keeps_accounts
from backsmith.blueprint.blueprint import Blueprint
from backsmith.blueprint.types import is_file
from backsmith.settings import Settings

Side = Literal["before", "server", "kept", "outside"]
"""Where a part stands: between people and the server, the server, what it keeps, and others' systems."""


class Part(Struct, frozen=True, kw_only=True):
    """A part of the system."""

    name: str
    title: str
    side: Side
    lines: tuple[str, ...]
    """What it is, each a short phrase."""
    flow: str
    """What goes between it and the server; of the server itself empty."""


class System(Struct, frozen=True):
    """All parts, the server among them."""

    parts: tuple[Part, ...]


def system_of(settings: Settings, blueprint: Blueprint, *, hosts: bool) -> System:
    """The system that a server with these settings is.

    Arguments:
        settings: Those that it is served with.
        blueprint: The application.
        hosts: Whether names of hosts, folders and buckets are shown.
    """
    return System((*_before(settings, hosts), _server(settings, blueprint), *_kept(settings, blueprint, hosts),
                   *_outside(settings, blueprint, hosts)))  # fmt: skip


def _before(settings: Settings, hosts: bool) -> Iterator[Part]:
    origins = settings.cors_origins
    lines = ["Browsers, programs and other servers"]
    if origins:
        shown = ", ".join(origins) if hosts else f"{len(origins)} of them"
        lines.append(f"Pages of other origins: {'every origin' if '*' in origins else shown}")
    yield Part(name="clients", title="Clients", side="before", lines=tuple(lines), flow="HTTP")
    if settings.trusted_proxies:
        proxies = settings.trusted_proxies
        where = ", ".join(proxies) if hosts else str(len(proxies))
        yield Part(
            name="proxies",
            title="Proxies",
            side="before",
            lines=(f"Trusted: {where}", f"The client's address: {settings.proxy_header}"),
            flow="HTTP",
        )


def _server(settings: Settings, blueprint: Blueprint) -> Part:
    functions = [*blueprint.queries, *blueprint.actions, *blueprint.routes]
    lines = [
        f"{_counted(settings.workers, 'process', 'processes')}, {settings.concurrency} requests at once in each",
        f"{_counted(len(blueprint.entities), 'entity', 'entities')}, "
        f"{_counted(len(functions), 'function', 'functions')} of its own",
    ]
    if blueprint.hooks:
        lines.append(f"{_counted(len(blueprint.hooks), 'hook', 'hooks')} around writes")
    if settings.front_end:
        lines.append("A front end beside the API")
    if settings.limits:
        lines.append("Requests are counted and limited")
    if settings.metrics:
        lines.append("Metrics for Prometheus at /metrics")
    return Part(name="server", title="Backsmith", side="server", lines=tuple(lines), flow="")


def _kept(settings: Settings, blueprint: Blueprint, hosts: bool) -> Iterator[Part]:
    url = settings.database
    is_file_based = url.startswith("sqlite:") or not url
    lines = ["In a file beside the processes" if is_file_based else "Embedded, beside the processes"]
    if not is_file_based and not url.startswith("postgresql:embedded"):
        lines = [f"On {urlsplit(url).hostname or 'this machine'}" if hosts else "On a server"]
        lines.append(f"{_counted(settings.pool_size, 'connection', 'connections')} of each process")
    if keeps_accounts(settings, blueprint):
        lines.append("Rows, accounts and sessions, mails to be sent")
    yield Part(
        name="database",
        title="SQLite" if is_file_based else "PostgreSQL",
        side="kept",
        lines=tuple(lines),
        flow="Rows",
    )
    logged = [entity.name for entity in blueprint.entities if entity.logged]
    if logged:
        yield Part(
            name="log",
            title="Change log",
            side="kept",
            lines=(
                f"Changes of {_counted(len(logged), 'entity', 'entities')}, kept in the database",
                f"For {settings.log_retention:g} days, read by `backsmith log`",
            ),
            flow="Changes",
        )
    if any(is_file(field.type) for entity in blueprint.entities for field in entity.fields):
        yield _files(settings, hosts)


def _files(settings: Settings, hosts: bool) -> Part:
    if not settings.files.startswith("s3://"):
        where = f"In {settings.files}" if hosts and settings.files else "In a folder beside the processes"
        return Part(name="files", title="Files", side="kept", lines=(where,), flow="Files")
    bucket = settings.files.removeprefix("s3://").partition("/")[0]
    store = urlsplit(settings.s3_endpoint).hostname if settings.s3_endpoint else "Amazon S3"
    lines = (f"Bucket {bucket}", f"At {store}") if hosts else ("In a bucket",)
    return Part(name="files", title="S3 store", side="outside", lines=lines, flow="Files")


def _outside(settings: Settings, blueprint: Blueprint, hosts: bool) -> Iterator[Part]:
    if keeps_accounts(settings, blueprint):
        yield _mail(settings, hosts)
        for name, provider in sorted(settings.providers.items()) if "oidc" in settings.sign_in else ():
            where = (urlsplit(provider.issuer).hostname or "",) if hosts else ()
            yield Part(
                name=f"provider-{name}",
                title=provider.title or name,
                side="outside",
                lines=("People sign in there (OpenID Connect)", *where),
                flow="Signing in",
            )
    if settings.jwks_url:
        where = (urlsplit(settings.jwks_url).hostname or "",) if hosts else ()
        yield Part(
            name="keys",
            title="Issuer of tokens",
            side="outside",
            lines=("Its public keys check tokens", *where),
            flow="Keys",
        )


def _mail(settings: Settings, hosts: bool) -> Part:
    if "://" not in settings.mail:
        lines = ("Kept as files in a folder, sent to nobody",)
        return Part(name="mail", title="Mails", side="kept", lines=lines, flow="Mails")
    parts = urlsplit(settings.mail)
    lines = (f"SMTP at {parts.hostname}",) if hosts else ("By SMTP",)
    return Part(name="mail", title="Mail server", side="outside", lines=lines, flow="Mails")


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
