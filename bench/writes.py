"""What is written: the loads of writing, the requests of each, and what each must leave in the database.

A `Write` is one request in nobody's dialect, as an `Ask` is; a peer turns it into a `Call`. Every write is one that the
rules allow: who writes is signed in, authors comment in their own name on what is published, and so on.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from rows import ACCOUNT_OFFSET, POSTS, WORDS, Rows, status_of
from scenarios import ASKERS, LIST, SINGLE, Ask, asks

Kind = Literal["create", "update", "bulk", "order", "mixed"]
UNIQUE = "~~~~unique~~~~~"
"""Stands in a path or body for a number of fifteen digits that the load generator hasn't sent before."""
RETITLED = "Retitled "
BULK_ROWS = 1_000
LINES = 10


class Comment(NamedTuple):
    """A comment to be written, and as it must be found afterwards."""

    body: str
    post: int
    author: int


class Line(NamedTuple):
    product: int
    price: Decimal
    quantity: int


class Write(NamedTuple):
    """One request that writes. `asker` is the account that is signed in, None for nobody."""

    kind: Kind
    asker: int | None
    comments: tuple[Comment, ...] = ()
    """Of "create" one, of "bulk" many."""
    post: int = 0
    changes: tuple[tuple[str, Any], ...] = ()
    """Of "update": which fields of the post get which values."""
    note: str = ""
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Writing:
    """One load."""

    name: str
    title: str
    meaning: str
    kind: Kind
    connections: int = 32
    adds: tuple[int, int, int] = (0, 0, 0)
    """Comments, orders and lines that one request adds, if it isn't a GET."""
    hooked: bool = False


WRITINGS = (
    Writing("create1", "Create, 1", "a comment, on one connection", "create", 1, (1, 0, 0)),
    Writing("create32", "Create, 32", "a comment, on 32 connections", "create", 32, (1, 0, 0)),
    Writing("create128", "Create, 128", "a comment, on 128 connections", "create", 128, (1, 0, 0)),
    Writing("update", "Update", "a new title for one of the asker's posts", "update"),
    Writing("bulk", "Bulk of 1,000", "1,000 comments in one request, on 4 connections", "bulk", 4, (BULK_ROWS, 0, 0)),
    Writing("order", "Order of 10 lines", "an order with 10 lines in one request", "order", 32, (0, 1, LINES)),
    Writing("mixed", "90 % reads", "of ten requests six are single rows, three lists of 20, one creates a comment",
            "mixed", 32, (1, 0, 0)),
    Writing("hook", "Create with a hook", "as Create, 32, with a hook before it that tidies the comment", "create",
            32, (1, 0, 0), hooked=True),
)  # fmt: skip

REQUESTS: dict[Kind, int] = {"create": 20_000, "update": 0, "bulk": 20, "order": 2_000, "mixed": 20_000}
"""Different requests of a load, as far as they need drawing; of updates each post of the askers once."""


def writes(kind: Kind, rows: Rows, seed: int = 1) -> list[Write | Ask]:
    """The requests of a load, which the load generator goes through over and over."""
    source = random.Random(f"{kind} {seed}")
    if kind == "update":
        return list(updates(source, rows))
    if kind == "mixed":
        return list(mixed(source, REQUESTS[kind]))
    draw = {"create": comment, "bulk": bulk, "order": order}[kind]
    return [draw(source, rows) for _ in range(REQUESTS[kind])]


def comment(source: random.Random, _: Rows | None = None) -> Write:
    """A comment of an author on a published post."""
    author = source.choice(ASKERS)
    return Write("create", author + ACCOUNT_OFFSET, (Comment(text(source), published(source), author),))


def bulk(source: random.Random, _: Rows) -> Write:
    """Many comments of one author."""
    author = source.choice(ASKERS)
    many = tuple(Comment(text(source), published(source), author) for _ in range(BULK_ROWS))
    return Write("bulk", author + ACCOUNT_OFFSET, many)


def updates(source: random.Random, rows: Rows) -> Iterator[Write]:
    """For each post of an asker, in random order: that its title changes. No post comes twice."""
    own = [post for post in rows.posts if post.author_id in ASKERS]
    source.shuffle(own)
    for post in own:
        yield Write("update", post.author_id + ACCOUNT_OFFSET, post=post.id, changes=(("title", RETITLED + UNIQUE),))


def order(source: random.Random, rows: Rows) -> Write:
    """An order of different products."""
    products = source.sample(rows.products, LINES)
    lines = tuple(Line(product.id, product.price, source.randrange(9) + 1) for product in products)
    return Write("order", source.choice(ASKERS) + ACCOUNT_OFFSET, note=text(source), lines=lines)


def mixed(source: random.Random, count: int) -> Iterator[Write | Ask]:
    """Of ten requests six are single rows, three lists and one a comment, in random order."""
    singles, lists = iter(asks(SINGLE, count, 2)), iter(asks(LIST, count, 2))
    for _ in range(count):
        drawn = source.randrange(10)
        yield comment(source) if drawn == 0 else next(lists) if drawn < 4 else next(singles)


def text(source: random.Random) -> str:
    """Ten words."""
    return " ".join(source.choices(WORDS, k=10)).capitalize() + "."


def published(source: random.Random) -> int:
    """The id of a post that everybody sees."""
    while status_of(post := source.randrange(POSTS) + 1) != "published":
        pass
    return post
