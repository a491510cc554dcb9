"""Plan: what a writing request asks for -> which rows are meant and what is shown of them, remembered by shape.

A PATCH or DELETE means exactly the rows that a GET with the same query would find: filters, inner embeds, order and
limit count alike, and only a page's `max_rows` doesn't. What is shown afterwards are the rows that were written,
whether or not they still meet those filters.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, field
from msgspec.structs import replace

from backsmith import errors
from backsmith.databases.dialect import Dialect
from backsmith.engine.access import AskerKind, Authorizer
from backsmith.engine.bounded import Bounded
from backsmith.engine.catalogue import Catalogue, Resource
from backsmith.engine.grammar.limits import Limits
from backsmith.engine.grammar.parse import parse
from backsmith.engine.grammar.query import Filter, Query, Window
from backsmith.engine.methods import Method, allowed_methods
from backsmith.engine.planning.deprecated import deprecated_in
from backsmith.engine.planning.plan import Read
from backsmith.engine.planning.resolve import Resolver
from backsmith.engine.sealed.opening import Tree, tree_of
from backsmith.engine.served.counting import Tally
from backsmith.engine.spelling.binding import Statement, binder
from backsmith.engine.spelling.row_speller import RowSpeller
from backsmith.engine.spelling.statement import ReadWriter, member_keys
from backsmith.engine.writing.reading import AskedWrite
from backsmith.errors import RequestError


class WriteKey(Struct, frozen=True):
    """What a plan depends on."""

    method: Method
    collection: str
    shape: str
    kind: AskerKind
    key_parts: int
    shows: bool
    compares: bool
    """A precondition: the row as it is has to be read first."""
    on_conflict: str | None


class WritePlan(Struct, frozen=True):
    """What a writing request means."""

    name: WriteKey
    """Names the statements that are made of it."""
    rows: Read | None
    """The rows to be changed or deleted; None where rows are given."""
    show: Read | None
    names: tuple[str, ...]
    """The members of each row shown, for CSV's header."""
    columns: tuple[str, ...] | None
    on: tuple[str, ...]
    """The fields by which rows that exist are found, of a merge."""
    key: tuple[int, ...]
    """The slots of the key that the address of a PUT has."""
    current: tuple[Statement, ...]
    """Of a precondition: the last reads the row as a GET would show it, for its ETag; one before it locks the row."""
    limit: int | None
    offset: int | None
    """Slots of limit and offset of what a POST shows."""
    deprecated: tuple[str, ...] = ()
    """What its query uses of an older version."""
    sealed: Tree | None = None
    """What is to be opened of the row that `current` reads."""
    tally: Tally = field(default_factory=Tally)
    """What it has been used for."""


class WritePlanner:
    """Makes the plans of writing requests and remembers them."""

    def __init__(
        self,
        catalogue: Catalogue,
        authorizer: Authorizer,
        dialect: Dialect,
        limits: Limits,
        *,
        max_rows: int,
        size: int = 1000,
    ) -> None:
        """`max_rows` limits embedded lists, as it does where they are read; not the rows that are written."""
        self._catalogue = catalogue
        self._authorizer = authorizer
        self._dialect = dialect
        self._limits = limits
        self._max_rows = max_rows
        self._plans = Bounded[WriteKey, WritePlan](size)

    def plan(self, key: WriteKey, asked: AskedWrite) -> tuple[WritePlan, bool]:
        """The plan for a key, and whether it was remembered.

        Raises RequestError where the request can't be meant or what it wants to see isn't allowed.
        """
        plan = self._plans.get(key)
        if plan is not None:
            return plan, True
        plan = self._make(key, asked)
        self._plans[key] = plan
        return plan, False

    def _make(self, key: WriteKey, asked: AskedWrite) -> WritePlan:
        query = parse(key.shape, asked.query_texts, self._limits)
        resource = asked.resource
        slots = tuple(range(asked.query_values, asked.query_values + key.key_parts))
        put = _put_key(query, resource, slots) if key.method == "PUT" else ()
        if query.after is not None:
            raise RequestError(errors.BAD_QUERY, "A cursor (after) leads through a list that is read, not written")
        resolver = self._resolver(key.kind)
        rows = None
        if key.method in ("PATCH", "DELETE"):
            rows = resolver.item(query, resource, slots) if slots else _meant(resolver, query, resource)
        elif key.method == "POST":
            _refuse_filters(query)
        show = self._shown(resolver, query, resource) if key.shows or key.compares else None
        window = next((window for window in query.windows if window.path == ()), Window(()))
        return WritePlan(
            key,
            None if rows is None else replace(rows, outputs=()),
            show if key.shows else None,
            () if show is None else tuple(name.text for name in member_keys(show)),
            query.columns if key.method in ("POST", "PATCH") else None,
            self._conflict(query, resource) if key.method == "POST" else resource.entity.key,
            put,
            self._current(key, query, resource, put or slots) if key.compares else (),
            window.limit if key.method == "POST" else None,
            window.offset if key.method == "POST" else None,
            deprecated_in(query if key.shows or slots else replace(query, select=()), resource, self._catalogue),
            None if show is None else tree_of(show),
        )

    def _resolver(self, kind: AskerKind) -> Resolver:
        operators = ReadWriter(self._dialect, self._catalogue.entities).operators
        return Resolver(self._catalogue, self._authorizer, kind, operators, max_rows=self._max_rows)

    @staticmethod
    def _shown(resolver: Resolver, query: Query, resource: Resource) -> Read:
        """What is shown of rows that were written: in the order asked for, else in that in which they were given."""
        read = resolver.collection(_unfiltered(query), resource)
        if read.grouped:
            raise RequestError(
                errors.BAD_QUERY, "What was written can't be aggregated", hint="Ask for it with a GET afterwards."
            )
        ordered = any(order.path == () for order in query.order)
        return replace(read, order=read.order if ordered else (), limit=None, offset=None, most=None)

    def _current(
        self, key: WriteKey, query: Query, resource: Resource, slots: tuple[int, ...]
    ) -> tuple[Statement, ...]:
        """The statements that lock a row and then read it as GET would show it, whose bytes make the ETag."""
        own = _unfiltered(query) if key.method == "PUT" else query
        read = self._resolver(key.kind).item(own, resource, slots)
        item = ReadWriter(self._dialect, self._catalogue.entities).item(read)
        speller = RowSpeller(self._dialect, self._catalogue.entities)
        row = speller.speller.alias("t")
        lock = self._dialect.stores.lock(row, key=True)
        if not lock:
            return (item,)
        where = speller.where(replace(read, where=()), row)
        sql = f"SELECT 1 FROM {speller.speller.table(read.entity)} AS {row}{where}{lock}"
        binders = tuple(binder(each, self._dialect, speller.encoders) for each in speller.speller.parameters)
        return (Statement(sql, binders), item)

    def _conflict(self, query: Query, resource: Resource) -> tuple[str, ...]:
        """The fields by which a POST finds rows that exist. Raises RequestError where they aren't unique together."""
        entity = resource.entity
        if query.on_conflict is None:
            return entity.key
        names = resource.shapes.today(resource.field(name).name for name in query.on_conflict)
        unique = [
            entity.key,
            *((field.name,) for field in entity.fields if field.unique),
            *(unique.fields for unique in entity.uniques),
        ]
        if not any(set(names) == set(fields) for fields in unique):
            shown = [", ".join(fields) for fields in unique if fields and resource.fields.keys() >= set(fields)]
            raise RequestError(
                errors.NO_SUCH_UNIQUE,
                "there is no unique constraint matching the on_conflict specification",
                details=f"Two rows of {entity.collection} may have the same {' and '.join(names)}.",
                hint=f"Unique are: {'; '.join(dict.fromkeys(shown))}." if shown else None,
            )
        return names


def _meant(resolver: Resolver, query: Query, resource: Resource) -> Read:
    """The rows that a GET of the collection would find. Raises RequestError UNFILTERED where that is all of them."""
    read = resolver.collection(query, resource)
    if read.grouped:
        raise RequestError(errors.BAD_QUERY, "An aggregated list has no rows to be written")
    if not read.where and read.limit is None:
        name = next(iter(resource.key), next(iter(resource.fields.values()))).name
        raise RequestError(
            errors.UNFILTERED,
            f"No filter says which of {resource.entity.collection} are meant",
            hint=f"For all of them write one that always holds: {name}=not.is.null",
        )
    limited = read.limit is not None or read.offset is not None
    return replace(read, order=read.order if limited else (), most=None)


def _unfiltered(query: Query) -> Query:
    """The query without filters and limits on the rows themselves; those on embeds stay."""
    return replace(
        query,
        where=tuple(where for where in query.where if where.path),
        windows=tuple(window for window in query.windows if window.path),
    )


def _refuse_filters(query: Query) -> None:
    if any(not where.path for where in query.where):
        raise RequestError(
            errors.BAD_QUERY,
            "A POST creates rows, so a filter means nothing",
            hint="Filter what embeds show: lines.quantity=gt.1. To change rows that exist, use PATCH.",
        )


def _put_key(query: Query, resource: Resource, slots: tuple[int, ...]) -> tuple[int, ...]:
    """The slots of the key in the address of a PUT: of the path, or of one eq filter for each field of the key."""
    key = resource.entity.key
    filters = dict(_equals(query))
    count = sum(not where.path for where in query.where)
    mistaken = count > 0 if slots else len(filters) != count or set(filters) != set(key)
    if mistaken:  # that the address takes no PUT comes before what else is wrong with the query
        raise RequestError(
            errors.PUT_FILTERS,
            "Filters must include all and only primary key columns with 'eq' operators",
            hint=f"Write it to /{resource.entity.collection}/{{{','.join(key)}}}.",
            headers=(("allow", allowed_methods(resource, item=bool(slots))),),
        )
    if any(window.path == () for window in query.windows):
        raise RequestError(errors.PUT_LIMIT, "limit/offset querystring parameters are not allowed for PUT")
    return slots or tuple(filters[name] for name in key)


def _equals(query: Query) -> Iterator[tuple[str, int]]:
    """Of the filters on rows themselves those that say what one field is: its name, and the slot of the value."""
    for where in query.where:
        match where.condition:
            case Filter(field=field, operator="eq", value=slot, negated=False, quantifier=None) if not (
                where.path or field.path
            ):
                yield field.name, slot
            case _:
                pass
