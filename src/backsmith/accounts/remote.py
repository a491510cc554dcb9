"""Keys published at an address: fetched at start, again now and then, and when a token names a key not seen before.

The address comes from the settings alone, never from a token (`jku`, `x5u` are not looked at), and redirects are not
followed: a request can't make the server call anywhere.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from time import monotonic

import httpx

from backsmith.accounts.keys import Keyring, keyring_of_set
from backsmith.errors import UsageError

_log = logging.getLogger("backsmith.accounts")

EVERY = 600.0
"""Seconds between two fetches; a key that was withdrawn is good for no longer than this."""
NOT_BEFORE = 30.0
"""Seconds between two fetches, at least: a flood of tokens with invented keys must not become one of fetches."""
_TIMEOUT = 5.0
_MAX_BYTES = 512 * 1024


class RemoteKeys:
    """The keyring at one address; None until it was fetched once."""

    def __init__(self, address: str, changed: Callable[[], None]) -> None:
        """`changed` is called after each fetch that brought other keys than before."""
        self.keyring: Keyring | None = None
        self._address = address
        self._changed = changed
        self._document: bytes | None = None
        self._tried = float("-inf")
        self._fetching: asyncio.Task[None] | None = None
        self._renewing: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Fetch the keys and go on doing so. A failure is logged, not raised: the issuer may come up later."""
        await self.refresh()
        self._renewing = asyncio.create_task(self._renew())

    async def close(self) -> None:
        """Stop fetching."""
        tasks = [task for task in (self._renewing, self._fetching) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def refresh_soon(self) -> None:
        """Fetch in the background, unless that happened just now."""
        if self._fetching is None and monotonic() - self._tried >= NOT_BEFORE:
            self._fetching = asyncio.get_running_loop().create_task(self._fetch())

    async def refresh(self) -> None:
        """Fetch, unless that happened just now, and wait for it. Requests that wait share one fetch."""
        self.refresh_soon()
        if self._fetching is not None:
            await asyncio.shield(self._fetching)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(EVERY if self.keyring is not None else NOT_BEFORE)
            await self.refresh()

    async def _fetch(self) -> None:
        self._tried = monotonic()
        try:
            document = await _get(self._address)
            if document != self._document:
                self.keyring = keyring_of_set(document, "jwks_url", secrets=False)
                self._document = document
                self._changed()
        except (httpx.HTTPError, UsageError) as error:
            _log.warning("The keys at jwks_url can't be had: %s", str(error) or type(error).__name__)
        finally:
            self._fetching = None


async def _get(address: str) -> bytes:
    body = b""
    async with (
        httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False) as client,
        client.stream("GET", address, headers={"accept": "application/jwk-set+json, application/json"}) as reply,
    ):
        if reply.status_code != 200:
            raise httpx.HTTPError(f"the answer was {reply.status_code}")
        async for piece in reply.aiter_bytes():
            body += piece
            if len(body) > _MAX_BYTES:
                raise httpx.HTTPError(f"more than {_MAX_BYTES} bytes")
    return body
