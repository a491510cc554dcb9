"""A blog: what the benchmark serves with Backsmith.   backsmith serve bench/backsmith_app/blog.py"""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from annotated_types import Ge, MaxLen, MinLen

from backsmith import Account, Digits, Entity, Hidden, Indexed, OnDelete, Unique, allow, current_user, now

Money = Annotated[Decimal, Digits(10, 2), Ge(0)]


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

    @allow("update", fields=("title", "body", "published_at", "status"))
    def edit(self, user: Account) -> bool:
        """Authors edit what they wrote; they don't score it, nor give it away."""
        return self.author.account == user


class Comment(Entity):
    """What somebody has to say about a post."""

    body: Annotated[str, MinLen(1), MaxLen(2000)]
    created_at: datetime = now()
    post: Annotated[Post, Indexed]
    author: Annotated[Author, Indexed]

    @allow("read")
    def published(self) -> bool:
        return self.post.status == "published"

    @allow("read")
    def own(self, user: Account) -> bool:
        return self.post.author.account == user

    @allow("create", fields=("body", "post", "author"))
    def in_ones_own_name(self, user: Account) -> bool:
        """Authors comment in their own name on what is published."""
        return self.author.account == user and self.post.status == "published"


class Product(Entity):
    """What the blog sells beside."""

    name: str
    price: Money
    active: bool = True

    @allow("read")
    def for_sale(self) -> bool:
        return self.active


class Order(Entity):
    """What somebody buys."""

    account: Annotated[Account, Indexed] = current_user()
    note: Annotated[str, MaxLen(500)] | None
    status: Literal["draft", "placed"] = "draft"
    lines: list["Line"]

    @allow("read", "create")
    def own(self, user: Account) -> bool:
        return self.account == user


class Line(Entity):
    """So many of a product, at the price of that day."""

    order: Annotated[Order, OnDelete("cascade"), Indexed]
    product: Annotated[Product, Indexed]
    price: Money
    quantity: Annotated[int, Ge(1)] = 1

    @allow("read")
    def own(self, user: Account) -> bool:
        return self.order.account == user

    @allow("create")
    def of_own_drafts(self, user: Account) -> bool:
        """Lines are added to one's own drafts, of what is for sale."""
        return self.order.account == user and self.order.status == "draft" and self.product.active
