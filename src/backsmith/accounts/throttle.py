"""Limits of attempts. (Owner: G)"""

from __future__ import annotations


class Throttle:
    """Counts attempts, for all workers and machines together."""

    async def take(self, what: str, *, account: str | None = None, address: str | None = None) -> None:
        """One more attempt at `what` (`sign-in`, `mail`, `code`, `sign-up`, `refresh`) for that account or e-mail
        address and from that address. Raises RequestError TOO_MANY with Retry-After, without telling which it was."""
        raise NotImplementedError

    async def failed(self, what: str, *, account: str | None = None, address: str | None = None) -> None:
        """That attempt failed: the next one has to wait longer."""
        raise NotImplementedError

    async def succeeded(self, what: str, *, account: str | None = None) -> None:
        """That attempt succeeded: what failed before counts no more for this account."""
        raise NotImplementedError
