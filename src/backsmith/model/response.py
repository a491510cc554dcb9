"""`Response`: what a `@route` answers when plain JSON with status 200 isn't what it wants."""

from __future__ import annotations

import os
from collections.abc import AsyncIterable, Iterable, Mapping
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any, Literal, cast
from urllib.parse import quote

HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
JSON = "application/json; charset=utf-8"

Body = bytes | str | AsyncIterable[bytes | str] | Path


class Response:
    """An HTTP response: its status, headers, and a body that is bytes, text, a stream of those, or a file."""

    __slots__ = ("body", "content_type", "headers", "status", "value")

    def __init__(
        self,
        body: Body = b"",
        status: int = 200,
        *,
        content_type: str | None = None,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    ) -> None:
        if not 200 <= status <= 599:
            raise ValueError(f"A response has a status from 200 to 599, not {status}.")
        self.body: Body | None = body
        self.value: Any = None
        """What is sent as JSON, where `body` is None."""
        self.status = status
        self.content_type = content_type
        self.headers: list[tuple[str, str]] = []
        pairs = cast("Iterable[tuple[str, str]]", headers.items() if isinstance(headers, Mapping) else headers)
        for name, value in pairs:
            self.add_header(name, value)

    def add_header(self, name: str, value: str) -> None:
        """One header more. Raises ValueError for what no header can hold."""
        if not name.isascii() or any(c in name + value for c in "\r\n\0") or not value.isprintable():
            raise ValueError(f"{name!r}: {value!r} can't be a header.")
        self.headers.append((name.lower(), value))

    def set_cookie(
        self,
        name: str,
        value: str,
        *,
        max_age: int | None = None,
        path: str = "/",
        secure: bool = True,
        http_only: bool = True,
        same_site: Literal["lax", "strict", "none"] = "lax",
    ) -> None:
        """Set a cookie, for `max_age` seconds or until the browser is closed. Its defaults are the safe ones."""
        cookie: SimpleCookie = SimpleCookie()
        cookie[name] = value
        cookie[name]["path"] = path
        cookie[name]["samesite"] = same_site.capitalize()
        if max_age is not None:
            cookie[name]["max-age"] = max_age
        cookie[name]["secure"] = secure
        cookie[name]["httponly"] = http_only
        self.add_header("set-cookie", cookie[name].OutputString())

    @classmethod
    def json(
        cls,
        value: object,
        status: int = 200,
        *,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        content_type: str = JSON,
    ) -> Response:
        """Rows, dataclasses, Structs and plain values as JSON. Of rows it shows what who asks may read."""
        made = cls(b"", status, content_type=content_type, headers=headers)
        made.body, made.value = None, value
        return made

    @classmethod
    def text(cls, text: str, status: int = 200) -> Response:
        """Plain text."""
        return cls(text, status, content_type=TEXT)

    @classmethod
    def html(cls, html: str, status: int = 200) -> Response:
        """A page."""
        return cls(html, status, content_type=HTML)

    @classmethod
    def redirect(cls, to: str, status: Literal[301, 302, 303, 307, 308] = 303) -> Response:
        """Go there instead: 303 asks for it by GET, 307 and 308 with the same method, 301 and 308 for good."""
        return cls(b"", status, headers=[("location", quote(to, safe="!$%&'()*+,/:;=?@[]#~"))])

    @classmethod
    def stream(
        cls, chunks: AsyncIterable[bytes | str], status: int = 200, *, content_type: str = "application/octet-stream"
    ) -> Response:
        """A body that is sent piece by piece, as it is made."""
        return cls(chunks, status, content_type=content_type)

    @classmethod
    def file(
        cls, path: str | os.PathLike[str], *, content_type: str = "application/octet-stream", name: str | None = None
    ) -> Response:
        """A file of this machine; with `name`, to be saved under it. The path is the application's, never a request's:
        what a request names has to be looked up first."""
        saved = None if name is None else f"attachment; filename*=utf-8''{quote(name, '')}"
        headers = [] if saved is None else [("content-disposition", saved)]
        return cls(Path(path), 200, content_type=content_type, headers=headers)
