"""What replies say of older names that were used, and who is told of it.

`Deprecation` (RFC 9745) has the moment since when there is something newer; `Backsmith-Deprecated` names what was used,
and `Link` leads to the collection's new address (RFC 5829) where it has one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from backsmith.blueprint.asker import Asker
from backsmith.engine.planning.deprecated import EVERYTHING
from backsmith.http.reply import Headers
from backsmith.http.request import Request

_LONGEST = 80
"""Characters of a client's name that are kept."""


class Deprecations:
    """Notes what is used of an older version."""

    def __init__(
        self,
        since: int,
        former: Mapping[str, str],
        prefix: str,
        count: Callable[[Iterable[str], str], None],
    ) -> None:
        """`since` is a moment in seconds, `former` the new names of collections by their older ones; `count` is told of
        each use and by which client it came."""
        self._since = since
        self._former = former
        self._prefix = prefix
        self._count = count

    def noted(self, request: Request, asker: Asker, used: tuple[str, ...]) -> Headers:
        """Count what a request used; the headers that its reply has therefore. Who asked for everything may not mean
        what is older, so that is counted and not said."""
        if not used:
            return []
        things = tuple(dict.fromkeys(used))
        self._count(things, client_of(request, asker))
        said = [thing for thing in things if not thing.endswith(EVERYTHING)]
        if not said:
            return []
        headers = [("deprecation", f"@{self._since}"), ("backsmith-deprecated", ", ".join(said))]
        now = self._former.get(request.path[0])
        if now is not None and now != request.path[0]:
            headers.append(("link", f'<{self._prefix}/{now}>; rel="successor-version"'))
        return headers


def client_of(request: Request, asker: Asker) -> str:
    """What a client is counted as: the name of its API key, else how its program calls itself."""
    if asker.via == "key" and asker.name is not None:
        return f"key {asker.name}"[:_LONGEST]
    return (request.header("user-agent") or "no user agent")[:_LONGEST]
