"""The blueprint: an application as frozen, serialisable data with every name resolved.

Made by `blueprint.compile`; everything downstream reads this and never the model.
Names of fields and relations are those of the API; `column` and `table` are those of the database.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from backsmith.blueprint.expressions import Node
from backsmith.blueprint.types import Sealed, Type

Verb = str
"""read, create, update, delete, or the name of an action."""

OnDelete = Literal["restrict", "cascade", "set_null", "no_action"]


class Bounds(Struct, frozen=True, omit_defaults=True):
    """Bounds of a number, date or time, as text of the field's type."""

    gt: str | None = None
    ge: str | None = None
    lt: str | None = None
    le: str | None = None
    multiple_of: str | None = None


class Default(Struct, frozen=True, omit_defaults=True):
    """A field's default: a constant, or a generator's name (`now`, `today`, `uuid7`, `uuid4`, `current_user`)."""

    kind: Literal["constant", "now", "today", "uuid7", "uuid4", "current_user", "empty_list", "sql"]
    value: Any = None


class Location(Struct, frozen=True, omit_defaults=True):
    """Where something was written: file as given, line and column from 1."""

    file: str
    line: int
    column: int = 1


class Deprecation(Struct, frozen=True, omit_defaults=True):
    """What the model says of the end of something (`model.markers.Deprecated`)."""

    use: str
    """What to use instead."""
    sunset: str | None = None
    """The day on which it goes: `2027-01-01`."""
    since: str | None = None


class Personal(Struct, frozen=True, omit_defaults=True):
    """A field tells something of a person."""

    of: tuple[str, ...] | None
    """The to-one relations that lead to their account, none of them where the row itself is it; None: no way leads to
    an account."""
    erased: Literal["nothing", "word", "constant"] = "nothing"
    """What takes its place: null, a word that no other row has where that matters, or `value`."""
    value: Any = None
    """As `Default.value`."""


class Field(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A value of an entity. Stored, unless `computed` holds its expression."""

    id: str
    name: str
    column: str
    type: Type
    nullable: bool = False
    default: Default | None = None
    bounds: Bounds | None = None
    unique: bool = False
    indexed: bool = False
    hidden: bool = False
    """Never leaves by the API: not selected, filtered, sorted, grouped or counted."""
    personal: Personal | None = None
    identity: bool = False
    """An integer key that the database hands out."""
    storage: str | None = None
    """The column's type in the database where it is not the one Backsmith would choose, as the database spells it."""
    relation: str | None = None
    """The to-one relation whose foreign key this field is part of."""
    computed: Node | None = None
    doc: str | None = None
    renamed_from: str | None = None
    backfill: Default | None = None
    """What rows that are there get when the field is new; new rows don't."""
    renamed_values: tuple[tuple[str, str], ...] = ()
    """Values of an enum that had another name before: pairs of old and new."""
    deprecated: str | None = None
    """It is of an older version, and answered until that version's clients are gone: what to use instead."""
    deprecation: Deprecation | None = None
    """The model says that clients are to use something else. It changes nothing else of the field."""
    relaxed: Literal["required", "optional", "added"] | None = None
    """The column takes null, since two versions are served and not all who write give it, whatever requests have to.

    `required` and `optional`: it is one of two shapes of the same values (`Pair`), and the column has no default of its
    own; `required` is never null in a request, which has to give one of the shapes. `added`: the older version doesn't
    know it; a request has to give it, or there is a default.
    """

    @property
    def secret(self) -> bool:
        """Whether it is encrypted in the database: shown to those who may read it, and never looked into."""
        return isinstance(self.type, Sealed)


class Through(Struct, frozen=True, omit_defaults=True):
    """A join table: its columns to this entity's key, and to the target's key, in the order of the keys."""

    table: str
    columns: tuple[str, ...]
    target_columns: tuple[str, ...]
    schema: str | None = None
    on_delete: OnDelete = "cascade"


class Relation(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A way from one entity to another.

    to_one: `fields` here hold the values of `target_fields` there. to_many: the same fields the other way round
    (`fields` are here and hold what `target_fields` there point at). many_to_many: `through` joins the two keys
    (`fields` is this entity's key, `target_fields` the target's).
    """

    id: str
    name: str
    kind: Literal["to_one", "to_many", "many_to_many"]
    entity: str
    fields: tuple[str, ...]
    target_fields: tuple[str, ...]
    nullable: bool = False
    unique: bool = False
    """to_one whose fields are unique, or its other end: at most one row there (a one-to-one)."""
    through: Through | None = None
    on_delete: OnDelete = "no_action"
    inverse: str | None = None
    """The relation of the target that is the other end."""
    implicit: bool = False
    """Not declared in the model: the unnamed other end of a to-one relation, reached by collection name or hint."""
    doc: str | None = None
    renamed_from: str | None = None
    deprecated: str | None = None
    """As `Field.deprecated`."""


def leads_to_one(relation: Relation) -> bool:
    """Whether there is at most one row at the other end."""
    return relation.kind == "to_one" or (relation.kind == "to_many" and relation.unique)


class Rule(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who may do what: for the verbs, on these fields (None: all), when the condition holds for the row."""

    id: str
    name: str
    verbs: tuple[Verb, ...]
    condition: Node
    fields: tuple[str, ...] | None = None
    needs_user: bool = False
    """Its `user` parameter is an Account that can't be None: it never holds for anonymous requests."""
    after: bool = False
    """It compares the row before and after an update: `Variable(AFTER, entity)` stands for the row after."""
    across_teams: bool = False
    """Of an entity of a team: it holds for others than the members of the row's team too."""
    doc: str | None = None
    location: Location | None = None


class Check(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A condition each row meets, with the message for one that doesn't."""

    id: str
    name: str
    condition: Node
    message: str | None = None
    changed_by: tuple[str, ...] | None = None
    """Only who sets one of these fields, or changes the links of one of these relations, can break it; None: any
    write can."""
    of_new: bool = True
    """A new row can break it."""
    location: Location | None = None


class RawCheck(Struct, frozen=True, omit_defaults=True):
    """A CHECK of an adopted database that is kept as the SQL it is."""

    name: str | None
    sql: str


class UniqueKey(Struct, frozen=True, omit_defaults=True):
    """Fields of which no two rows have the same values."""

    fields: tuple[str, ...]
    name: str | None = None


class Index(Struct, frozen=True, omit_defaults=True):
    """An index on fields; a leading "-" means descending."""

    fields: tuple[str, ...]
    name: str | None = None


class Entity(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A kind of thing the application keeps: a table and a collection of the API."""

    id: str
    name: str
    collection: str
    table: str
    schema: str | None = None
    key: tuple[str, ...]
    """Names of the key's fields; empty for a view or table without a key, which then has no item paths."""
    fields: tuple[Field, ...]
    relations: tuple[Relation, ...] = ()
    rules: tuple[Rule, ...] = ()
    checks: tuple[Check, ...] = ()
    raw_checks: tuple[RawCheck, ...] = ()
    uniques: tuple[UniqueKey, ...] = ()
    indexes: tuple[Index, ...] = ()
    view: bool = False
    """A view of the database: read only, and not created by Backsmith."""
    private: bool = False
    """Declared to have no way in: served by no path."""
    logged: bool = False
    """Each change of a row is written to the change log too."""
    team: str | None = None
    """The relation to the team that a row belongs to. Rules hold for members of it alone, where they don't say
    `across_teams`: that is part of their conditions."""
    former_collections: tuple[str, ...] = ()
    """Names that the collection had in an older version, and is answered under as long as that has clients."""
    deprecated: str | None = None
    """As `Field.deprecated`."""
    doc: str | None = None
    renamed_from: str | None = None
    location: Location | None = None


class Record(Struct, frozen=True, omit_defaults=True, tag="record"):
    """An object of the application's own class `cls` (`module:qualified.name`), a dataclass or msgspec Struct."""

    cls: str
    members: tuple[Parameter, ...]


class Items(Struct, frozen=True, omit_defaults=True, tag="items"):
    """A JSON array of records, or of lists of them."""

    item: ValueType
    nullable: bool = False


class RowOf(Struct, frozen=True, omit_defaults=True, tag="row_of"):
    """A row of an entity: its key is given, and the row that who asks may read is loaded."""

    entity: str


class JsonObject(Struct, frozen=True, omit_defaults=True, tag="json_object"):
    """Any JSON object."""


class Upload(Struct, frozen=True, omit_defaults=True, tag="upload"):
    """A file of a form; with `many` several of one name."""

    many: bool = False


ValueType = Type | Record | Items | JsonObject | RowOf | Upload
Source = Literal["body", "member", "path", "rest", "query", "header", "cookie", "form", "form_field", "raw"]
"""Where a value stands in a request: it is the whole JSON body or a member of it, a segment of the path or the rest of
that, a parameter of the query string, a header, a cookie, a whole form or a field of it, the body as it is."""


class Parameter(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A value that a request gives to a function; where not `required`, `default` (canonical JSON) stands in for it."""

    name: str
    type: ValueType
    nullable: bool = False
    required: bool = True
    default: Any = None
    bounds: Bounds | None = None
    source: Source = "member"
    key: str | None = None
    """Its name in the request where that isn't `name`."""


class ListOf(Struct, frozen=True, omit_defaults=True, tag="list_of"):
    """A JSON array of them, in what a function returns."""

    item: ReturnType
    nullable: bool = False


class MapOf(Struct, frozen=True, omit_defaults=True, tag="map_of"):
    """A JSON object with any names and such values, in what a function returns."""

    value: ReturnType
    nullable: bool = False


class ReturnedMember(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A member of an object that a function returns. It may be left out where it isn't `always` there."""

    name: str
    type: ReturnType
    nullable: bool = False
    always: bool = True


class ObjectOf(Struct, frozen=True, omit_defaults=True, tag="object_of"):
    """An object of the application's own class `cls`, a dataclass, msgspec Struct or TypedDict, that is returned."""

    cls: str
    members: tuple[ReturnedMember, ...]


class OwnResponse(Struct, frozen=True, omit_defaults=True, tag="response"):
    """A `Response`: what it holds is known when it is made."""


ReturnType = Type | RowOf | ListOf | MapOf | ObjectOf | OwnResponse


class Returned(Struct, frozen=True, omit_defaults=True):
    """What a function says that it returns. `type` None: nothing; JSON: anything."""

    type: ReturnType | None = None
    nullable: bool = False
    pieces: bool = False
    """It is a generator: what it yields is of that type."""


class Injected(Struct, frozen=True, omit_defaults=True):
    """A parameter that a function is handed: the row it is about, that row as it was, or what `what` names."""

    name: str
    what: Literal["row", "old", "data", "user", "request"]


class Query(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A read-only function of the application, served at /api/rpc/{name}. `function` is `module:qualified.name`."""

    id: str
    name: str
    function: str
    parameters: tuple[Parameter, ...] = ()
    allow: Node | None = None
    """Who may call it: a condition on the user alone."""
    needs_user: bool = False
    injected: tuple[Injected, ...] = ()
    doc: str | None = None
    location: Location | None = None
    returns: Returned | None = None
    """None: it doesn't say. Nothing depends on it but the contract (`evolution.history.fingerprint`)."""
    deprecation: Deprecation | None = None


class Action(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A function of the application that changes something, as one transaction: POST /api/{collection}/{id}/{name}, or
    /api/rpc/{name} where `entity` is None."""

    id: str
    name: str
    function: str
    """`module:qualified.name`."""
    entity: str | None = None
    """The entity of whose row it is about. Rules whose verb is the action's name say who may."""
    parameters: tuple[Parameter, ...] = ()
    injected: tuple[Injected, ...] = ()
    allow: Node | None = None
    """Who may call one without an entity: a condition on the user alone."""
    needs_user: bool = False
    retry: bool = False
    """It is run again where another transaction came in between."""
    transaction: bool = True
    doc: str | None = None
    location: Location | None = None
    returns: Returned | None = None
    """None: it doesn't say. Nothing depends on it but the contract (`evolution.history.fingerprint`)."""
    deprecation: Deprecation | None = None


class Hook(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A function of the application that takes part whenever a row of the entity is written, in the transaction."""

    id: str
    name: str
    function: str
    entity: str
    when: Literal["before", "after"]
    verbs: tuple[Literal["create", "update", "delete"], ...]
    injected: tuple[Injected, ...] = ()
    doc: str | None = None
    location: Location | None = None


class Route(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An address of the application's own. `path` holds parameters in braces: `/shop/{slug}`, `/files/{name:path}`."""

    id: str
    name: str
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: str
    function: str
    parameters: tuple[Parameter, ...] = ()
    injected: tuple[Injected, ...] = ()
    allow: Node | None = None
    needs_user: bool = False
    status: int = 200
    retry: bool = False
    transaction: bool = True
    streams: bool = False
    """The function is a generator: what it yields is sent piece by piece."""
    doc: str | None = None
    location: Location | None = None
    returns: Returned | None = None
    """None: it doesn't say. Nothing depends on it but the contract (`evolution.history.fingerprint`)."""
    deprecation: Deprecation | None = None


class Migration(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How values get from fields of an older version into fields of this one, and back.

    Either functions of the application (`up`, `down`: `module:qualified.name`, called with the values of the fields
    they read by name), or SQL (`up_sql`, `down_sql`: pairs of a field that is written and SQL over the columns of the
    fields that are read, by the name of the dialect or `*` for all).
    """

    id: str
    name: str
    entity: str
    """The entity as it is called in this version."""
    reads: tuple[str, ...]
    """Fields of the older version."""
    writes: tuple[str, ...]
    """Fields of this version."""
    takes: tuple[Parameter, ...] = ()
    """What `up` says of its parameters, where it says it."""
    up: str | None = None
    down: str | None = None
    up_sql: tuple[tuple[str, dict[str, str]], ...] = ()
    down_sql: tuple[tuple[str, dict[str, str]], ...] = ()
    doc: str | None = None
    location: Location | None = None


class Pair(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Fields of an entity that hold the same in an older and in this version's shape."""

    entity: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    migration: str | None = None
    """The id of the migration that takes one to the other; None: the same value, or the same value in another type."""


class Expansion(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Says that a blueprint has two shapes at once: an older version's and the next one's."""

    previous: str
    """The hash of the older version."""
    target: str
    """The hash of the next one."""
    pairs: tuple[Pair, ...] = ()


class Blueprint(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The whole application. `format` is the version of this structure."""

    name: str
    entities: tuple[Entity, ...]
    queries: tuple[Query, ...] = ()
    actions: tuple[Action, ...] = ()
    hooks: tuple[Hook, ...] = ()
    routes: tuple[Route, ...] = ()
    error_format: str | None = None
    """The application's function (`module:qualified.name`) that makes the response to what is refused."""
    account: str | None = None
    """The entity of those who ask, where the application keeps them."""
    team: str | None = None
    """The entity of teams, where the application has them."""
    membership: str | None = None
    """The entity that says which account is in which team; there where `team` is."""
    migrations: tuple[Migration, ...] = ()
    expansion: Expansion | None = None
    doc: str | None = None
    format: int = 1
