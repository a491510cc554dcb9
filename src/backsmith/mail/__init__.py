"""Mail: an outbox in the database, transports, templates. (Owner: D)"""

from __future__ import annotations

from typing import Any

from backsmith.databases.transaction import Transaction


class Outbox:
    """Takes mails in the transaction of what they are about, and sends them once it is kept."""

    async def put(self, transaction: Transaction, template: str, to: str, values: dict[str, Any]) -> None:
        """A mail made of a template, to an address. It is sent once the transaction is kept, and tried again."""
        raise NotImplementedError
