"""The rows of the benchmark: the same ones on every machine, in every run and in every peer.

In: nothing but the sizes below. Out: lists of `Account`, `Author`, `Post` and `Comment`, in the order of their ids.
Everything is drawn from `random.Random(seed).random()`, whose sequence Python keeps from version to version.

1,000 authors, each with an account, write 100,000 posts; a post has 0 to 6 comments (300,000 in all), each by an
author. Of ten posts eight are published, one is a draft and one is archived, decided by the id alone, so that a load
generator can ask for rows that exist without looking them up. There are 500 products, all for sale, and no orders yet.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple

AUTHORS = 1_000
POSTS = 100_000
PRODUCTS = 500
SEED = 20_260_123
FIRST_DAY = datetime(2023, 1, 1, tzinfo=UTC)
SECONDS = 3 * 365 * 24 * 3600
ACCOUNT_OFFSET = 5_000
"""An author's account is not numbered like the author, so that mixing them up shows."""

VOCABULARY = """
    river stone letter garden winter signal copper window morning harbour paper silver road field engine market music
    island northern light under between after quiet broken early every second open travel bridge forest number answer
    people table summer wire shadow ground simple distant candle orange
"""
WORDS = VOCABULARY.split()

Status = Literal["draft", "published", "archived"]


class Account(NamedTuple):
    id: int
    email: str
    name: str


class Author(NamedTuple):
    id: int
    name: str
    bio: str
    active: bool
    account_id: int


class Post(NamedTuple):
    id: int
    title: str
    body: str
    published_at: datetime
    score: int
    status: Status
    author_id: int


class Comment(NamedTuple):
    id: int
    body: str
    created_at: datetime
    post_id: int
    author_id: int


class Product(NamedTuple):
    id: int
    name: str
    price: Decimal
    active: bool


class Rows(NamedTuple):
    accounts: list[Account]
    authors: list[Author]
    posts: list[Post]
    comments: list[Comment]
    products: list[Product]

    def tables(self) -> Iterator[tuple[str, Sequence[NamedTuple]]]:
        """Each table's name and rows, what is pointed at before what points at it."""
        yield from zip(self._fields, self, strict=True)


def status_of(post: int) -> Status:
    """The status of the post with that id."""
    match post % 10:
        case 0:
            return "draft"
        case 5:
            return "archived"
        case _:
            return "published"


def generate() -> Rows:
    """All rows; about two seconds."""
    draw = random.Random(SEED).random

    def below(limit: int) -> int:
        return int(draw() * limit)

    def text(words: int) -> str:
        chosen = " ".join(WORDS[below(len(WORDS))] for _ in range(words))
        return chosen[0].upper() + chosen[1:]

    def moment() -> datetime:
        return FIRST_DAY + timedelta(seconds=below(SECONDS))

    def moments(count: int) -> list[datetime]:
        """All different, so that an order by time is an order."""
        seen: dict[int, None] = {}
        while len(seen) < count:
            seen[below(SECONDS)] = None
        return [FIRST_DAY + timedelta(seconds=second) for second in seen]

    authors = [
        Author(number, f"{text(2)} {number}", f"{text(12)}.", below(10) > 0, number + ACCOUNT_OFFSET)
        for number in range(1, AUTHORS + 1)
    ]
    posts = [
        Post(number, text(5), f"{text(30)}.", published_at, below(1_000), status_of(number), below(AUTHORS) + 1)
        for number, published_at in enumerate(moments(POSTS), 1)
    ]
    comments: list[Comment] = []
    for post in posts:
        for _ in range(below(7)):
            comments.append(Comment(len(comments) + 1, f"{text(10)}.", moment(), post.id, below(AUTHORS) + 1))
    accounts = [Account(one.account_id, f"author{one.id}@example.com", one.name) for one in authors]
    products = [
        Product(number, f"{text(2)} {number}", Decimal(below(10_000)) / 100, True) for number in range(1, PRODUCTS + 1)
    ]
    return Rows(accounts, authors, posts, comments, products)
