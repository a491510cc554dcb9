"""Any model to any other and back, with rows in the tables: planned, applied, inspected.

The database equals the model, a second plan is empty, and no row or value is lost that the plan did not name.
BACKSMITH_PAIRS sets how many pairs of models, BACKSMITH_SEED with which to begin.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from backsmith.blueprint.blueprint import Blueprint
from backsmith.databases import Database, open_database
from backsmith.errors import BacksmithError
from backsmith.evolution.applying import apply
from backsmith.evolution.create import create_missing
from backsmith.evolution.plan import Plan, verdict
from backsmith.evolution.planning import Planned, plan
from tests.conftest import Run
from tests.evolution.random_models import Entity, Field, Model, changed, random_model, random_rows, settled
from tests.evolution.random_rows import Rows, put_in, read_back
from tests.evolution.versions import Versions

Borrow = Callable[[str], AbstractContextManager[str]]
PAIRS = int(os.environ.get("BACKSMITH_PAIRS", "40"))
SEED = int(os.environ.get("BACKSMITH_SEED", "0"))


def test_any_model_to_any_other_and_back(database_kind: str, borrow: Borrow, run: Run, tmp_path: Path) -> None:
    outcomes: dict[str, int] = {}
    for seed in range(SEED, SEED + PAIRS):
        rng = random.Random(seed)
        model = random_model(rng)
        try:
            with borrow(database_kind) as url:
                outcome = run(_on(url, tmp_path, rng, model))
        except Exception as error:
            error.add_note(f"BACKSMITH_SEED={seed} BACKSMITH_PAIRS=1, from:\n{model.text()}")
            raise
        for each in outcome:
            outcomes[each] = outcomes.get(each, 0) + 1
    print(outcomes)
    assert outcomes.get("applied", 0) > PAIRS // 2


async def _on(url: str, folder: Path, rng: random.Random, model: Model) -> list[str]:
    database = open_database(url)
    await database.open()
    try:
        return await _there_and_back(database, folder, rng, model)
    finally:
        await database.close()


async def _there_and_back(database: Database, folder: Path, rng: random.Random, model: Model) -> list[str]:
    versions = Versions(folder)
    blueprint = versions.blueprint = versions.next(model.text())
    await create_missing(database, blueprint)
    await put_in(database, model, blueprint, random_rows(rng, model))
    nothing = await plan(database, blueprint)
    assert nothing.plan.changes == (), nothing.plan.changes
    after = changed(rng, model)
    there = await _step(database, versions, model, after)
    if there != "applied":
        return [there]
    return [there, await _step(database, versions, after, _back(after, model))]


def _back(now: Model, then: Model) -> Model:
    """The first model again, with renames said the other way round."""
    names = {entity.uid: entity for entity in now.entities}

    def entity(each: Entity) -> Entity:
        was = names.get(each.uid)
        if was is None:
            return each
        fields = {field.uid: field.name for field in (*was.fields, *was.relations)}
        taken = set(fields.values())

        def renamed(name: str, uid: int) -> str | None:
            before = fields.get(uid)
            return before if before not in {None, name} and name not in taken else None

        return Entity(
            each.uid,
            each.name,
            each.key,
            tuple(Field(**{**_all(field), "was": renamed(field.name, field.uid)}) for field in each.fields),
            tuple(type(each)(**{**_all(each), "was": renamed(each.name, each.uid)}) for each in each.relations),
            each.check,
            was.name[0].upper() + was.name[1:] if was.name != each.name else None,
        )

    return Model(tuple(map(entity, settled(then).entities)), now.next)


def _all(thing: object) -> dict[str, object]:
    return {name: getattr(thing, name) for name in thing.__dataclass_fields__}  # type: ignore[attr-defined]


async def _step(database: Database, versions: Versions, old: Model, new: Model) -> str:
    """Plan and apply one change; what came of it."""
    before_blueprint = versions.blueprint
    before = await read_back(database, old, before_blueprint)
    try:
        blueprint = versions.next(new.text())
    except BacksmithError:
        return "no model"  # a change that no model may have, such as a default that doesn't fit any more
    first = await _planned(database, blueprint)
    if verdict(first.plan) == "impossible":
        assert await read_back(database, old, before_blueprint) == before
        return "impossible"
    await apply(database, first.plan, first.blueprint)
    versions.blueprint = blueprint
    again = await plan(database, blueprint)
    assert (again.plan.changes, again.plan.drift, verdict(again.plan)) == ((), (), "none")
    _compare(before, await read_back(database, new, blueprint), old, new, first.plan)
    return "applied"


async def _planned(database: Database, blueprint: Blueprint) -> Planned:
    """The plan with all that it asks to be approved."""
    approvals: set[str] = set()
    while True:
        found = await plan(database, blueprint, approvals=approvals)
        more = {approval.name for approval in found.plan.approvals}
        for question in found.plan.questions:
            more |= {way.rpartition("--approve ")[2] for way in question.ways if "--approve " in way}
        if more <= approvals:
            return found
        approvals |= more


def _compare(before: Rows, after: Rows, old: Model, new: Model, made: Plan) -> None:
    """No row and no value lost, except what the plan named."""
    lossy = {finding.about for finding in made.findings if finding.kind == "loss"}
    news = {entity.uid: entity for entity in new.entities}
    for was in old.entities:
        entity = news.get(was.uid)
        if entity is None:
            continue
        assert set(after[entity.uid]) == set(before[was.uid]), f"rows of {entity.name}"
        kinds = {field.uid: field.kind for field in was.fields} | {each.uid: "key" for each in was.relations}
        for field in (*entity.fields, *entity.relations):
            kind = field.kind if isinstance(field, Field) else "key"
            if field.uid not in kinds:
                continue
            title = f"{entity.name[0].upper()}{entity.name[1:]}.{field.name}"
            same = kinds[field.uid] == kind or {kinds[field.uid], kind} == {"enum", "enum2"}
            for key, row in before[was.uid].items():
                value = after[entity.uid][key][field.uid]
                if same and title not in lossy:
                    assert value == row[field.uid], f"{title} of {key}"
                elif title not in lossy:
                    assert (value == "null") == (row[field.uid] == "null"), f"{title} of {key}: {value}"
