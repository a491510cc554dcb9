"""What the tests of the running server serve: a few rows, and functions that take as long as a test wants them to."""

import asyncio
from pathlib import Path
from typing import Annotated

from backsmith import Account, Data, Entity, Unique, allow, query


class Tea(Entity):
    """What we pour."""

    id: str
    name: Annotated[str, Unique]

    @allow("read")
    def everyone(self) -> bool:
        return True


class Note(Entity):
    """What is nobody else's business."""

    text: str
    account: Account

    @allow("read")
    def own(self, user: Account) -> bool:
        return self.account == user


@query(allow="everyone")
async def wait_for(file: str) -> str:
    """Answer when there is a file of that name."""
    Path(f"{file}.asked").touch()
    while not Path(file).exists():
        await asyncio.sleep(0.01)
    return "here it is"


@query(allow="everyone")
async def count_to(data: Data, number: int) -> list[dict[str, object]]:
    """Keep the database busy."""
    return await data.sql(
        "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < :number) SELECT max(x) AS x FROM n",
        number=number,
    )


@query(allow="everyone")
def echo(text: str) -> str:
    return text


@query(allow="everyone")
def fail() -> str:
    raise RuntimeError("the secret of the house")
