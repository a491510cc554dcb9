"""What all of writing stands on: what is known of entities, who observes them, statements remembered and run."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from backsmith.blueprint.blueprint import Check, Entity, Field, Relation
from backsmith.databases.database import Row
from backsmith.databases.dialect import Dialect
from backsmith.engine.access import Authorizer
from backsmith.engine.bodies.checks import checks_after
from backsmith.engine.bounded import Bounded
from backsmith.engine.catalogue import Catalogue
from backsmith.engine.spelling.binding import Inputs, Statement
from backsmith.engine.writing.defaults import Defaults
from backsmith.engine.writing.rights import Righter
from backsmith.engine.writing.sought import AT
from backsmith.engine.writing.statements import WriteSpeller
from backsmith.engine.writing.work import Key, LinkObserver, Observer, SparingObserver, Verb, Work

T = TypeVar("T")
MOST = 2000
"""Statements that are remembered."""


class About(NamedTuple):
    """What is known of an entity from the start."""

    entity: Entity
    stored: tuple[Field, ...]
    defaults: Defaults
    checks: tuple[Check, ...]
    """Those that no constraint holds."""
    key: tuple[Callable[[Any], Any] | None, ...]
    """The decoders of the key's fields."""


class Running:
    """Knows entities and runs statements."""

    def __init__(
        self, catalogue: Catalogue, authorizer: Authorizer, dialect: Dialect, observers: list[Observer]
    ) -> None:
        self.catalogue = catalogue
        self.entities = catalogue.entities
        self.authorizer = authorizer
        self.dialect = dialect
        self.observers = observers
        self.righter = Righter(catalogue.entities, catalogue.blueprint.account, authorizer)
        self._about: dict[str, About] = {}
        self._remembered = Bounded[Hashable, Any](MOST)
        self._watching: dict[tuple[str, Verb], tuple[Observer, ...]] = {}
        self._hearing: dict[tuple[str, Verb], tuple[Observer, ...]] = {}
        self._watching_links: dict[tuple[str, str], tuple[LinkObserver, ...]] = {}

    def about(self, entity: Entity) -> About:
        """What is known of an entity."""
        known = self._about.get(entity.name)
        if known is None:
            decoder = self.dialect.stores.decoder
            resource = self.catalogue.resources[entity.name]
            known = self._about[entity.name] = About(
                entity,
                tuple(f for f in entity.fields if f.computed is None and f.name not in resource.shapes.aliases),
                Defaults(entity, resource.shapes),
                checks_after(entity, self.entities, self.dialect),
                tuple(decoder(field.type) for field in resource.key),
            )
        return known

    def watching(self, entity: Entity, verb: Verb) -> tuple[Observer, ...]:
        """Those who observe that. Asked once."""
        known = self._watching.get((entity.name, verb))
        if known is None:
            known = tuple(observer for observer in self.observers if observer.observes(entity, verb))
            self._watching[entity.name, verb] = known
        return known

    def hearing(self, entity: Entity, verb: Verb) -> tuple[Observer, ...]:
        """Those of them who hear of the rows afterwards. Asked once."""
        known = self._hearing.get((entity.name, verb))
        if known is None:
            known = tuple(
                observer
                for observer in self.watching(entity, verb)
                if not isinstance(observer, SparingObserver) or observer.hears_after(entity, verb)
            )
            self._hearing[entity.name, verb] = known
        return known

    def watching_links(self, entity: Entity, relation: Relation) -> tuple[LinkObserver, ...]:
        """Those who observe the links of an entity's rows by a relation. Asked once."""
        known = self._watching_links.get((entity.name, relation.name))
        if known is None:
            known = tuple(
                observer
                for observer in self.observers
                if isinstance(observer, LinkObserver) and observer.observes_links(entity, relation)
            )
            self._watching_links[entity.name, relation.name] = known
        return known

    def speller(self, entity: Entity) -> WriteSpeller:
        """For one statement."""
        return WriteSpeller(self.dialect, self.entities, entity)

    def remembered(self, name: Hashable, make: Callable[[], T]) -> T:
        """What `make` gives, remembered under a name unless that is None."""
        if name is None:
            return make()
        known = self._remembered.get(name)
        if known is None:
            known = self._remembered[name] = make()
        return known

    @staticmethod
    def inputs(
        work: Work,
        values: tuple[str, ...] = (),
        row: Mapping[str, Any] | None = None,
        rows: Sequence[Mapping[str, Any]] = (),
    ) -> Inputs:
        """What a statement's parameters are bound from."""
        return Inputs(values, work.asker, work.now, {} if row is None else row, rows)

    @staticmethod
    async def run(work: Work, statement: Statement, inputs: Inputs, *, last: bool = False) -> Sequence[Row]:
        """The rows of a statement."""
        return await work.transaction.fetch(statement.sql, statement.parameters(inputs), last=last)

    @staticmethod
    async def run_heavy(work: Work, statement: Statement, inputs: Inputs) -> Sequence[Row]:
        """The rows of a statement that may touch many."""
        return await work.transaction.fetch(statement.sql, statement.parameters(inputs), heavy=True)

    @staticmethod
    async def run_each(work: Work, statement: Statement, rows: Sequence[Inputs]) -> list[Sequence[Row]]:
        """The rows of a statement for one row, run for each."""
        return await work.transaction.fetch_each(statement.sql, [statement.parameters(inputs) for inputs in rows])

    def key(self, about: About, row: Row, first: int = 0) -> Key:
        """The key that stands in a row from a number on."""
        return tuple(
            row[number] if decode is None else decode(row[number]) for number, decode in enumerate(about.key, first)
        )

    def places(self, entity: Entity, keys: Sequence[Key]) -> list[dict[str, Any]]:
        """Keys as rows of a statement that finds rows by them."""
        names = [AT + name for name in entity.key]
        return [dict(zip(names, key, strict=True)) for key in keys]
