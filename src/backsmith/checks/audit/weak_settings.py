"""Settings that open more than they need to, and what production would refuse.

In: settings. Out: findings, each at the setting's name.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from msgspec.structs import replace

from backsmith.accounts.requirements import mistakes_of
from backsmith.blueprint.blueprint import Blueprint
from backsmith.checks.audit.catalogue import BY_CODE
from backsmith.checks.audit.findings import Finding, Severity
from backsmith.settings import Settings

LEEWAY = 60.0
"""Seconds by which clocks that are kept at all differ, at most."""
STATEMENT_TIMEOUT = 60.0
"""Seconds after which nobody waits for a page any more, while the database still works at it."""
MAX_BODY = 67_108_864
RETENTION = 0.0


def weak_settings(settings: Settings, blueprint: Blueprint) -> Iterator[Finding]:
    """What is risky about the settings as they are."""
    if settings.environment == "development" and settings.host not in {"127.0.0.1", "::1", "localhost"}:
        yield _finding(
            "environment",
            "A server in development listens beyond this machine: it accepts the tokens of `backsmith token`, and "
            "nothing weak is refused.",
            "Set environment = production where others can reach it.",
            "high",
        )
    if "*" in settings.cors_origins:
        yield _finding(
            "cors_origins",
            "Pages of every origin may call the API and read its replies.",
            "Name the origins of your own front ends.",
            "low",
        )
    for origin in settings.cors_origins:
        if settings.cors_credentials and urlsplit(origin).scheme == "http" and not _is_here(origin):
            yield _finding(
                "cors_origins",
                f"Pages of {origin} may act with their visitors' cookies, and whoever is on the way can change them.",
                "Serve that front end by https, and name it so.",
                "high",
            )
    if settings.checks_tokens and not settings.jwt_audience:
        yield _finding(
            "jwt_audience",
            "Tokens that their issuer signed for another application are good here too.",
            "Set jwt_audience to the `aud` of the tokens meant for this application.",
        )
    if settings.checks_tokens and not settings.jwt_issuer:
        yield _finding(
            "jwt_issuer",
            "The issuer of tokens isn't compared: whoever else has a key of the set can sign for it.",
            "Set jwt_issuer to the `iss` of the tokens.",
            "low",
        )
    if settings.jwt_leeway > LEEWAY:
        yield _finding(
            "jwt_leeway",
            f"Tokens are good for {settings.jwt_leeway:g} seconds after their end.",
            "Set the clocks by NTP and leave the setting at 10 seconds.",
            "low",
        )
    if settings.statement_timeout > STATEMENT_TIMEOUT:
        yield _finding(
            "statement_timeout",
            f"One request may keep the database busy for {settings.statement_timeout:g} seconds.",
            "10 seconds are usual; give long work to an action of its own.",
        )
    if settings.max_body > MAX_BODY:
        yield _finding(
            "max_body",
            f"Each request may send {settings.max_body:,} bytes, which are kept in memory.",
            "Large content belongs into fields of type File, which go to the disk as they arrive.",
            "low",
        )
    for name, key in settings.api_keys.items():
        if "admin" in key.roles:
            yield _finding(
                f"api_keys.{name}",
                f"The API key {name} has the role admin, has no end, and is changed by hand only.",
                "Make a key with scopes and an end by POST /auth/keys.",
            )
    if settings.metrics and settings.environment == "production" and settings.host in {"0.0.0.0", "::"}:
        yield _finding(
            "metrics",
            "/metrics can be read by everyone who reaches the server: it names collections and says how busy it is.",
            "Keep the path from the world in the proxy in front, or set metrics = false.",
            "low",
        )
    if any(entity.logged for entity in blueprint.entities) and settings.log_retention == RETENTION:
        yield _finding(
            "log_retention",
            "The change log keeps what was deleted for ever.",
            "Say for how many days it is needed: log_retention = 90.",
            "low",
        )


def not_for_production(settings: Settings, blueprint: Blueprint) -> Iterator[Finding]:
    """What production refuses to start with: of little weight where this is development."""
    severity: Severity = "low" if settings.development else BY_CODE["not-for-production"].severity
    for mistake in mistakes_of(replace(settings, environment="production"), blueprint):
        message, _, fix = mistake.message.partition(". ")
        yield Finding(
            check="not-for-production",
            severity=severity,
            subject=mistake.setting,
            message=f"{message.removesuffix('.')}.",
            fix=fix or "Set it before the first start in production.",
        )


def _finding(subject: str, message: str, fix: str, severity: Severity | None = None) -> Finding:
    return Finding(
        check="weak-setting",
        severity=severity or BY_CODE["weak-setting"].severity,
        subject=subject,
        message=message,
        fix=fix,
    )


def _is_here(origin: str) -> bool:
    return urlsplit(origin).hostname in {"localhost", "127.0.0.1", "::1"}
