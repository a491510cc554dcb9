"""What replies say of what is to be used no more, and who is told that it was used.

`Deprecation` (RFC 9745) has the moment since when there is something newer; `Sunset` (RFC 8594) the one at which what
was used goes; `Backsmith-Deprecated` names it, and `Link` leads to the collection's new address (RFC 5829) where it has
one. It is of an older version that is answered still, or the model says so (`Deprecated`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from backsmith.blueprint.asker import Asker
from backsmith.blueprint.blueprint import Blueprint, Deprecation
from backsmith.engine.planning.deprecated import EVERYTHING
from backsmith.http.reply import Headers
from backsmith.http.request import Request

_LONGEST = 80
"""Characters of a client's name that are kept."""

Called = tuple[str, str]
"""Method and route."""


class Deprecations:
    """Notes what is used that is deprecated."""

    def __init__(
        self,
        since: Callable[[], datetime],
        former: Mapping[str, str],
        prefix: str,
        count: Callable[[Iterable[str], str], None],
        ends: Mapping[str, Deprecation] | None = None,
        called: Mapping[Called, Deprecation] | None = None,
    ) -> None:
        """What is noted, and to whom.

        Arguments:
            since: Gives the moment at which the version that is served was applied.
            former: The new names of collections by their older ones.
            prefix: Where collections lie.
            count: Is told of each use and by which client it came.
            ends: What the model says of fields.
            called: What it says of functions.
        """
        self._since = since
        self._former = former
        self._prefix = prefix
        self._count = count
        self._ends: Mapping[str, Deprecation] = ends or {}
        self._called: Mapping[Called, Deprecation] = called or {}

    def noted(self, request: Request, asker: Asker, used: tuple[str, ...], route: str = "") -> Headers:
        """Count what a request used; the headers that its reply has therefore. Who asked for everything may not mean
        what is older, so that is counted and not said."""
        function = None
        if self._called:
            function = self._called.get(("GET" if request.method == "HEAD" else request.method, route))
        if not used and function is None:
            return []
        things = tuple(dict.fromkeys(used if function is None else (*used, f"{request.method} {route}")))
        self._count(things, client_of(request, asker))
        said = [thing for thing in things if not thing.endswith(EVERYTHING)]
        if not said:
            return []
        told = [self._ends[thing] for thing in said if thing in self._ends]
        told += [] if function is None else [function]
        headers = [("deprecation", f"@{self._begun(told, said)}"), ("backsmith-deprecated", ", ".join(said))]
        if sunset := _sunset(told):
            headers.append(("sunset", sunset))
        now = self._former.get(request.path[0])
        if now is not None and now != request.path[0]:
            headers.append(("link", f'<{self._prefix}/{now}>; rel="successor-version"'))
        return headers

    def _begun(self, told: Sequence[Deprecation], said: Sequence[str]) -> int:
        """The earliest moment since when something that was used is deprecated."""
        moments = [int(_midnight(each.since).timestamp()) for each in told if each.since is not None]
        return min(moments if len(moments) == len(said) else [int(self._since().timestamp()), *moments])


def _sunset(told: Iterable[Deprecation]) -> str | None:
    """When the first of them goes: at the beginning of its day, in UTC."""
    days = [each.sunset for each in told if each.sunset is not None]
    return f"{_midnight(min(days)):%a, %d %b %Y %H:%M:%S} GMT" if days else None


def _midnight(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def ends_of(blueprint: Blueprint) -> dict[str, Deprecation]:
    """What the model says of fields: `people.phone`."""
    return {
        f"{entity.collection}.{field.name}": field.deprecation
        for entity in blueprint.entities
        for field in entity.fields
        if field.deprecation is not None
    }


def called_of(blueprint: Blueprint, prefix: str) -> dict[Called, Deprecation]:
    """What the model says of functions, by the routes that they are counted as."""
    return dict(_called(blueprint, prefix))


def _called(blueprint: Blueprint, prefix: str) -> Iterator[tuple[Called, Deprecation]]:
    collections = {entity.name: entity.collection for entity in blueprint.entities}
    for query in blueprint.queries:
        if query.deprecation is not None:
            yield ("GET", f"{prefix}/rpc/{query.name}"), query.deprecation
            yield ("POST", f"{prefix}/rpc/{query.name}"), query.deprecation
    for action in blueprint.actions:
        if action.deprecation is not None:
            within = "rpc" if action.entity is None else f"{collections[action.entity]}/{{id}}"
            yield ("POST", f"{prefix}/{within}/{action.name}"), action.deprecation
    for route in blueprint.routes:
        if route.deprecation is not None:
            yield (route.method, route.path), route.deprecation


def older_of(blueprint: Blueprint) -> frozenset[str]:
    """The collections that have anything of an older version: only there `people.*` may mean that."""
    return frozenset(
        entity.collection
        for entity in blueprint.entities
        if entity.deprecated is not None
        or any(each.deprecated is not None for each in (*entity.fields, *entity.relations))
    )


def client_of(request: Request, asker: Asker) -> str:
    """What a client is counted as: the name of its API key, else how its program calls itself."""
    if asker.via == "key" and asker.name is not None:
        return f"key {asker.name}"[:_LONGEST]
    return (request.header("user-agent") or "no user agent")[:_LONGEST]
