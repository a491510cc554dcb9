"""What is asked: five scenarios, the requests of each, and the answer each request must get.

An `Ask` is one request in nobody's dialect; a peer turns it into an address and its reply back into the plain form
that `Answers` computes from the rows themselves. The same seed gives the same asks, so every peer is asked the same
questions in the same order.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from rows import ACCOUNT_OFFSET, AUTHORS, POSTS, Comment, Post, Rows, status_of

PAGE = 20


class Ask(NamedTuple):
    """One request. `asker` is the account that is signed in, None for nobody."""

    scenario: str
    post: int = 0
    score: int = 0
    author: int = 0
    asker: int | None = None


@dataclass(frozen=True)
class Scenario:
    name: str
    title: str
    meaning: str


SINGLE = Scenario("single", "Single row", "one published post by its id, with its author")
LIST = Scenario("list", "List of 20", "the 20 newest published posts with at least a random score, with their authors")
NESTED = Scenario("nested", "Three levels", "one post, its author, its comments and each comment's author")
COUNT = Scenario("count", "Count", "how many published posts have at least a random high score")
RULE = Scenario(
    "rule",
    "Rule by relation",
    "signed in: the 20 newest posts of an author that the asker may see (published, or the author is the asker)",
)
SCENARIOS = (SINGLE, LIST, NESTED, COUNT, RULE)

ASKERS = tuple(range(7, AUTHORS, 20))
"""The authors who sign in: fifty of them, so that each has a token ready before the measurement."""


def asks(scenario: Scenario, count: int, seed: int = 1) -> list[Ask]:
    """`count` requests of the scenario."""
    source = random.Random(f"{scenario.name} {seed}")

    def published() -> int:
        while status_of(post := source.randrange(POSTS) + 1) != "published":
            pass
        return post

    def own_or_other(number: int) -> Ask:
        asker = source.choice(ASKERS)
        author = asker if number % 2 == 0 else source.randrange(AUTHORS) + 1
        return Ask(scenario.name, author=author, asker=asker + ACCOUNT_OFFSET)

    match scenario.name:
        case "single" | "nested":
            return [Ask(scenario.name, post=published()) for _ in range(count)]
        case "list":
            return [Ask(scenario.name, score=source.randrange(300, 700)) for _ in range(count)]
        case "count":
            return [Ask(scenario.name, score=source.randrange(980, 1_000)) for _ in range(count)]
        case "rule":
            return [own_or_other(number) for number in range(count)]
        case name:
            raise ValueError(name)


class Answers:
    """The right answers, computed from the rows without any database."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.newest = sorted(rows.posts, key=lambda post: post.published_at, reverse=True)
        self.comments: dict[int, list[Comment]] = defaultdict(list)
        for comment in rows.comments:
            self.comments[comment.post_id].append(comment)

    def answer(self, ask: Ask) -> Any:
        """The plain form of the right reply."""
        match ask.scenario:
            case "single":
                return self.post(self.rows.posts[ask.post - 1])
            case "nested":
                post = self.rows.posts[ask.post - 1]
                return self.post(post) | {"comments": [self.comment(one) for one in self.comments[post.id]]}
            case "list":
                seen = (post for post in self.newest if post.status == "published" and post.score >= ask.score)
                return [self.post(post) for post, _ in zip(seen, range(PAGE), strict=False)]
            case "count":
                return sum(post.status == "published" and post.score >= ask.score for post in self.rows.posts)
            case "rule":
                own = self.rows.authors[ask.author - 1].account_id == ask.asker
                seen = (p for p in self.newest if p.author_id == ask.author and (own or p.status == "published"))
                return [self.post(post) for post, _ in zip(seen, range(PAGE), strict=False)]
            case name:
                raise ValueError(name)

    def author(self, number: int) -> dict[str, Any]:
        author = self.rows.authors[number - 1]
        return {"id": author.id, "name": author.name, "bio": author.bio}

    def post(self, post: Post) -> dict[str, Any]:
        values = post._asdict()
        del values["author_id"]
        return values | {"author": self.author(post.author_id)}

    def comment(self, comment: Comment) -> dict[str, Any]:
        values = comment._asdict()
        del values["author_id"], values["post_id"]
        return values | {"author": self.author(comment.author_id)}


def plain_author(reply: dict[str, Any]) -> dict[str, Any]:
    """An author of a peer's reply in the plain form."""
    return {"id": int(reply["id"]), "name": reply["name"], "bio": reply["bio"]}


def plain_post(reply: dict[str, Any]) -> dict[str, Any]:
    """A post of a peer's reply in the plain form: whole numbers, instants, and only what the scenario asks for."""
    return {
        "id": int(reply["id"]),
        "title": reply["title"],
        "body": reply["body"],
        "published_at": datetime.fromisoformat(reply["published_at"]),
        "score": reply["score"],
        "status": reply["status"],
        "author": plain_author(reply["author"]),
    }


def plain_comment(reply: dict[str, Any]) -> dict[str, Any]:
    """A comment of a peer's reply in the plain form."""
    return {
        "id": int(reply["id"]),
        "body": reply["body"],
        "created_at": datetime.fromisoformat(reply["created_at"]),
        "author": plain_author(reply["author"]),
    }


def money(value: Any) -> Decimal:
    """An amount of a peer's reply, however it writes it."""
    return Decimal(str(value)).quantize(Decimal("0.01"))
