"""Whatever a request says, the reply is a reply: no 5xx, no word of SQL, the same from both databases.

`BACKSMITH_REQUESTS=100000 pytest tests/engine/test_fuzz.py` asks that many.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from backsmith.blueprint.asker import NOBODY, Asker
from tests.engine.client import Answer, Client
from tests.engine.conftest import serve

REQUESTS = int(os.environ.get("BACKSMITH_REQUESTS", "4000"))
ASKERS = [NOBODY, Asker(1), Asker(2, frozenset({"staff"}))]
COLLECTIONS = ["books", "authors", "reviews", "shelves", "invoices", "accounts", "vaults", "bookz"]
ODD_FIELDS = ["nope", "email", "diary", "notes->-1", 'notes->>"a b"', "tags->0", '"id"', "Id", "id;", "*", "author"]
FIELDS = {
    "books": [
        "id",
        "title",
        "price",
        "pages",
        "rating",
        "draft",
        "published",
        "added",
        "tags",
        "notes",
        "cover",
        "stars",
        "author_id",
        "genre",
        "notes->k",
        "notes->>k",
        "notes->deep->x->0",
    ],
    "authors": ["id", "name", "born"],
    "reviews": ["id", "stars", "text", "book_id"],
    "shelves": ["id", "name"],
    "invoices": ["id", "total"],
}
RELATIONS = {
    "books": {
        "author": "authors",
        "editor": "authors",
        "reviews": "reviews",
        "shelves": "shelves",
        "sequels": "books",
        "sequel_of": "books",
    },
    "authors": {"books": "books", "edited": "books"},
    "reviews": {"book": "books"},
    "shelves": {"books": "books"},
    "invoices": {},
}
ODD_RELATIONS = ["account", "accounts", "authors", "reviewer", "invoices", "vaults", "nope"]
OPERATORS = [
    "eq",
    "neq",
    "gt",
    "gte",
    "lt",
    "lte",
    "like",
    "ilike",
    "match",
    "imatch",
    "in",
    "is",
    "isdistinct",
    "fts",
    "plfts",
    "phfts",
    "wfts",
    "cs",
    "cd",
    "ov",
    "sl",
    "sr",
    "nxr",
    "nxl",
    "adj",
    "eq(any)",
    "like(all)",
    "gt(any)",
    "in(any)",
    "fts(english)",
    "not.eq",
    "not.is",
    "not.in",
    "xx",
    "",
]
VALUES = [
    "1",
    "0",
    "-1",
    "2.5",
    "9.90",
    "1e3",
    "1e400",
    "99999999999999999999",
    "true",
    "null",
    "unknown",
    "x",
    "Zero",
    "",
    "*",
    "%",
    "_",
    "\\",
    "'",
    '"',
    "a'b",
    "--",
    ";",
    "(",
    ")",
    "(1,2)",
    "(1",
    '("a,b",c)',
    "{a,b}",
    "{1}",
    "{",
    '{"k":1}',
    "[1,2]",
    "2026-01-01",
    "2026-13-01",
    "2026-01-01T00:00:00Z",
    "infinity",
    "NaN",
    "\\x00ff",
    "ä",
    "İ",
    "😀",
    "\u2028",
    "a b",
    "a&b",
    "a:*",
    "a | b",
    "a <-> b",
    "!",
    "\\d+",
    "(a",
    "[",
    "a{1,2}",
    "(?=a)",
    "^(a+)+$",
    "[[:alpha:]]",
    "\\m",
    "\\1",
    "P1D",
    "13:00",
    "0001-01-01",
    "9999-12-31T23:59:59Z",
    "'; DROP TABLE books",
]
FITTING = {
    "title": [
        "like.*e*",
        "ilike.Z*",
        "match.^Z",
        "imatch.z",
        "fts.zero",
        "wfts.zero or b",
        "eq(any).{Zero,zero}",
        "gt.M",
    ],
    "tags": ["cs.{a}", "cd.{a,b}", "ov.{b}", "eq.{}", "is.null"],
    "notes": ['cs.{"k":1}', "is.null", 'eq.{"k":2}', "gt.1"],
    "draft": ["is.true", "eq.false", "not.is.null"],
    "published": ["gt.2019-01-01", "is.null"],
    "added": ["gte.2026-01-02", "lt.2026-01-02T08:00:00Z"],
    "genre": ["eq.novel", "in.(poem,essay)", "gt.essay"],
    "cover": ["is.null", "eq.\\x00ff"],
    "price": ["gt.9.9", "lte.9.90", "in.(9.9,0.05)", "gt(any).{1,100}"],
}
CASTS = ["text", "int", "numeric", "float8", "bool", "date", "timestamptz", "json", "uuid", "text; drop", "regclass"]
AGGREGATES = ["count()", "sum()", "avg()", "min()", "max()"]
FORBIDDEN = re.compile(
    rb"sqlite|asyncpg|apsw|syntax error(?! in tsquery)|SELECT |FROM |near \"|pg_|Traceback|no such column|operator does not exist: "
    rb"(?!.*unknown)|could not determine|must appear in the GROUP BY|DROP TABLE books\W+(?:at|near)",
)


class Requests:
    """Draws requests that are almost right, and some that are not."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def one(self, of: list[Any]) -> Any:
        return self.random.choice(of)

    def some(self, chance: float) -> bool:
        return self.random.random() < chance

    def value(self) -> str:
        return self.one(VALUES) if self.some(0.95) else "".join(self.one(VALUES) for _ in range(3))

    def field(self, of: str) -> str:
        return self.one(FIELDS[of]) if self.some(0.95) else self.one(ODD_FIELDS)

    def relation(self, of: str) -> tuple[str, str]:
        if self.some(0.93) and RELATIONS.get(of):
            return self.one(list(RELATIONS[of].items()))
        return self.one(ODD_RELATIONS), "books"

    def select(self, of: str, depth: int = 0) -> str:
        return ",".join(self.item(of, depth) for _ in range(self.random.randint(1, 4)))

    def item(self, of: str, depth: int) -> str:
        if depth < 3 and self.some(0.3):
            relation, target = self.relation(of)
            alias = self.one(["", "", "", f"x{self.random.randint(1, 99)}:", "..."]) if self.some(0.9) else "a.b:"
            hint = self.one(["", "", "", "!inner", "!left"]) if self.some(0.9) else self.one(["!author", "!nope"])
            return f"{alias}{relation}{hint}({self.select(target, depth + 1) if self.some(0.9) else ''})"
        if self.some(0.05):
            return self.one(AGGREGATES)
        field = self.field(of)
        field = f"{self.one(['a', 'ä ö', 'b'])}{self.random.randint(1, 99)}:{field}" if self.some(0.3) else field
        field += f"::{self.one(CASTS)}" if self.some(0.1) else ""
        field += f".{self.one(AGGREGATES)}" if self.some(0.05) else ""
        return field + (f"::{self.one(CASTS)}" if self.some(0.03) else "")

    def leaf(self, of: str) -> str:
        name = self.field(of) if self.some(0.9) else self.relation(of)[0]
        return f"{name}.{self.test(name)}"

    def test(self, field: str) -> str:
        if self.some(0.6):
            return self.one(FITTING.get(field, ["eq.1", "is.null", "not.is.null", "isdistinct.2", "in.(1,2)", "gt.0"]))
        return f"{self.one(OPERATORS)}.{self.value()}"

    def logic(self, of: str, depth: int = 0) -> str:
        parts = [
            f"{self.one(['', 'not.'])}{self.one(['and', 'or'])}({self.logic(of, depth + 1)})"
            if depth < 3 and self.some(0.25)
            else self.leaf(of)
            for _ in range(self.random.randint(1, 3))
        ]
        return ",".join(parts)

    def parameter(self, of: str) -> str:
        path = ""
        if self.some(0.1):
            relation, of = self.relation(of)
            path = f"{relation}."
        kind = self.random.randint(0, 9)
        if kind < 5:
            name = self.field(of) if self.some(0.95) else self.relation(of)[0]
            return f"{path}{name}={self.test(name)}"
        if kind == 5:
            return f"{path}{self.one(['and', 'or', 'not.and', 'not.or'])}=({self.logic(of)})"
        if kind == 6:
            suffix = self.one(["", ".asc", ".desc", ".nullsfirst", ".desc.nullslast"]) if self.some(0.95) else ".x"
            field = self.field(of) if self.some(0.9) else f"{self.relation(of)[0]}({self.field('authors')})"
            return f"{path}order={field}{suffix}"
        if kind < 9:
            numbers = ["1", "0", "3", "10"] if self.some(0.9) else ["-1", "x", "99999999999999999999", ""]
            return f"{path}{self.one(['limit', 'offset'])}={self.one(numbers)}"
        if self.some(0.5):
            return self.one(
                ["after=W10", "after=WzFd", "columns=id", "on_conflict=id", self.value(), "=", "select=", "id"]
            )
        return "id=not.eq.2"

    def target(self) -> str:
        collection = self.one(list(FIELDS)) if self.some(0.3) else "books"
        of, collection = collection, collection if self.some(0.97) else self.one(COLLECTIONS)
        item = f"/{self.one(['1', '3', '99', 'x', '1,2', '%27', ''])}" if self.some(0.1) else ""
        parts = [f"select={self.select(of)}"] if self.some(0.7) else []
        parts += [self.parameter(of) for _ in range(self.random.randint(0, 3))]
        return f"/api/{collection}{item}?{'&'.join(parts)}".replace("#", "%23")

    def headers(self) -> dict[str, str]:
        drawn: dict[str, str] = {}
        if self.some(0.1):
            drawn["prefer"] = self.one(["count=exact", "handling=strict,x=y", "count=exact,handling=strict"])
        if self.some(0.05):
            drawn["accept"] = self.one(["text/csv", "application/vnd.pgrst.object+json", "*/*", "x", "text/html;q=0"])
        if self.some(0.05):
            drawn["range"] = self.one(["0-1", "1-0", "5-", "x", "items=0-0"])
        return drawn


@pytest.fixture(scope="module")
def clients(new_url: Callable[[str], str], run: Any) -> Iterator[dict[str, Client]]:
    both = {kind: serve(new_url(kind), run) for kind in ("sqlite", "postgres18")}
    yield both
    for client in both.values():
        run(client.application.close())


def test_every_request_gets_a_reply_and_the_same_from_both_databases(clients: dict[str, Client], run: Any) -> None:
    requests = Requests(seed=int(os.environ.get("BACKSMITH_SEED", "1")))
    shown = 0
    for _ in range(REQUESTS // 2):
        target, asker, headers = requests.target(), requests.one(ASKERS), requests.headers()
        answers = {kind: run(client.ask(target, asker, **headers)) for kind, client in clients.items()}
        for kind, answer in answers.items():
            assert answer.status < 500, (kind, target, answer.text)
            if answer.status >= 400:
                assert not FORBIDDEN.search(answer.body), (kind, target, answer.text)
        one, other = answers["sqlite"], answers["postgres18"]
        only_postgres = one.status == 400 and ("needs PostgreSQL" in one.text or "regular expression" in one.text)
        if not only_postgres:
            assert (one.status, comparable(one)) == (other.status, comparable(other)), (target, asker)
        shown += one.status == 200
    assert shown > REQUESTS // 8, "most requests should mean something"


def comparable(answer: Answer) -> object:
    """The reply without what differs from request to request."""
    if answer.status >= 300:
        return {name: value for name, value in answer.json.items() if name != "instance"}
    return answer.body, answer.headers.get("content-range"), answer.headers.get("link"), answer.headers["etag"]
