"""The ground on which channels are asked: the served application, what is expected of it, and what didn't agree."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from msgspec import Struct
from msgspec.structs import replace

from backsmith.blueprint.asker import Asker
from backsmith.blueprint.blueprint import Blueprint, Entity, Field, Rule
from backsmith.blueprint.expressions import TRUE
from backsmith.checks.matrix.expecting import Expecting
from backsmith.checks.matrix.serving import Answer, Question, Served
from backsmith.evolution.access_changes.meaning import WorldRow

FIRST = frozenset({"23503", "23514", "22023", "22P02", "23502", "428C9", "PGRST204", "22003"})
"""Codes of what is found wrong with a body before rules are asked, or in the same words as where rules look at it: a
row that isn't to be seen can't be pointed at."""
Shown = dict[str, Any]
MOST_ROWS = 1000


class Disagreement(Struct, frozen=True):
    """A cell of which the running engine says something else than the rules."""

    entity: str
    verb: str
    field: str
    """Empty where it is about whole rows."""
    channel: str
    expected: str
    got: str
    question: str
    """The request that shows it."""

    @property
    def leak(self) -> bool:
        """Whether more was shown or done than rules allow; else less."""
        return self.got.startswith("granted") or self.got.startswith("shown")


class Truth:
    """Every value of every row as the API writes it, whoever may read it."""

    def __init__(self, values: Mapping[str, Mapping[tuple[Any, ...], Shown]], plain: Mapping[str, Any]) -> None:
        self._values = values
        self._plain = plain

    def rows(self, entity: str) -> Mapping[tuple[Any, ...], Shown]:
        """All rows of an entity, by key."""
        return self._values[entity]

    def of(self, row: WorldRow, key: tuple[str, ...]) -> Shown:
        """The members of a row; decimals and floats as they are written."""
        return self._values[row.entity][tuple(map(str, (row.values[name] for name in key)))]

    def body(self, row: WorldRow, key: tuple[str, ...]) -> Shown:
        """The same as a body can bring it."""
        return self._plain[row.entity][tuple(map(str, (row.values[name] for name in key)))]


class Ground:
    """Asks questions for channels and keeps what they find."""

    def __init__(self, served: Served, truth: Truth, expecting: Expecting, askers: Sequence[Asker]) -> None:
        self.served = served
        self.truth = truth
        self.expecting = expecting
        self.askers = askers
        self.found: list[Disagreement] = []
        self.unclear = 0
        """Answers that a constraint decided and not a rule."""
        self.agreed = 0

    def rows(self, entity: Entity) -> list[WorldRow]:
        """All rows of an entity."""
        return self.expecting.world.rows[entity.name]

    def key(self, entity: Entity, row: WorldRow) -> tuple[str, ...]:
        """A row's key as text."""
        return tuple(str(row.values[name]) for name in entity.key)

    def path(self, entity: Entity, *rest: str) -> str:
        """The address of a collection, or of what is below it."""
        return "/".join((self.served.prefix, entity.collection, *rest))

    def item(self, entity: Entity, row: WorldRow, *rest: str) -> str:
        """The address of a row."""
        return self.path(entity, key_text(self.key(entity, row)), *rest)

    def shown(self, entity: Entity, row: WorldRow, asker: Asker) -> Shown | None:
        """What a row has to look like to somebody: null for what isn't shown. None: it isn't there."""
        names = self.expecting.shown(asker, row)
        if names is None:
            return None
        values = self.truth.of(row, entity.key)
        return {field.name: values[field.name] if field.name in names else None for field in entity.fields}

    def seen(self, entity: Entity, asker: Asker) -> dict[tuple[str, ...], Shown]:
        """All rows that are there for somebody, by key."""
        rows = ((self.key(entity, row), self.shown(entity, row, asker)) for row in self.rows(entity))
        return {key: shown for key, shown in rows if shown is not None}

    async def get(self, target: str, asker: Asker, **headers: str) -> tuple[Question, Answer]:
        """Ask to read."""
        question = Question(target, asker, headers={name.replace("_", "-"): text for name, text in headers.items()})
        return question, await self.served.ask(question)

    def agree(
        self, entity: Entity, verb: str, field: str, channel: str, question: Question, expected: object, got: object
    ) -> None:
        """Note whether what was got is what was expected."""
        if expected == got:
            self.agreed += 1
            return
        self.differ(entity, verb, field, channel, question, f"{expected}", f"shown: {got}")

    def granted(
        self, entity: Entity, verb: str, field: str, channel: str, question: Question, answer: Answer, *, may: bool
    ) -> None:
        """Note whether a write was granted where it may be and refused where not."""
        if answer.done == may and (answer.done or answer.refused):
            self.agreed += 1
        elif answer.done:
            self.differ(entity, verb, field, channel, question, "refused", f"granted ({answer.status})")
        elif answer.refused:
            self.differ(entity, verb, field, channel, question, "granted", f"refused ({answer.status} {answer.code})")
        elif not may and (answer.code not in FIRST or verb == "delete"):
            self.differ(entity, verb, field, channel, question, "refused", f"shown: what keeps it from being done ({answer.status} {answer.code})")  # fmt: skip  # noqa: E501
        else:
            self.unclear += 1

    def differ(
        self, entity: Entity, verb: str, field: str, channel: str, question: Question, expected: str, got: str
    ) -> None:
        """Note a disagreement."""
        self.found.append(Disagreement(entity.name, verb, field, channel, expected, got, str(question)))


def parsed(answer: Answer) -> Any:
    """The body, decimals and floats as they are written."""
    return json.loads(answer.body, parse_float=str)


def key_text(key: Sequence[str]) -> str:
    """A key as it stands in an address."""
    return ",".join(quote(part, safe="") for part in key)


def told(value: Any) -> str:
    """A value as a filter has it, percent-encoded."""
    return quote(str(value).lower() if isinstance(value, bool) else str(value), safe="")


def fields_of(entity: Entity, *, hidden: bool = False) -> list[Field]:
    """The fields that the API knows."""
    return [field for field in entity.fields if hidden or not field.hidden]


def opened(blueprint: Blueprint) -> Blueprint:
    """The same application with everything to be seen by everybody: where true values come from."""
    everything = Rule(id="everything", name="everything", verbs=("read",), condition=TRUE)
    return replace(
        blueprint,
        entities=tuple(
            replace(
                entity,
                rules=(everything,),
                private=False,
                fields=tuple(replace(field, hidden=False) for field in entity.fields),
            )
            for entity in blueprint.entities
        ),
    )


async def truth_of(served: Served, entities: Iterable[Entity]) -> Truth:
    """The values of all rows, asked of an application that is `opened`."""
    values: dict[str, dict[tuple[Any, ...], Shown]] = {}
    plain: dict[str, Any] = {}
    for entity in entities:
        values[entity.name], plain[entity.name] = {}, {}
        if not entity.key:
            continue
        answer = await served.ask(Question(f"{served.prefix}/{entity.collection}?select=*&limit={MOST_ROWS}"))
        for row, simple in zip(parsed(answer), answer.json, strict=True):
            key = tuple(str(row[name]) for name in entity.key)
            values[entity.name][key], plain[entity.name][key] = row, simple
    return Truth(values, plain)
