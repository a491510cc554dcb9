"""Plan, first half: a request's names become fields and relations, with the asker's rights worked in.

grammar.Query + Catalogue + the rights of an asker's kind -> plan.Read. Nothing that no rule lets this kind of asker
read gets into a plan: not in the reply, nor in a filter, an order, a group or a count.
"""

from __future__ import annotations

from msgspec.structs import replace

from backsmith import errors
from backsmith.blueprint.blueprint import Field, Relation, leads_to_one
from backsmith.blueprint.expressions import FALSE, Node
from backsmith.blueprint.types import Bytes, Integer, Json, List, Sealed
from backsmith.databases.operators import Operators, name_of
from backsmith.engine.access import AskerKind, Authorizer, every, linking_fields
from backsmith.engine.catalogue import Catalogue, Resource
from backsmith.engine.grammar.query import (
    EmbedPath,
    FieldRef,
    OrderTerm,
    Query,
    SelectAll,
    SelectEmbed,
    SelectField,
    SelectItem,
    Window,
)
from backsmith.engine.planning.casts import cast_type
from backsmith.engine.planning.level import Level
from backsmith.engine.planning.plan import (
    Condition,
    Embed,
    Exists,
    Key,
    Operand,
    Order,
    Output,
    Predicate,
    Read,
    Value,
)
from backsmith.engine.planning.resolve_filters import resolve_condition
from backsmith.errors import RequestError


class Resolver:
    """Resolves the queries of one kind of asker."""

    def __init__(
        self, catalogue: Catalogue, authorizer: Authorizer, kind: AskerKind, operators: Operators, *, max_rows: int
    ) -> None:
        self._catalogue = catalogue
        self._authorizer = authorizer
        self._kind = kind
        self._operators = operators
        self._max_rows = max_rows

    def collection(self, query: Query, resource: Resource, window: Window | None = None) -> Read:
        """The plan of a list; `window` (from a Range header) counts instead of the query's own."""
        self._check_paths(query)
        if window is not None:
            query = _with_window(query, window)
        return self._read(query, resource, query.select, ())

    def item(self, query: Query, resource: Resource, key_slots: tuple[int, ...]) -> Read:
        """The plan of one row by its key."""
        self._check_paths(query)
        read = self._read(query, resource, query.select, ())
        if read.grouped:
            raise RequestError(errors.BAD_QUERY, "An item can't be aggregated", hint="Aggregate the collection.")
        return Read(read.entity, read.access, read.outputs, read.where, key_slots=key_slots)

    # Levels -----------------------------------------------------------------------------------------------------

    def _read(self, query: Query, resource: Resource, items: tuple[SelectItem, ...], path: EmbedPath) -> Read:
        entity = resource.entity
        items = tuple(_counting(item, resource) for item in items)
        access = self._authorizer.read(entity, self._kind)
        if access.rows == FALSE:
            raise self._denied(resource)
        level = Level(resource, access, path)
        outputs: list[Output | Embed] = []
        for item in items:
            outputs.extend(self._outputs(query, level, item))
        _refuse_twins(outputs, level)
        grouped = any(isinstance(item, SelectField) and item.aggregate is not None for item in items)
        where: list[Condition] = [
            Exists(level.embeds[item.alias or item.relation])
            for item in items
            if isinstance(item, SelectEmbed) and item.join == "inner"
        ]
        where.extend(
            resolve_condition(entry.condition, level, self._operators) for entry in query.where if entry.path == path
        )
        window = next((w for w in query.windows if w.path == path), Window(path))
        return Read(
            entity,
            access.rows,
            tuple(outputs),
            tuple(where),
            self._order(query, level, outputs, grouped=grouped),
            None if window.limit is None else Operand(window.limit),
            None if window.offset is None else Operand(window.offset),
            self._max_rows,
            grouped=grouped,
        )

    def _denied(self, resource: Resource) -> RequestError:
        collection = resource.entity.collection
        if self._kind.anonymous:
            return RequestError(
                errors.UNAUTHENTICATED,
                f"permission denied for {collection}",
                hint=f"No rule lets everyone read {collection}. Send a token: Authorization: Bearer …",
                headers=(("www-authenticate", "Bearer"),),
            )
        hint = f"No rule lets you read any of {collection}."
        if not self._kind.reaches(resource.entity, "read"):
            hint = f"The API key's scopes leave it out; read:{collection} would let it in."
        return RequestError(errors.FORBIDDEN, f"permission denied for {collection}", hint=hint)

    def _check_paths(self, query: Query) -> None:
        """Refuse filters, orders and limits on what isn't embedded."""
        known = {()} | _paths(query.select, ())
        used = [entry.path for entry in (*query.where, *query.order, *query.windows)]
        for path in used:
            if path not in known:
                raise RequestError(
                    errors.NOT_EMBEDDED,
                    f"'{'.'.join(path)}' is not an embedded resource in this request",
                    hint=f"Verify that '{path[-1]}' is included in the 'select' query parameter.",
                )

    # Select -----------------------------------------------------------------------------------------------------

    def _outputs(self, query: Query, level: Level, item: SelectItem) -> list[Output | Embed]:
        match item:
            case SelectAll():
                return [
                    Output(Key(field.name), level.value(field, FieldRef(field.name)))
                    for field in level.resource.fields.values()
                    if level.access.guards.get(field.name) != FALSE
                ]
            case SelectField():
                return [self._output(level, item)]
            case SelectEmbed():
                embed = self._embed(query, level, item)
                level.embeds[item.alias or item.relation] = embed
                return [embed]

    def _output(self, level: Level, item: SelectField) -> Output:
        if item.field is None:
            cast = cast_type(item.aggregate_cast)
            value = Value(None, cast or Integer(), False, aggregate="count", aggregate_cast=cast)
            return Output(_key(item.alias, "count"), value)
        field = self._field(level, item.field.name)
        value = level.value(field, item.field)
        name = item.field.path[-1].key if item.field.path else field.name
        if field.secret and (item.cast is not None or item.aggregate is not None):
            raise level.secret(field, "aggregated" if item.cast is None else "cast")
        cast = cast_type(item.cast)
        if cast is not None:
            self._operators.cast("", value.type, cast)
            value = Value(field, cast, True, value.path, cast, guard=value.guard)
        if item.aggregate is not None:
            type = self._operators.aggregate_type(item.aggregate, value.type)
            after = cast_type(item.aggregate_cast)
            if after is not None:
                self._operators.cast("", type, after)
            value = Value(
                field,
                after or type,
                item.aggregate != "count",
                value.path,
                value.cast,
                item.aggregate,
                after,
                value.guard,
            )
            name = item.aggregate
        chosen = bool(item.field.path) and item.aggregate is None
        return Output(_key(item.alias, str(name), chosen=chosen), value)

    @staticmethod
    def _field(level: Level, name: str) -> Field:
        relation = level.resource.relations.get(name)
        if relation is not None and name not in level.resource.fields:
            raise RequestError(
                errors.UNKNOWN_FIELD,
                f"column {level.collection}.{name} does not exist",
                hint=f"{name} is a relation: write {name}(*) to embed what it leads to.",
            )
        return level.resource.field(name)

    def _embed(self, query: Query, level: Level, item: SelectEmbed) -> Embed:
        hints = () if item.hint is None else (item.hint,)
        relation = self._catalogue.relation(level.resource, item.relation, hints)
        target = self._catalogue.resources[relation.entity]
        name = item.alias or item.relation
        read = self._read(query, target, item.items, (*level.path, name))
        guard, read = self._guarded(level, relation, read)
        single = leads_to_one(relation)
        if item.spread and read.grouped:
            raise RequestError(errors.BAD_QUERY, f"'...{name}' can't be aggregated", hint=f"Write {name}(…) instead.")
        if item.spread and not single and any(isinstance(output, Embed) and output.spread for output in read.outputs):
            raise RequestError(
                errors.BAD_QUERY,
                f"'...{name}' spreads many rows, so it can't hold another spread",
                hint=f"Write {name}(…) instead.",
            )
        if single:
            read = Read(read.entity, read.access, read.outputs, read.where, grouped=read.grouped)
        own = item.alias is None and item.relation in level.resource.relations
        return Embed(Key(name, chosen=not own), relation, read, guard, item.spread, silent=not read.outputs)

    def _guarded(self, level: Level, relation: Relation, read: Read) -> tuple[Node | None, Read]:
        """A link tells that the fields at its two ends have the same value, so it is there only where both of them
        may be read."""
        here, there = linking_fields(relation)
        far = self._authorizer.read(read.entity, self._kind)
        near_guards = [level.access.guards[name] for name in here if name in level.access.guards]
        far_guards = [far.guards[name] for name in there if name in far.guards]
        if FALSE in (*near_guards, *far_guards):
            raise RequestError(
                errors.FORBIDDEN,
                f"permission denied for relation {level.collection}.{relation.name}",
                hint=f"No rule lets you read {relation.name} of any of {level.collection}."
                if FALSE in near_guards
                else f"No rule lets you read which of {level.collection} a row of {read.entity.collection} belongs to.",
            )
        where = (*read.where, *map(Predicate, dict.fromkeys(far_guards)))
        return every(near_guards), replace(read, where=where)

    # Order ------------------------------------------------------------------------------------------------------

    def _order(self, query: Query, level: Level, outputs: list[Output | Embed], *, grouped: bool) -> tuple[Order, ...]:
        asked = next((order.terms for order in query.order if order.path == level.path), ())
        if grouped:
            return self._grouped_order(level, outputs, asked)
        terms = [self._order_term(level, term) for term in asked]
        given = {
            term.value.field.name for term in terms if term.value.field and not term.through and not term.value.path
        }
        last = level.resource.key or tuple(
            field
            for field in level.resource.fields.values()
            if not isinstance(field.type, Json | List | Bytes | Sealed)
            and field.computed is None
            and level.access.guards.get(field.name) != FALSE
        )
        # The key goes on in the direction asked for, so that an index can be read in one way to the end.
        descending = terms[-1].descending if terms else False
        terms.extend(
            Order(
                Value(field, field.type, field.nullable, guard=level.access.guards.get(field.name)),
                descending,
                nulls_first=descending,
            )
            for field in last
            if field.name not in given
        )
        return tuple(terms)

    def _order_term(self, level: Level, term: OrderTerm) -> Order:
        nulls_first = term.descending if term.nulls is None else term.nulls == "first"
        if term.relation is None:
            value = level.value(self._field(level, term.field.name), term.field)
            through: tuple[Embed, ...] = ()
        else:
            embed = level.embeds.get(term.relation)
            if embed is None:
                raise RequestError(
                    errors.NOT_EMBEDDED,
                    f"'{term.relation}' is not an embedded resource in this request",
                    hint=f"Verify that '{term.relation}' is included in the 'select' query parameter.",
                )
            if embed.relation.kind != "to_one" and not embed.relation.unique:
                raise RequestError(
                    errors.RELATED_ORDER,
                    f"A related order on '{term.relation}' is not possible",
                    details=f"'{level.collection}' and '{term.relation}' do not form a many-to-one relationship",
                )
            there = self._catalogue.resources[embed.relation.entity]
            far = Level(there, self._authorizer.read(there.entity, self._kind), (*level.path, term.relation))
            value = far.value(self._field(far, term.field.name), term.field)
            through = (embed,)
        if value.field is not None and value.field.secret:
            raise level.secret(value.field, "ordered by")
        if isinstance(value.type, List):
            raise RequestError(errors.WRONG_TYPE, f"{level.collection} can't be ordered by the list {term.field.name}")
        return Order(value, term.descending, nulls_first, through)

    def _grouped_order(
        self, level: Level, outputs: list[Output | Embed], asked: tuple[OrderTerm, ...]
    ) -> tuple[Order, ...]:
        """An aggregated list is ordered by what it shows: the asked members first, then all groups."""
        shown = {output.key.text: output.value for output in outputs if isinstance(output, Output)}
        terms: list[Order] = []
        for term in asked:
            nulls_first = term.descending if term.nulls is None else term.nulls == "first"
            if term.relation is not None:
                terms.append(self._order_term(level, term))
            elif term.field.name in shown and not term.field.path:
                terms.append(Order(shown[term.field.name], term.descending, nulls_first))
            else:
                raise RequestError(
                    errors.NOT_GROUPED,
                    f"column {level.collection}.{term.field.name} must be selected to order an aggregated list by it",
                    hint=f"Order by one of: {', '.join(shown)}.",
                )
        given = [term.value for term in terms]
        for output in outputs:
            if isinstance(output, Output) and output.value.field is not None and output.value.field.secret:
                raise level.secret(output.value.field, "grouped by")
            if (
                isinstance(output, Output)
                and output.value.aggregate is None
                and isinstance(output.value.type, Json | List)
            ):
                raise RequestError(
                    errors.WRONG_TYPE,
                    f"{level.collection} can't be grouped by '{output.key.text}', a {name_of(output.value.type)}",
                    hint="Take a text inside JSON with ->> first." if isinstance(output.value.type, Json) else None,
                )
            if isinstance(output, Output) and output.value.aggregate is None and output.value not in given:
                terms.append(Order(output.value))
            elif isinstance(output, Embed):
                if output.relation.kind != "to_one":
                    raise RequestError(
                        errors.BAD_QUERY,
                        f"An aggregated list can't embed '{output.key.text}'",
                        hint="Only to-one relations can stand beside aggregates; they become groups.",
                    )
                fields = (level.resource.stored[name] for name in output.relation.fields)
                guarded = output.guard is not None
                terms.extend(Order(Value(field, field.type, field.nullable or guarded)) for field in fields)
        return tuple(terms)


def _counting(item: SelectItem, resource: Resource) -> SelectItem:
    """`count` without brackets counts rows, where there is no field of that name: clients write `lines(count)`."""
    bare = isinstance(item, SelectField) and item.aggregate is None and item.field == FieldRef("count")
    return (
        SelectField(field=None, alias=item.alias, aggregate="count")
        if (bare and isinstance(item, SelectField) and "count" not in resource.fields)
        else item
    )


def _key(alias: str | None, name: str, *, chosen: bool = False) -> Key:
    return Key(name, chosen) if alias is None else Key(alias, chosen=True)


def _refuse_twins(outputs: list[Output | Embed], level: Level) -> None:
    seen: set[str] = set()
    for output in outputs:
        if isinstance(output, Embed) and (output.spread or output.silent):
            continue
        if output.key.text in seen:
            raise RequestError(
                errors.BAD_QUERY,
                f"Two members of {level.collection} would be named '{output.key.text}'",
                hint=f"Name one of them: other_name:{output.key.text}",
            )
        seen.add(output.key.text)


def _paths(items: tuple[SelectItem, ...], path: EmbedPath) -> set[EmbedPath]:
    found: set[EmbedPath] = set()
    for item in items:
        if isinstance(item, SelectEmbed):
            there = (*path, item.alias or item.relation)
            found |= {there} | _paths(item.items, there)
    return found


def _with_window(query: Query, window: Window) -> Query:
    return replace(query, windows=(*(own for own in query.windows if own.path), window))
