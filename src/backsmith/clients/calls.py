"""Which operations clients of all languages have methods for beside those of collections. In: operations."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from backsmith.contract.contract import Input, Operation

ENDING = frozenset({("POST", "/auth/sign-out"), ("POST", "/auth/sign-out-everywhere"), ("DELETE", "/auth/me")})
"""What ends the session that it is called with."""
ASKED_BY_SESSION = frozenset({"/auth/sign-out", "/auth/impersonation/end", "/auth/invitations/accept"})
"""What anyone may call of `/auth`, and yet asks who does."""


def called(operations: Iterable[Operation]) -> list[Operation]:
    """Queries, and actions that aren't about a row: what lies below `/rpc`.

    Of a query that takes GET and POST it is the latter, whose body has types that an address can only spell as text.
    """
    found: dict[str, Operation] = {}
    for operation in operations:
        if operation.kind in ("query", "action") and operation.collection is None:
            name = operation.function or operation.id
            known = found.get(name, operation)
            found[name] = replace(operation if operation.method == "POST" else known, summary=known.summary)
    return list(found.values())


def fetched(operations: Iterable[Operation]) -> list[Operation]:
    """What is fetched of `/auth`, and no page that a browser is sent to."""
    return [
        operation
        for operation in operations
        if operation.kind == "auth" and not any(300 <= answer.status < 400 for answer in operation.answers)
    ]


def is_signed_out(operation: Operation) -> bool:
    """Whether a call of `/auth` is made without the session."""
    return operation.anonymous and operation.path not in ASKED_BY_SESSION


def is_argument(given: Input, operation: Operation) -> bool:
    """Whether a method takes it: what carries a session, and what is sent again, is up to the client as a whole."""
    if operation.kind == "auth" and given.name == "transport":
        return False
    return given.place in ("query", "header") and given.name != "Idempotency-Key"
