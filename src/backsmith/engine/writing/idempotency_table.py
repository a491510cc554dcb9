"""The statements about requests that are remembered, spelled once for a dialect, and their parameters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from backsmith.blueprint.types import Integer, Type
from backsmith.databases.dialect import Dialect
from backsmith.databases.own_tables import IDEMPOTENCY

Name = Literal["seek", "remember", "forget"]
SEEK: Name = "seek"
"""One row: whether the lock was free, and the fingerprint, status, headers and body that are remembered, or nulls.

The lock is taken after the statement's view of the rows; what is committed in between shows when it is remembered.
"""
REMEMBER: Name = "remember"
"""One row; none where another request has been remembered under the same scope."""
FORGET: Name = "forget"

_TEXTS: Mapping[Name, str] = {
    SEEK: (
        "SELECT {lock}, r.fingerprint, r.status, r.headers, r.body FROM (SELECT 1 AS one) AS one"
        " LEFT JOIN {table} AS r ON r.scope = {scope} AND r.expires_at > {now}"
    ),
    REMEMBER: (
        "INSERT INTO {table} AS r (scope, fingerprint, status, headers, body, expires_at)"
        " VALUES ({scope}, {fingerprint}, {status}, {headers}, {body}, {expires_at})"
        " ON CONFLICT (scope) DO UPDATE SET fingerprint = excluded.fingerprint, status = excluded.status,"
        " headers = excluded.headers, body = excluded.body, expires_at = excluded.expires_at"
        " WHERE r.expires_at <= {now} RETURNING 1"
    ),
    FORGET: (
        "DELETE FROM {table} WHERE scope IN (SELECT scope FROM {table}"
        " WHERE expires_at <= {now} AND (SELECT {lock}) ORDER BY expires_at LIMIT {most})"
    ),
}
_PLACE = re.compile(r"\{(\w+)\}")
_LOCK = Integer()


class IdempotencyTable:
    """The statements of one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        types: dict[str, Type] = {column.name: column.type for column in IDEMPOTENCY.columns}
        types.update(lock=_LOCK, most=Integer(), now=types["expires_at"])
        self._encoders = {name: dialect.encoder(type) for name, type in types.items()}
        self._places: dict[Name, list[str]] = {}
        self.sql: dict[Name, str] = {}
        for statement, text in _TEXTS.items():
            places: list[str] = []

            def spelled(match: re.Match[str], places: list[str] = places) -> str:
                name = match[1]
                if name == "table":
                    return dialect.quote(IDEMPOTENCY.name)
                if name not in places:
                    places.append(name)
                number = places.index(name) + 1
                return dialect.try_lock(number) if name == "lock" else dialect.placeholder(number, types[name])

            self.sql[statement] = _PLACE.sub(spelled, text)
            self._places[statement] = places

    def parameters(self, statement: Name, **values: Any) -> list[Any]:
        """The values of the statement's parameters, in their order."""
        return [
            None if values[name] is None else self._encoders[name](values[name]) for name in self._places[statement]
        ]
