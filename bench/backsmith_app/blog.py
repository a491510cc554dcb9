"""A blog: what the benchmark serves with Backsmith.   backsmith serve bench/backsmith_app/blog.py"""

from datetime import datetime
from typing import Annotated, Literal

from backsmith import Account, Entity, Hidden, Indexed, Unique, allow


class Author(Entity):
    """Someone who writes."""

    name: str
    bio: str
    active: bool = True
    account: Annotated[Account, Unique, Hidden]
    posts: list["Post"]
    comments: list["Comment"]

    @allow("read")
    def everyone(self) -> bool:
        return True


class Post(Entity):
    """What an author writes."""

    title: str
    body: str
    published_at: Annotated[datetime, Indexed]
    score: Annotated[int, Indexed] = 0
    status: Literal["draft", "published", "archived"] = "draft"
    author: Annotated[Author, Indexed]
    comments: list["Comment"]

    @allow("read")
    def published(self) -> bool:
        return self.status == "published"

    @allow("read")
    def own(self, user: Account) -> bool:
        return self.author.account == user


class Comment(Entity):
    """What somebody has to say about a post."""

    body: str
    created_at: datetime
    post: Annotated[Post, Indexed]
    author: Annotated[Author, Indexed]

    @allow("read")
    def published(self) -> bool:
        return self.post.status == "published"

    @allow("read")
    def own(self, user: Account) -> bool:
        return self.post.author.account == user
