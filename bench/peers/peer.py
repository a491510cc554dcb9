"""What the benchmark needs to know about each peer.

In: a `Place` (folders, rows, the PostgreSQL server). A peer lays its data there, says how it is started, how an `Ask`
is written as an address, and how its reply is read back into the plain form that all peers share. What it does for
loads that write is in `peers.writer`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, NamedTuple
from urllib.parse import quote

import apsw
import scenarios
from joserfc import jwt
from joserfc.jwk import OctKey
from postgres import Postgres
from rows import Rows
from scenarios import Ask, Scenario

HERE = Path(__file__).parent.parent
VENV = HERE / ".venv" / "bin"
SHARED_DATABASE = "bench"
"""The database whose tables all peers on PostgreSQL read."""


@dataclass
class Place:
    """Where one run of the benchmark lives."""

    folder: Path
    rows: Rows
    postgres: Postgres | None
    secret: str
    """The key of the tokens (HS256)."""
    tokens: dict[int, str] = field(default_factory=dict[int, str])

    def token(self, account: int) -> str:
        """A token with the claims that every peer's usual library wants to see."""
        if account not in self.tokens:
            claims = {"sub": str(account), "iat": 1_767_225_600, "exp": 4_102_444_800, "jti": f"bench-{account}"}
            claims |= {"token_type": "access", "roles": []}
            self.tokens[account] = jwt.encode({"alg": "HS256", "typ": "JWT"}, claims, OctKey.import_key(self.secret))
        return self.tokens[account]

    def server(self) -> Postgres:
        """The PostgreSQL server; only asked for by peers that use it."""
        assert self.postgres is not None, "started whenever one of the peers uses PostgreSQL"
        return self.postgres


class Statement(NamedTuple):
    """The SQL a peer runs for an ask, with the driver's parameters."""

    sql: str
    params: tuple[Any, ...]


class Peer(ABC):
    """One server that is measured."""

    name: ClassVar[str]
    title: ClassVar[str]
    needs: ClassVar[tuple[str, ...]] = ()
    """What `install` must provide: `python`, `node`."""
    postgres: ClassVar[bool]

    def __init__(self, place: Place) -> None:
        self.place = place
        self.folder = place.folder / self.name
        self.folder.mkdir()

    @property
    @abstractmethod
    def version(self) -> str:
        """Its name and the versions that matter."""

    def prepare(self) -> None:  # noqa: B027 (a peer on the shared tables has nothing to prepare)
        """Lays its data; called once, before anything is measured."""

    @abstractmethod
    def command(self, port: int) -> list[str]:
        """The command that starts it in the foreground."""

    def environment(self, port: int) -> dict[str, str]:
        """What it reads from the environment."""
        return {}

    @property
    def cwd(self) -> Path:
        """Where it is started."""
        return self.folder

    @abstractmethod
    def path(self, ask: Ask) -> str:
        """The address of an ask."""

    @abstractmethod
    def read(self, ask: Ask, reply: Any) -> Any:
        """The parsed reply in the plain form of `Answers`."""

    def token(self, account: int) -> str:
        """What the asker sends as bearer token."""
        return self.place.token(account)

    def before(self, scenario: Scenario, port: int) -> None:  # noqa: B027 (most peers are the same in every scenario)
        """Called before the requests of a scenario, while the server runs."""

    def statement(self, ask: Ask) -> Statement | None:
        """The SQL it runs, where the limit of the driver is to be measured with it."""
        return None

    def bare_connection(self) -> apsw.Connection:
        """Of a peer on SQLite that tells its SQL: a connection that this SQL runs on."""
        raise NotImplementedError


class PlainRest(Peer):
    """A peer written by hand whose addresses and replies are ours to choose."""

    postgres = True
    slash: ClassVar[str] = ""
    """What its framework's addresses end with."""

    def path(self, ask: Ask) -> str:
        match ask.scenario:
            case "single":
                return f"/posts/{ask.post}{self.slash}"
            case "nested":
                return f"/posts/{ask.post}/thread{self.slash}"
            case "list":
                return f"/posts{self.slash}?min_score={ask.score}"
            case "count":
                return f"/posts/count{self.slash}?min_score={ask.score}"
            case "rule":
                return f"/posts{self.slash}?author_id={ask.author}"
            case name:
                raise ValueError(name)

    def items(self, reply: Any) -> Any:
        """The rows of a list reply."""
        return reply

    def read(self, ask: Ask, reply: Any) -> Any:
        match ask.scenario:
            case "single":
                return scenarios.plain_post(reply)
            case "nested":
                comments = [scenarios.plain_comment(comment) for comment in reply["comments"]]
                return scenarios.plain_post(reply) | {"comments": comments}
            case "count":
                return reply["count"]
            case _:
                return [scenarios.plain_post(post) for post in self.items(reply)]


def query(**values: str | int) -> str:
    """A query string; commas, dots and parentheses stay as people write them."""
    return "&".join(f"{name}={quote(str(value), safe=',.()!*:-')}" for name, value in values.items())
