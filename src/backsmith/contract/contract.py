"""The nouns of a contract: operations and shapes, with every name resolved, for one audience.

Frozen data without behaviour. OpenAPI, the documentation, the clients and the tests are written from it. Nothing of it
can hold itself, so the garbage collector passes over it (`gc=False`): of 500 entities that halves the time.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from backsmith.blueprint.blueprint import Bounds, Default
from backsmith.blueprint.types import Type

Purpose = Literal["row", "create", "update", "record"]
"""What a shape is for: a row in a reply, a new row, a change of a row, any other object."""

OperationKind = Literal[
    "list",
    "create",
    "update_many",
    "delete_many",
    "get",
    "update",
    "replace",
    "delete",
    "file_get",
    "file_put",
    "file_delete",
    "action",
    "query",
    "route",
    "batch",
    "auth",
    "system",
]

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]

Place = Literal["path", "query", "header", "cookie"]

InputKind = Literal[
    "value", "filter", "select", "order", "logic", "limit", "offset", "cursor", "columns", "on_conflict", "prefer"
]
"""How an input is spelled: as a value of its type, or in the API's grammar (docs/api.md)."""


class Ref(Struct, frozen=True, gc=False, tag="ref"):
    """An object of the shape of that name."""

    shape: str


class Many(Struct, frozen=True, gc=False, omit_defaults=True, tag="many"):
    """A list of them."""

    item: ShapeType
    nullable: bool = False
    """Its items may be null."""


class Mapped(Struct, frozen=True, gc=False, tag="mapped"):
    """An object with any names and such values."""

    value: ShapeType


class Either(Struct, frozen=True, gc=False, tag="either"):
    """One of them."""

    of: tuple[ShapeType, ...]


class Bytestream(Struct, frozen=True, gc=False, omit_defaults=True, tag="bytestream"):
    """The bytes of a file, or whatever else isn't JSON."""

    accept: tuple[str, ...] = ()
    max_size: int | None = None


ShapeType = Type | Ref | Many | Mapped | Either | Bytestream


class Member(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """A member of a shape: a field of a row, of a body or of a record."""

    name: str
    type: ShapeType
    nullable: bool = False
    required: bool = True
    """Of a reply: it is always there (where no `select` asks for less). Of a body: it has to be given."""
    default: Default | None = None
    """What it is where a body leaves it out."""
    bounds: Bounds | None = None
    doc: str | None = None
    deprecated: str | None = None
    """What to use instead."""
    sunset: str | None = None
    """The day on which it goes: `2027-01-01`."""
    computed: bool = False
    key: bool = False
    unique: bool = False
    relation: str | None = None
    """Of a foreign key's field: the relation that it belongs to."""
    choices: tuple[str, ...] = ()
    """Of a text: the values that it can have, where those are known and the type isn't an Enum."""
    personal: bool = False
    """It says something of a person, who may ask for it and have it erased."""


class Shape(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """A named object: `Order`, `OrderCreate`, `OrderUpdate`, `SignedIn`."""

    name: str
    purpose: Purpose
    members: tuple[Member, ...]
    entity: str | None = None
    doc: str | None = None
    closed: bool = False
    """Members that it doesn't have are refused."""


class Relationship(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """A relation that this audience may follow, in `select` and in bodies."""

    name: str
    kind: Literal["to_one", "to_many", "many_to_many"]
    target: str
    """The collection at its other end."""
    many: bool
    """It shows a list; else an object or null."""
    nullable: bool = False
    """There may be no row at its end, or nothing is shown of where it leads."""
    may_be_hidden: bool = False
    """Rules can hide what is at its end from somebody who sees this row: then it is null, or the list lacks it."""
    fields: tuple[str, ...] = ()
    target_fields: tuple[str, ...] = ()
    through: str | None = None
    """The join table of many to many."""
    one_to_one: bool = False
    writable: bool = False
    """Rows can be given for it in a body (nested writes)."""
    implicit: bool = False
    """Not declared in the model: reached by the collection's name."""
    doc: str | None = None
    deprecated: str | None = None


class Grant(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """A rule in English."""

    name: str
    verbs: tuple[str, ...]
    text: str
    """`Anyone who is signed in, where the order's customer's account is theirs.`"""
    fields: tuple[str, ...] | None = None
    doc: str | None = None


class Collection(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """An entity as this audience sees it."""

    name: str
    """`orders`, as in its address."""
    entity: str
    """`Order`"""
    key: tuple[str, ...]
    """The names of the key's fields; empty where rows have no address."""
    row: str
    """The shape of a row."""
    create: str | None = None
    """The shape of a new row, where this audience may make any."""
    update: str | None = None
    relationships: tuple[Relationship, ...] = ()
    grants: tuple[Grant, ...] = ()
    checks: tuple[str, ...] = ()
    """What every row has to be, in English."""
    uniques: tuple[tuple[str, ...], ...] = ()
    view: bool = False
    doc: str | None = None
    deprecated: str | None = None


class Input(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """What a request gives beside its body: a segment of the path, a parameter of the query, a header."""

    name: str
    place: Place
    type: ShapeType
    kind: InputKind = "value"
    nullable: bool = False
    required: bool = False
    default: Default | None = None
    bounds: Bounds | None = None
    doc: str | None = None
    field: str | None = None
    """Of a filter: the field of the collection."""
    deprecated: str | None = None
    sunset: str | None = None
    example: str | None = None
    """A value as it is spelled, where the type doesn't tell."""


class Content(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """What a body or reply holds, for one media type."""

    media_type: str
    type: ShapeType
    nullable: bool = False


class Answer(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """A reply that isn't a refusal."""

    status: int
    doc: str
    contents: tuple[Content, ...] = ()
    headers: tuple[Input, ...] = ()
    own: bool = False
    """The application makes the whole reply: its status, headers and content may be others."""


class Operation(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """A method of an address."""

    id: str
    """Stable: made of names of the model alone: `list_orders`, `place_order`."""
    kind: OperationKind
    tag: str
    """The collection, `rpc`, `auth`, `batch` or the first segment of a route: what it is listed under."""
    method: Method
    path: str
    """Whole, with the prefix and parameters in braces: `/api/orders/{id}/place`."""
    summary: str
    """A sentence without full stop."""
    doc: str | None = None
    inputs: tuple[Input, ...] = ()
    body: tuple[Content, ...] = ()
    """The media types that a body can have; empty where there is none."""
    body_required: bool = True
    answers: tuple[Answer, ...] = ()
    refusals: tuple[str, ...] = ()
    """Slugs of the kinds of errors (`errors.KINDS`) that it can be refused with."""
    access: str | None = None
    """Who may, in English."""
    anonymous: bool = False
    """Somebody who isn't signed in may be let through."""
    collection: str | None = None
    function: str | None = None
    """The name of the action, query or route."""
    idempotent: bool = False
    """It takes an Idempotency-Key."""
    deprecated: str | None = None
    sunset: str | None = None


class Contract(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """All that is served to an audience."""

    name: str
    audience: str
    """Its name: `everybody`, `anonymous`, `signed_in`, `staff`."""
    prefix: str
    """`/api`"""
    collections: tuple[Collection, ...]
    shapes: tuple[Shape, ...]
    operations: tuple[Operation, ...]
    roles: tuple[str, ...] = ()
    """The roles that any rule mentions."""
    accounts: bool = False
    """People sign in here: `/auth` is served."""
    limited: bool = False
    """Requests are counted (RateLimit headers)."""
    doc: str | None = None
    own_errors: bool = False
    """Refusals have a form of the application's own (`@error_format`), which nothing is known of."""
    address: str | None = None
    """Where it is reached from outside, where the settings say it: `https://shop.example`."""
    max_rows: int | None = None
    """Rows that a list has at most, where that is known (the setting `max_rows`)."""
    max_list: int | None = None
    """Items that a list in a body has at most."""
    max_body_rows: int | None = None
    """Rows that a body has at most."""
    version: str = "1"
    """The short hash of the blueprint: another one is another contract."""
