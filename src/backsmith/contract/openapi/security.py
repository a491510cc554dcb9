"""Credentials: which there are, and which an operation takes."""

from __future__ import annotations

from typing import Any

from backsmith.accounts.cookies import SESSION_COOKIE
from backsmith.contract.contract import Contract, Operation

TOKEN, KEY, SESSION = "token", "key", "session"
Requirement = list[dict[str, list[str]]]


def schemes_of(contract: Contract) -> dict[str, Any]:
    """The schemes of security; none where nobody can say who they are."""
    if not _asks(contract):
        return {}
    schemes: dict[str, Any] = {
        TOKEN: {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "An access token: a JSON Web Token as RFC8725 wants them, of this application's own sign-in "
            "or of an issuer that its settings name. An API key does in its place.",
        },
        KEY: {
            "type": "apiKey",
            "in": "header",
            "name": "X-API-Key",
            "description": "The key of a program. It acts for an account, within the key's scopes.",
        },
    }
    if contract.accounts:
        schemes[SESSION] = {
            "type": "apiKey",
            "in": "cookie",
            "name": SESSION_COOKIE,
            "description": "The session of a browser, begun by `POST /auth/sign-in?transport=cookie`. What changes "
            "something has to come from the application's own pages.",
        }
    return schemes


def usual_of(contract: Contract) -> Requirement:
    """What an operation takes that says nothing else: any credential."""
    return [{name: []} for name in schemes_of(contract)] or [{}]


def security_of(operation: Operation, contract: Contract) -> Requirement | None:
    """What an operation takes; None where that is the usual."""
    usual = usual_of(contract)
    if operation.kind == "auth" and not operation.anonymous:
        return [each for each in usual if KEY not in each]  # no key may change an account
    if operation.anonymous and usual != [{}]:
        return [{}, *usual]
    return None


def _asks(contract: Contract) -> bool:
    return contract.accounts or bool(contract.roles) or any(not each.anonymous for each in contract.operations)
