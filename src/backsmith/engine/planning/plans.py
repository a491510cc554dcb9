"""Plan: a request's shape -> a statement ready to be bound, remembered in a bounded cache.

The key of a plan holds all that its SQL depends on: what is asked for, in which shape, by which kind of asker. Values
and the asker's own key are never part of it.
"""

from __future__ import annotations

from msgspec import Struct, field
from msgspec.structs import replace

from backsmith.databases.dialect import Dialect
from backsmith.engine.access import AskerKind, Authorizer
from backsmith.engine.bounded import Bounded
from backsmith.engine.catalogue import Catalogue, Resource
from backsmith.engine.grammar.limits import Limits
from backsmith.engine.grammar.parse import parse
from backsmith.engine.grammar.query import Query, Window
from backsmith.engine.grammar.ranges import limit_of, offset_of, row_range
from backsmith.engine.planning.deprecated import deprecated_in
from backsmith.engine.planning.plan import Embed, Output, Read
from backsmith.engine.planning.resolve import Resolver
from backsmith.engine.sealed.opening import Tree, tree_of
from backsmith.engine.served.counting import Tally
from backsmith.engine.spelling.binding import Statement
from backsmith.engine.spelling.statement import ReadWriter, member_keys


class PlanKey(Struct, frozen=True):
    """What a plan depends on."""

    collection: str
    shape: str
    kind: AskerKind
    key_parts: int = 0
    """Parts of an item path's key; 0 for a list."""
    counted: bool = False
    ranged: bool = False
    """A Range header gives limit and offset together with the query's, as the two values after them."""
    after: tuple[bool, ...] | None = None
    """For a page after a cursor: which of the cursor's values, the last of all values, are there (not null)."""


class Plan(Struct, frozen=True):
    """A statement with what its reply needs to know."""

    read: Read
    query: Query
    statement: Statement
    names: tuple[str, ...]
    """The members of each row, for CSV's header."""
    cursor_names: tuple[str, ...] | None
    """The members whose values make the cursor, in order; None where the statement gives it in a column."""
    deprecated: tuple[str, ...] = ()
    """What it uses of an older version."""
    sealed: Tree | None = None
    """What is to be opened of each row."""
    tally: Tally = field(default_factory=Tally)
    """What it has been used for."""

    def range_values(self, values: tuple[str, ...], header: str) -> tuple[str, str]:
        """Limit and offset that the query and a Range header ask for together. Raises RequestError BAD_RANGE."""
        own = next((window for window in self.query.windows if window.path == ()), Window(()))
        limit = None if own.limit is None else limit_of(values[own.limit])
        offset = 0 if own.offset is None else offset_of(values[own.offset])
        both = row_range(limit, offset, header)
        return "" if both.limit is None else str(both.limit), str(both.offset)


class Planner:
    """Makes plans and remembers them."""

    def __init__(
        self,
        catalogue: Catalogue,
        authorizer: Authorizer,
        dialect: Dialect,
        limits: Limits,
        *,
        max_rows: int,
        size: int = 2000,
    ) -> None:
        self._catalogue = catalogue
        self._authorizer = authorizer
        self._dialect = dialect
        self._limits = limits
        self.max_rows = max_rows
        self._plans = Bounded[PlanKey, Plan](size)

    def plan(self, key: PlanKey, resource: Resource, values: tuple[str, ...]) -> tuple[Plan, bool]:
        """The plan for a key, and whether it was remembered; `values` are those of the query.

        Raises RequestError where the request can't be meant or isn't allowed.
        """
        plan = self._plans.get(key)
        if plan is not None:
            return plan, True
        plan = self.make(key, resource, values)
        self._plans[key] = plan
        return plan, False

    def make(self, key: PlanKey, resource: Resource, values: tuple[str, ...]) -> Plan:
        """The plan for a key, made anew."""
        count = len(values)
        query = parse(key.shape, values, self._limits)
        writer = ReadWriter(self._dialect, self._catalogue.entities)
        resolver = Resolver(self._catalogue, self._authorizer, key.kind, writer.operators, max_rows=self.max_rows)
        if key.key_parts:
            read = resolver.item(query, resource, tuple(range(count, count + key.key_parts)))
            names = tuple(name.text for name in member_keys(read))
            deprecated = deprecated_in(query, resource, self._catalogue)
            return Plan(read, query, writer.item(read), names, None, deprecated, tree_of(read))
        window = Window((), limit=count, offset=count + 1) if key.ranged else None
        read = resolver.collection(query, resource, window)
        first = count + 2 * key.ranged
        if key.after is not None:
            slots = tuple(first + number if there else None for number, there in enumerate(key.after))
            read = replace(read, after=slots)
        cursor_names = cursor_members(read)
        read = replace(read, cursor=cursor_names is None and not read.grouped)
        statement = writer.page(read, counted=key.counted)
        names = tuple(name.text for name in member_keys(read))
        deprecated = deprecated_in(query, resource, self._catalogue)
        return Plan(read, query, statement, names, cursor_names, deprecated, tree_of(read))

    def rows(self, key: PlanKey, resource: Resource, values: tuple[str, ...]) -> Statement:
        """The statement of the rows of a list, whatever its limit, without what they hold: to estimate their number."""
        plan, _ = self.plan(key, resource, values)
        return ReadWriter(self._dialect, self._catalogue.entities).rows(plan.read)

    def count(self, key: PlanKey, resource: Resource, values: tuple[str, ...]) -> Statement:
        """The statement that counts the rows of a list, whatever its limit."""
        plan, _ = self.plan(key, resource, values)
        return ReadWriter(self._dialect, self._catalogue.entities).count(plan.read)


def cursor_members(read: Read) -> tuple[str, ...] | None:
    """The members of each row that hold its order values; None where one isn't shown as it is."""
    if read.grouped:
        return None
    shown = {
        output.value.field.name: output.key.text
        for output in read.outputs
        if isinstance(output, Output) and output.value.field and not output.value.path and output.value.cast is None
    }
    names: list[str] = []
    spread = any(isinstance(output, Embed) and output.spread for output in read.outputs)
    for term in read.order:
        field = term.value.field
        if spread or term.through or term.value.path or field is None or field.name not in shown:
            return None
        names.append(shown[field.name])
    return tuple(names)
