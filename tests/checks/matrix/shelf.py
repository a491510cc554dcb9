"""Books of readers, as small as a model can be that has every kind of answer."""

from __future__ import annotations

from typing import Annotated

from backsmith import Account, Entity, Hidden, Unique, allow, query


class Book(Entity):
    title: str
    code: Annotated[str, Unique]
    note: str | None
    cost: Annotated[int, Hidden] = 0
    lent: bool = False
    reader: Account | None

    @allow("read", fields=("title", "code"))
    def everyone(self) -> bool:
        return not self.lent

    @allow("read")
    @allow("update", fields=("note",))
    def own(self, user: Account) -> bool:
        return self.reader == user

    @allow("create", "delete")
    def librarian(self, user: Account) -> bool:
        return "librarian" in user.roles


@query(allow="everyone")
async def hours() -> str:
    return "9 to 5"
