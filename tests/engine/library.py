"""A small library: the model that the engine's tests ask."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from annotated_types import Ge, MaxLen

from backsmith import Account, Data, Digits, Entity, Hidden, Json, Unique, Via, allow, computed, query


class Author(Entity):
    """Someone who writes."""

    name: Annotated[str, MaxLen(100)]
    born: date | None = None
    email: str | None = None
    diary: Annotated[str, Hidden] | None = None
    account: Account | None
    books: Annotated[list["Book"], Via("author")]
    edited: Annotated[list["Book"], Via("editor")]

    @allow("read", fields=("name", "born"))
    def everyone(self) -> bool:
        return True

    @allow("read")
    def own(self, user: Account) -> bool:
        return self.account == user

    @allow("read")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles


class Book(Entity):
    """What is read."""

    title: str
    genre: Literal["novel", "poem", "essay"] = "novel"
    price: Annotated[Decimal, Digits(8, 2), Ge(0)]
    pages: int
    rating: float | None = None
    draft: bool = False
    published: date | None = None
    added: datetime
    tags: list[str]
    notes: Json | None = None
    cover: bytes | None = None
    author: Author
    editor: Author | None
    reviews: list["Review"]
    shelves: list["Shelf"]
    sequel_of: "Book | None"
    sequels: list["Book"]

    @computed
    def stars(self) -> int:
        return sum(review.stars for review in self.reviews)

    @allow("read")
    def finished(self) -> bool:
        return not self.draft

    @allow("read")
    def own(self, user: Account) -> bool:
        """Authors see their drafts."""
        return self.author.account == user


class Review(Entity):
    """What a reader thinks."""

    book: Book
    stars: Annotated[int, Ge(1)]
    text: str | None = None
    reviewer: Account

    @allow("read", fields=("book", "stars", "text"))
    def of_finished_books(self) -> bool:
        return not self.book.draft

    @allow("read")
    def own(self, user: Account) -> bool:
        return self.reviewer == user


class Shelf(Entity, collection="shelves"):
    """Where books stand."""

    name: Annotated[str, Unique]
    books: list[Book]

    @allow("read")
    def everyone(self) -> bool:
        return True


class Invoice(Entity):
    """What only people who are signed in see, each their own."""

    total: Annotated[Decimal, Digits(10, 2)]
    account: Account

    @allow("read")
    def own(self, user: Account) -> bool:
        return self.account == user


class Vault(Entity, private=True):
    """What nobody sees."""

    code: str
    book: Book


def staff(user: Account) -> bool:
    return "staff" in user.roles


@query(allow="everyone")
async def cheap(data: Data, most: Decimal, limit: int = 10) -> list[Book]:
    """Books up to a price."""
    return await data.find(Book, Book.price <= most, order="-price", limit=limit)


@query(allow=staff)
async def pages_by_genre(data: Data, at_least: int = 0) -> list[dict[str, object]]:
    return await data.sql(
        "SELECT genre, sum(pages) AS pages FROM books GROUP BY genre HAVING sum(pages) >= :at_least ORDER BY genre",
        at_least=at_least,
    )


@query(allow="signed_in")
def whoami(user: Account) -> dict[str, object]:
    return {"id": user.id, "roles": sorted(user.roles)}
