"""An office with secrets of every kind: the model that the attacks are made on.

Ada (account 1) sees all of her own person and documents, staff sees all persons, everybody sees names and published
documents. Whatever else a request finds out is a hole.
"""

from decimal import Decimal
from typing import Annotated

from backsmith import Account, Data, Digits, Entity, Hidden, Json, References, Unique, allow, computed, query


class Company(Entity, collection="companies"):
    """Where people work."""

    name: str

    @allow("read")
    def everyone(self) -> bool:
        return True


class Badge(Entity):
    """What opens doors. Anybody may see badges, but nobody whose they are."""

    number: str
    holder: Annotated["Person | None", Hidden]

    @allow("read")
    def everyone(self) -> bool:
        return True


class Person(Entity, collection="persons"):
    """Someone who works here."""

    name: str
    email: Annotated[str, Unique]
    salary: Annotated[Decimal, Digits(10, 2)]
    grade: int
    profile: Json | None = None
    company: Company
    manager: "Person | None"
    reports: list["Person"]
    desk: Annotated["Desk | None", Hidden]
    account: Account | None
    groups: list["Group"]
    documents: list["Document"]
    letters: list["Letter"]

    @computed
    def yearly(self) -> Decimal:
        return self.salary * 12

    @allow("read", fields=("name",))
    def everyone(self) -> bool:
        return True

    @allow("read")
    def own(self, user: Account) -> bool:
        return self.account == user

    @allow("read")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles


class Desk(Entity):
    """Where people sit. Anybody may see desks, but nobody who sits there."""

    room: str
    people: list[Person]

    @allow("read")
    def everyone(self) -> bool:
        return True


class Group(Entity):
    """People who meet: whom they are, only they themselves and the staff may know."""

    title: str
    members: list[Person]

    @allow("read")
    def everyone(self) -> bool:
        return True


class Letter(Entity):
    """Points at its sender by the e-mail address, which not everybody may know."""

    subject: str
    sender: Annotated[Person, References("email")]

    @allow("read", fields=("subject", "sender"))
    def everyone(self) -> bool:
        return True


class Document(Entity):
    """Published for all, or seen by its owner alone."""

    title: str
    body: str
    words: int
    size: int
    published: bool = False
    data: Json | None = None
    owner: Person
    remarks: list["Remark"]

    @computed
    def area(self) -> int:
        return self.words * self.size

    @allow("read")
    def out(self) -> bool:
        return self.published

    @allow("read")
    def own(self, user: Account) -> bool:
        return self.owner.account == user


class Remark(Entity):
    """On a document; who made it is seen by themselves alone."""

    document: Document
    text: str
    critic: Person

    @allow("read", fields=("document", "text"))
    def everyone(self) -> bool:
        return True

    @allow("read")
    def own(self, user: Account) -> bool:
        return self.critic.account == user


class Secret(Entity, private=True):
    """What nobody sees."""

    code: str
    person: Person


@query(allow="everyone")
async def by_email(data: Data, email: str) -> list[Person]:
    """Finds by a field that not everybody may read."""
    return await data.find(Person, Person.email == email)


@query(allow="everyone")
async def not_by_email(data: Data, email: str) -> list[Person]:
    return await data.find(Person, Person.email != email)


@query(allow="everyone")
async def documents_of(data: Data, email: str) -> list[Document]:
    return await data.find(Document, Document.owner.email == email)


@query(allow="everyone")
async def count_of(data: Data, email: str) -> int:
    return await data.count(Person, Person.email == email)


@query(allow="everyone")
async def remarks_on(data: Data, title: str) -> list[Remark]:
    """Follows a relation to rows that not everybody may read."""
    return await data.find(Remark, Remark.document.title == title)


@query(allow="everyone")
async def remarks_of(data: Data, critic: int) -> list[Remark]:
    return await data.find(Remark, Remark.critic == critic)


@query(allow="everyone")
async def documents_larger(data: Data, area: int) -> list[Document]:
    """By a field that is calculated."""
    return await data.find(Document, Document.area > area, order="-area")


@query(allow="everyone")
async def unowned(data: Data, email: str) -> list[Person]:
    return await data.find(Person, ~(Person.email == email) | (Person.manager == None), order="salary")  # noqa: E711


@query(allow="everyone")
async def badges(data: Data) -> list[Badge]:
    return await data.find(Badge)


@query(allow="everyone")
async def some(data: Data, limit: int, offset: int = 0) -> list[Document]:
    return await data.find(Document, limit=limit, offset=offset)


@query(allow="everyone")
async def echo(what: Json) -> Json:
    return what


@query(allow="everyone")
def double(number: int) -> int:
    return number


@query(allow="everyone")
async def sneaky(data: Data) -> int:
    """Tries to write by the door for reading."""
    return len(await data.sql("DELETE FROM persons RETURNING id"))
