"""Trying again: in, a work that may meet other transactions; out, its result, or why it couldn't be done."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from backsmith.databases.transaction import Again

T = TypeVar("T")

TRIES = 6
"""Times that a work runs, at most."""
PAUSE = 0.002
"""Seconds before the second try, at most; doubled before each further one."""


async def retried(once: Callable[[], Awaitable[T]], *, retry: bool) -> T:
    """The result of `once()`, which is called again where it raises Again and `retry` allows that.

    Raises what `once` raises, and in place of the last Again its refusal.
    """
    tries = 1
    while True:
        try:
            return await once()
        except Again as again:
            if not retry or tries == TRIES:
                raise again.refusal from (again.__cause__ or again)
        # Those that met must not meet again: each waits for a time of its own.
        await asyncio.sleep(random.uniform(0, PAUSE * 2**tries))
        tries += 1
