"""`Request`: the HTTP request as the application's own functions see it, read only; and markers for its parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Protocol
from urllib.parse import parse_qs


class HeaderSource(Protocol):
    """Where headers are looked up, by lower-case name."""

    def get(self, name: str, /) -> str | None:
        """The header's text, or None."""
        ...


class Headers:
    """The headers of a request; names in any case."""

    __slots__ = ("_source",)

    def __init__(self, source: HeaderSource) -> None:
        self._source = source

    def get(self, name: str, default: str = "") -> str:
        """The header's text, or `default`."""
        found = self._source.get(name.lower())
        return default if found is None else found

    def __getitem__(self, name: str) -> str:
        found = self._source.get(name.lower())
        if found is None:
            raise KeyError(name)
        return found

    def __contains__(self, name: str) -> bool:
        return self._source.get(name.lower()) is not None


class Request:
    """An HTTP request, read only. A function that has a parameter of this type is handed the one it answers."""

    __slots__ = ("_query_string", "headers", "id", "ip", "method", "path")

    def __init__(
        self, method: str, path: str, query_string: str, headers: HeaderSource, *, ip: str = "", id: str = ""
    ) -> None:
        self.method = method
        self.path = path
        """The whole path as it was sent, percent-encoded."""
        self.headers = Headers(headers)
        self.ip = ip
        """The address of whoever is connected: the client's, or that of the proxy before this server."""
        self.id = id
        """The id under which the log has the request; it goes out as X-Request-Id."""
        self._query_string = query_string

    @property
    def queries(self) -> Mapping[str, list[str]]:
        """All values of each parameter of the query string."""
        return parse_qs(self._query_string, keep_blank_values=True, errors="replace")

    @property
    def query(self) -> Mapping[str, str]:
        """The parameters of the query string; of one given several times, the last."""
        return {name: values[-1] for name, values in self.queries.items()}

    @property
    def cookies(self) -> Mapping[str, str]:
        """The cookies that came with it."""
        return read_cookies(self.headers.get("cookie"))

    def __repr__(self) -> str:
        return f"Request({self.method} {self.path})"


def read_cookies(header: str) -> Mapping[str, str]:
    """The cookies of a Cookie header; none of one that can't be read."""
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(header).items()}
    except CookieError:
        return {}


@dataclass(frozen=True, slots=True)
class Header:
    """The parameter is a header of the request: `agent: Annotated[str, Header("User-Agent")]`; by default the one that
    is called like it, with hyphens: `user_agent`."""

    name: str | None = None


@dataclass(frozen=True, slots=True)
class Cookie:
    """The parameter is a cookie."""

    name: str | None = None


@dataclass(frozen=True, slots=True)
class QueryString:
    """The parameter stands in the query string, under another name than its own."""

    name: str | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """The parameter is a field of a form, or an object of all of its fields."""

    name: str | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """The parameter is the whole JSON body, or that member of it: `Annotated[NewArticle, Body("article")]`."""

    member: str | None = None
