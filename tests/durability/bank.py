"""A bank of a kind: what those write to whose server is killed. Everybody may do everything.

What belongs together is in two places each time, so that half of it would show.
"""

from typing import Annotated, Literal

from backsmith import Assigned, Data, Entity, Unique, action, allow


class Open(Entity, abstract=True):
    @allow("read", "create", "update", "delete")
    def everyone(self) -> bool:
        return True


class Note(Open, log=True):
    """Made and deleted, and the change log says so."""

    number: Annotated[int, Unique]
    text: str


class Order(Open):
    """Made with its lines."""

    number: Annotated[int, Unique]
    size: int
    lines: list["Line"]


class Line(Open):
    order: Order
    position: int


class Writer(Open, key="number"):
    """One client: its own changes, one after the other."""

    number: Annotated[int, Assigned]
    value: int = 0
    moved: int = 0
    """The number of its last batch."""
    parts: list["Part"]


class Part(Open, unique=[("number", "part")]):
    """Made in twos by a batch, which changes the writer as well."""

    writer: Writer
    number: int
    part: Literal["a", "b"]
    follows: "Part | None"


class Counter(Open, key="name"):
    """What all change at the same time."""

    name: str
    n: int = 0
    steps: list["Step"]

    @allow("add")
    def anybody(self) -> bool:
        return True

    @action
    async def add(self, number: int, data: Data) -> int:
        """Reads, then writes what was read plus one, and a row that says so."""
        await data.create(Step, counter=self, number=number)
        return (await data.update(self, n=self.n + 1)).n


class Step(Open):
    """One addition. Nothing but Backsmith keeps it from being there twice."""

    counter: Counter
    number: int
