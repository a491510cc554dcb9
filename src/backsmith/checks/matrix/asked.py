"""Asks an application on every kind of database that is at hand, each thrown away afterwards."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from backsmith.blueprint import Application
from backsmith.blueprint.blueprint import Blueprint
from backsmith.checks.matrix.asking import Report, ask
from backsmith.checks.matrix.coverage import covering
from backsmith.databases.postgres import embedded
from backsmith.errors import DatabaseError


async def ask_everywhere(
    application: Application, blueprint: Blueprint, seed: int, tell: Callable[[str], None]
) -> dict[str, Report]:
    """What asking found on SQLite and on the embedded PostgreSQL, where that is installed. Raises DatabaseError."""
    found = covering(blueprint, seed)
    reports: dict[str, Report] = {}
    with tempfile.TemporaryDirectory(prefix="backsmith-matrix-", ignore_cleanup_errors=True) as folder:
        tell("Asking on SQLite …")
        reports["SQLite"] = await ask(application, blueprint, f"sqlite:///{folder}/matrix.db", found)
        place = Path(folder) / "postgres"
        try:
            url = embedded.start(place)
        except DatabaseError as error:
            tell(f"Not asked on PostgreSQL. {error}")
            return reports
        try:
            tell("Asking on PostgreSQL …")
            reports["PostgreSQL"] = await ask(application, blueprint, url, found)
        finally:
            embedded.stop(place)
    return reports
