"""Several operations in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NotRequired, TypedDict

from .async_transport import AsyncTransport


class BatchOperation(TypedDict):
    """A request of a batch. `"${first.id}"` in its path or body stands for what the operation `first` gave."""

    id: NotRequired[str]
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: str
    """Below the prefix of the API: `/orders/7?select=id`."""
    headers: NotRequired[dict[str, str]]
    body: NotRequired[Any]


class BatchResult(TypedDict):
    """What came of an operation."""

    id: NotRequired[str]
    status: int
    headers: NotRequired[dict[str, str]]
    body: NotRequired[Any]


async def run_async_batch(
    transport: AsyncTransport, path: str, operations: Sequence[BatchOperation]
) -> list[BatchResult]:
    """Send a batch. Raises BacksmithError, whose `operation` says which one was refused."""
    found = await transport.json("POST", path, body={"operations": list(operations)}, idempotent=True)
    return found["results"]
