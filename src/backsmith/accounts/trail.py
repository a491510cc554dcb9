"""The audit trail. (Owner: G)"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backsmith.accounts.sessions import Client
from backsmith.databases.transaction import Transaction


class Trail:
    """Appends to the audit trail."""

    async def note(
        self,
        transaction: Transaction,
        event: str,
        *,
        client: Client,
        request_id: str,
        account: Any | None = None,
        actor: Any | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """Something that happened to an account (a key), as `sign-in`, `sign-in.failed`, `role.granted`; `actor` is who
        did it where that is another. `details` hold no secret and no e-mail address of somebody unknown."""
        raise NotImplementedError
