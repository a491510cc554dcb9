"""The shapes that were kept -> statements, as the present blueprint plans them, with their counts.

Shapes that mean nothing any more (a field is gone, a rule refuses it) are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from backsmith.blueprint.asker import NOBODY, Asker
from backsmith.blueprint.blueprint import Blueprint, Field
from backsmith.blueprint.types import Integer, Type, Uuid
from backsmith.databases.database import Database
from backsmith.databases.own_tables import SHAPES
from backsmith.databases.served import Sample, Served
from backsmith.engine.access import Authorizer
from backsmith.engine.catalogue import Catalogue
from backsmith.engine.grammar.limits import Limits
from backsmith.engine.planning.plans import Planner
from backsmith.engine.served.form import Form, read_form
from backsmith.engine.served.samples import samples_of, user_sample
from backsmith.engine.served.wanted import wanted_by
from backsmith.engine.spelling.binding import Inputs, Statement
from backsmith.errors import RequestError

_READ = (
    "SELECT shape, min(day), CAST(sum(requests) AS {integer}), CAST(sum(microseconds) AS {integer}), max(worst),"
    f" CAST(sum(row_count) AS {{integer}}) FROM {SHAPES.name} GROUP BY digest, shape ORDER BY 4 DESC, digest"
)

_NUMBER = Field(id="number", name="number", column="number", type=Integer())


class Kept(Struct, frozen=True):
    """A shape as it is kept, of all days together."""

    form: Form
    since: datetime
    requests: int
    seconds: float
    worst: float
    rows: int


async def kept_shapes(database: Database) -> list[Kept]:
    """The shapes that are kept, those first that took the database the most time; none where there is no table."""
    schema = await database.inspect()
    fold = database.dialect.ddl.fold
    if not any(table.schema is None and fold(table.name) == SHAPES.name for table in schema.tables):
        return []
    integer = database.dialect.ddl.column_type(_NUMBER)
    found: list[Kept] = []
    for text, day, requests, microseconds, worst, rows in await database.fetch(_READ.format(integer=integer), ()):
        form = read_form(text)
        if form is not None:
            since = datetime.fromisoformat(day).replace(tzinfo=UTC)
            found.append(Kept(form, since, requests, microseconds / 1e6, worst / 1e6, rows))
    return found


class Replanner:
    """Makes statements of shapes again."""

    def __init__(self, blueprint: Blueprint, database: Database, limits: Limits, *, max_rows: int, prefix: str) -> None:
        self._catalogue = Catalogue(blueprint)
        authorizer = Authorizer(blueprint)
        self._planner = Planner(self._catalogue, authorizer, database.dialect, limits, max_rows=max_rows)
        self._prefix = prefix

    def served(self, kept: Kept) -> Served | None:
        """The statement of a shape; of one that writes, the one that reads the rows it is about. None: it has none."""
        form, key = kept.form, kept.form.plan_key
        resource = self._catalogue.collections.get(form.collection)
        if resource is None or form.method in ("POST", "PUT"):
            return None
        try:
            plan = self._planner.make(key, resource, ("",) * (len(form.query) - 1))
        except RequestError:
            return None
        samples = samples_of(plan.read, resource.entity, len(form.query) - 1, key)
        entities = self._catalogue.entities
        user = None if form.anonymous else user_sample(plan.read, entities, self._catalogue.blueprint)
        if samples is None:
            return None
        return Served(
            request=form.request(self._prefix),
            asker=form.asker,
            requests=kept.requests,
            seconds=kept.seconds,
            worst=kept.worst,
            rows=kept.rows,
            since=kept.since,
            sql=plan.statement.sql,
            values=samples,
            user=user,
            wanted=wanted_by(plan.read, entities),
            parameters=_Binding(plan.statement, frozenset(form.roles), user),
        )

    def written(self, kept: Sequence[Kept], now: datetime) -> dict[str, float]:
        """Rows of each entity that requests write a second, by its name."""
        found: dict[str, float] = {}
        if kept:
            seconds = max((now - min(each.since for each in kept)).total_seconds(), 1.0)
            for each in kept:
                resource = self._catalogue.collections.get(each.form.collection)
                if resource is not None and each.form.method != "GET":
                    name = resource.entity.name
                    found[name] = found.get(name, 0.0) + each.rows / seconds
        return found


class _Binding:
    """Binds texts to a statement."""

    def __init__(self, statement: Statement, roles: frozenset[str], user: Sample | None) -> None:
        self._statement = statement
        self._roles = roles
        self._type = None if user is None or user.field is None else user.field.type

    def __call__(self, values: Sequence[str], user: str | None) -> Sequence[Any]:
        asker = NOBODY if user is None else Asker(_key(user, self._type), self._roles, "token")
        return self._statement.parameters(Inputs(tuple(values), asker, datetime.now(UTC)))


def _key(text: str, type: Type | None) -> int | str | UUID:
    match type:
        case Integer() | None:
            return int(text)
        case Uuid():
            return UUID(text)
        case _:
            return text
