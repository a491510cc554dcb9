"""Names that mean something in TypeScript, or to the client: each of them is somebody's word for something."""

from __future__ import annotations

from typing import Annotated, Literal

from backsmith import Account, Data, Entity, Unique, action, allow, query, route


class Open(Entity, abstract=True):
    @allow("read", "create", "update", "delete")
    def everyone(self) -> bool:
        return True


class Record(Open):
    """Also a type of TypeScript's own."""

    type: str
    function: str | None
    constructor: str | None
    toString: Literal["a", "b"] | None
    ключ: str | None  # noqa: PLC2401  on purpose
    promises: list[Promise]

    @allow("count", "upload")
    def anyone(self) -> bool:
        return True


class Promise(Open, collection="auth"):
    record: Record


class Error(Open, collection="transport"):
    promises: list[Part]


class Date(Open, collection="routes"):
    date: Date | None


class string(Open, collection="strings"):
    any: str


class Client(Open, collection="client"):
    options: str


class Part(Open, collection="Record"):
    one: Record
    two: Promise
    three: Error
    four: Date
    five: string
    six: Client


class Model(Open):
    """Its own name is what other types are called."""

    model: Model | None
    models: list[Model]


class ModelCreate(Open):
    model: Annotated[Model, Unique]


class Parent(Open):
    children: list[Child]


class Child(Open):
    parent: Parent


@action
async def count(record: Record, options: str, args: int = 1, body: str = "") -> Record:
    return record


@action
async def upload(record: Record) -> None:
    """A method of rows is called so too."""


@action(allow="everyone")
async def delete(await_: str, data: Data) -> None:
    """*/ throw 1 /*"""


@query(allow="everyone")
async def place(function: int, default: bool = True) -> dict[str, str]:
    return {"function": str(function), "default": str(default)}


@route("GET", "/new/{class_}/$x", allow="everyone")
async def new(class_: str, user: Account | None, of: str = "") -> str:
    return class_ + of
