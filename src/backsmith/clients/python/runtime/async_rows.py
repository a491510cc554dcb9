"""What can be done with the rows of a collection: each class a part of it, since not all may do everything."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast, overload
from urllib.parse import parse_qs, quote, urlsplit

import httpx

from .async_transport import AsyncTransport
from .conditions import filters, key_path
from .errors import BacksmithError
from .values import FileInfo, decoded, parsed

Row = TypeVar("Row")
New = TypeVar("New")
Change = TypeVar("Change")
Key = TypeVar("Key")
Filter = TypeVar("Filter", bound=Mapping[str, Any])
Field = TypeVar("Field", bound=str)
FileField = TypeVar("FileField", bound=str)
Shown = dict[str, Any]
"""A row of what was selected."""
_SHOWN = "return=representation"


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows of a list."""

    items: list[Row]
    total: int | None
    """Rows in all, where `count` asked for it."""
    next: str | None
    """The cursor of the next page: `after`; None: this is the last one."""


@dataclass(frozen=True)
class Versioned(Generic[Row]):
    """A row, and which version of it: `if_match=seen.etag` changes it only while it is that one."""

    row: Row
    etag: str


class RowsOf:
    """Rows of a collection."""

    def __init__(self, transport: AsyncTransport, path: str, shape: str) -> None:
        self._transport, self._path, self._shape = transport, path, shape

    def _item(self, key: Any) -> str:
        return f"{self._path}/{key_path(key)}"

    def _row(self, value: Any) -> Any:
        return decoded(value, ("shape", self._shape), self._transport.kinds)

    async def _some(self, method: str, query: Sequence[str], body: Any, **asked: Any) -> list[Any]:
        headers = {"Prefer": asked.pop("prefer", _SHOWN)}
        reply = await self._transport.send(
            method, self._path, query=query, body=body, headers=headers, idempotent=True, **asked
        )
        return [self._row(each) for each in parsed(reply.content)] if reply.content else []

    async def _one(self, method: str, key: Any, body: Any, if_match: str | None, idempotency_key: str | None) -> Any:
        headers = {"Prefer": _SHOWN, **({"If-Match": if_match} if if_match else {})}
        reply = await self._transport.send(
            method,
            self._item(key),
            body=body,
            headers=headers,
            idempotent=True,
            idempotency_key=idempotency_key,
        )
        return self._row(parsed(reply.content))

    async def _list(
        self, where: Any, either: Any, select: str | None, order: Any, given: Mapping[str, Any], count: bool
    ) -> Page[Any]:
        query = _query(where, either, select, order, given)
        headers = {"Prefer": "count=exact"} if count else {}
        return self._page(await self._transport.send("GET", self._path, query=query, headers=headers))

    def _page(self, reply: httpx.Response) -> Page[Any]:
        link = re.search(r'<([^>]*)>;\s*rel="next"', reply.headers.get("link", ""))
        after = parse_qs(urlsplit(link[1]).query).get("after") if link else None
        items = [self._row(each) for each in parsed(reply.content)]
        return Page(items, _total(reply), after[0] if after else None)


class Reads(RowsOf, Generic[Row, Filter, Field]):
    """Lists of rows."""

    @overload
    async def list(
        self, *, where: Filter | None = ..., either: Sequence[Filter] = ..., select: None = ...,
        order: Field | Sequence[Field] = ..., limit: int | None = ..., offset: int | None = ...,
        after: str | None = ..., count: bool = ...,
    ) -> Page[Row]: ...  # fmt: skip
    @overload
    async def list(
        self, *, where: Filter | None = ..., either: Sequence[Filter] = ..., select: str,
        order: Field | Sequence[Field] = ..., limit: int | None = ..., offset: int | None = ...,
        after: str | None = ..., count: bool = ...,
    ) -> Page[Shown]: ...  # fmt: skip
    async def list(
        self, *, where: Filter | None = None, either: Sequence[Filter] = (), select: str | None = None,
        order: Field | Sequence[Field] = (), limit: int | None = None, offset: int | None = None,
        after: str | None = None, count: bool = False,
    ) -> Page[Any]:  # fmt: skip
        """A page of rows.

        Arguments:
            where: Conditions, all of which hold.
            either: Ways of conditions, one of which holds.
            select: Which fields and related rows, in the grammar of the API: `id,lines(quantity,product(name))`.
            order: Fields, with `-` before one for the other way round.
            limit: How many rows at most.
            offset: How many are passed over.
            after: The cursor of the page before: `page.next`.
            count: Say in `total` how many rows there are in all.
        """
        given = {"limit": limit, "offset": offset, "after": after}
        return await self._list(where, either, select, order, given, count)

    async def each(
        self, *, where: Filter | None = None, either: Sequence[Filter] = (), order: Field | Sequence[Field] = (),
        limit: int = 100,
    ) -> AsyncIterator[Row]:  # fmt: skip
        """Row after row of all pages, each of `limit` rows."""
        after: str | None = None
        while True:
            page = await self._list(where, either, None, order, {"limit": limit, "after": after}, False)
            for row in page.items:
                yield row
            if page.next is None:
                return
            after = page.next

    async def first(
        self, *, where: Filter | None = None, either: Sequence[Filter] = (), order: Field | Sequence[Field] = ()
    ) -> Row | None:
        """The first row, or None."""
        page = await self._list(where, either, None, order, {"limit": 1}, False)
        return page.items[0] if page.items else None

    async def count(self, *, where: Filter | None = None, either: Sequence[Filter] = ()) -> int:
        """How many rows there are."""
        page = await self._list(where, either, None, (), {"limit": 0}, True)
        return page.total or 0

    async def watch(
        self, *, where: Filter | None = None, order: Field | Sequence[Field] = (), limit: int | None = None,
        every: float = 3.0,
    ) -> AsyncIterator[Page[Row]]:  # fmt: skip
        """A page now, and each time it is another one. Asks every so many seconds; unchanged it isn't sent again."""
        query, etag = _query(where, (), None, order, {"limit": limit}), ""
        while True:
            headers = {"If-None-Match": etag} if etag else {}
            reply = await self._transport.send("GET", self._path, query=query, headers=headers)
            if reply.status_code != 304:
                etag = reply.headers.get("etag", "")
                yield self._page(reply)
            await asyncio.sleep(every)


class ReadsOne(RowsOf, Generic[Row, Key]):
    """A row by its key."""

    @overload
    async def get(self, key: Key, /, *, select: None = ...) -> Row: ...
    @overload
    async def get(self, key: Key, /, *, select: str) -> Shown: ...
    async def get(self, key: Key, /, *, select: str | None = None) -> Any:
        """The row. Raises BacksmithError of kind `not-found`."""
        query = [] if select is None else [f"select={quote(select, safe=_SAFE)}"]
        return self._row(await self._transport.json("GET", self._item(key), query=query))

    async def get_versioned(self, key: Key, /) -> Versioned[Row]:
        """The row with its version."""
        reply = await self._transport.send("GET", self._item(key))
        return Versioned(self._row(parsed(reply.content)), reply.headers["etag"])


class Creates(RowsOf, Generic[Row, New]):
    """New rows, which are shown."""

    async def create(self, body: New, /, *, idempotency_key: str | None = None) -> Row:
        """Make a row."""
        rows = await self._some("POST", [], body, idempotency_key=idempotency_key)
        if not rows:
            raise BacksmithError("out-of-sight", 201, {"message": "The row was made, but no rule shows it to you."})
        return rows[0]

    async def create_many(self, bodies: Sequence[New], /, *, idempotency_key: str | None = None) -> list[Row]:
        """Make rows: all or none."""
        prefer = f"{_SHOWN}, missing=default"
        return await self._some("POST", [], list(bodies), prefer=prefer, idempotency_key=idempotency_key)

    async def upsert(
        self, bodies: Sequence[New], /, *, on: Sequence[str] = (), ignore: bool = False,
        idempotency_key: str | None = None,
    ) -> list[Row]:  # fmt: skip
        """Make rows, or change those that are there: with the same key, or the same values of the fields `on`."""
        query = [f"on_conflict={quote(','.join(on), safe=_SAFE)}"] if on else []
        prefer = f"{_SHOWN}, missing=default, resolution={'ignore' if ignore else 'merge'}-duplicates"
        return await self._some("POST", query, list(bodies), prefer=prefer, idempotency_key=idempotency_key)


class Submits(RowsOf, Generic[New]):
    """New rows, which needn't be shown to who makes them."""

    async def submit(self, body: New, /, *, idempotency_key: str | None = None) -> None:
        """Make a row."""
        await self._transport.send(
            "POST",
            self._path,
            body=body,
            headers={"Prefer": "return=minimal"},
            idempotent=True,
            idempotency_key=idempotency_key,
        )


class Updates(RowsOf, Generic[Row, Key, Change]):
    """Changes of a row."""

    async def update(
        self, key: Key, changes: Change, /, *, if_match: str | None = None, idempotency_key: str | None = None
    ) -> Row:
        """Change what is given. With `if_match` only that version; else BacksmithError `precondition-failed`."""
        return await self._one("PATCH", key, changes, if_match, idempotency_key)


class Replaces(RowsOf, Generic[Row, Key, New]):
    """Whole rows in the place of others."""

    async def replace(
        self, key: Key, body: New, /, *, if_match: str | None = None, idempotency_key: str | None = None
    ) -> Row:
        """Make the row what is given, or make it."""
        return await self._one("PUT", key, body, if_match, idempotency_key)


class UpdatesMany(RowsOf, Generic[Row, Filter, Change]):
    """Changes of several rows."""

    async def update_many(self, where: Filter, changes: Change, /, *, idempotency_key: str | None = None) -> list[Row]:
        """Change the rows for which the conditions hold; gives them."""
        return await self._some("PATCH", filters(where), changes, idempotency_key=idempotency_key)


class Deletes(RowsOf, Generic[Key]):
    """Deletions by key."""

    async def delete(self, key: Key, /, *, if_match: str | None = None, idempotency_key: str | None = None) -> None:
        """Take the row away."""
        await self._transport.send(
            "DELETE",
            self._item(key),
            headers={"If-Match": if_match} if if_match else {},
            idempotent=True,
            idempotency_key=idempotency_key,
        )


class DeletesMany(RowsOf, Generic[Filter]):
    """Deletions of several rows."""

    async def delete_many(self, where: Filter, /, *, idempotency_key: str | None = None) -> int:
        """Take the rows away for which the conditions hold; says how many they were."""
        reply = await self._transport.send(
            "DELETE",
            self._path,
            query=filters(where),
            headers={"Prefer": "count=exact"},
            idempotent=True,
            idempotency_key=idempotency_key,
        )
        return _total(reply) or 0


class Downloads(RowsOf, Generic[Key, FileField]):
    """Files of rows."""

    async def download(self, key: Key, field: FileField, /) -> bytes:
        """The file."""
        reply = await self._transport.send("GET", f"{self._item(key)}/{field}", headers={"Accept": "*/*"})
        return reply.content


class Uploads(RowsOf, Generic[Key, FileField]):
    """Files for rows."""

    async def upload(
        self, key: Key, field: FileField, content: bytes, /, *, name: str | None = None, if_match: str | None = None,
        media_type: str = "application/octet-stream",
    ) -> FileInfo:  # fmt: skip
        """Put a file in the place of the one that is there."""
        query = [f"name={quote(name, safe='')}"] if name is not None else []
        headers = {"Content-Type": media_type, **({"If-Match": if_match} if if_match else {})}
        found = await self._transport.json(
            "PUT", f"{self._item(key)}/{field}", query=query, content=content, headers=headers
        )
        return cast("FileInfo", found)


class Removes(RowsOf, Generic[Key, FileField]):
    """Files taken away."""

    async def remove_file(self, key: Key, field: FileField, /) -> None:
        """Take the file away."""
        await self._transport.send("DELETE", f"{self._item(key)}/{field}")


_SAFE = ",:>*-._~()!"


def _query(where: Any, either: Any, select: str | None, order: Any, given: Mapping[str, Any]) -> list[str]:
    fields: list[str] = [order] if isinstance(order, str) else list(order)
    terms = [f"{each[1:]}.desc" if each.startswith("-") else each for each in fields]
    return [
        *filters(where, either),
        *([f"select={quote(select, safe=_SAFE)}"] if select is not None else []),
        *([f"order={quote(','.join(terms), safe=_SAFE)}"] if terms else []),
        *(f"{name}={quote(str(value), safe='')}" for name, value in given.items() if value is not None),
    ]


def _total(reply: httpx.Response) -> int | None:
    found = re.search(r"/(\d+)$", reply.headers.get("content-range", ""))
    return int(found[1]) if found else None
