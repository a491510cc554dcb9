"""Every cell of the matrix, asked of the running engine through every channel, on both databases.

In the suite one or two ask of a few entities; BACKSMITH_MATRIX=all has everybody ask of all.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from backsmith.app import compile_application
from backsmith.blueprint import load
from backsmith.blueprint.expressions import TRUE
from backsmith.checks.matrix.asking import ask, prepare, settings_for
from backsmith.checks.matrix.coverage import Found, covering
from tests.checks.matrix.asking import noticed
from tests.checks.matrix.models import MODELS
from tests.checks.matrix.mutants import Mutant

ALL = os.environ.get("BACKSMITH_MATRIX") == "all"


def some(found: Found, *, several: int) -> Found:
    """The same with fewer who ask: one without a role, one with, or all."""
    plain = [asker for asker in found.askers if asker.id is not None and not asker.roles]
    acting = [asker for asker in found.askers if asker.roles]
    return found if ALL else found._replace(askers=(*plain[:1], *acting[:1])[:several])


SOME = {"shop": ["Order", "Review"], "tracker": ["Task", "Comment"], "teamwork": ["Project", "Notice"]}


def entities(name: str) -> list[str] | None:
    return None if ALL else SOME[name]


@pytest.mark.parametrize("name", ["shop", "tracker"])
async def test_the_engine_does_what_the_rules_say(name: str, database_kind: str, new_url: Callable[[str], str]) -> None:
    model = MODELS[name]
    found = some(covering(model.blueprint), several=1)
    report = await ask(model.application, model.blueprint, new_url(database_kind), found, entities=entities(name))
    assert report.found == ()
    assert report.uncovered == ()
    assert report.agreed > 300


async def test_teams_are_kept_apart(new_url: Callable[[str], str]) -> None:
    model = MODELS["teamwork"]
    found = some(covering(model.blueprint), several=2)
    report = await ask(model.application, model.blueprint, new_url("sqlite"), found, entities=entities("teamwork"))
    assert report.found == ()
    assert report.uncovered == ("Notice.written: no row where (the team is not set) decides",), "and it never can"


async def test_a_leak_is_told_with_the_request_that_shows_it(new_url: Callable[[str], str], tmp_path: object) -> None:
    told = await told_of("Order", "own", new_url("sqlite"), str(tmp_path), condition=TRUE)
    assert told == "read by item: GET /api/orders/1401?select=* (account 1201)"


async def test_an_empty_list_for_a_refusal_is_told(new_url: Callable[[str], str], tmp_path: object) -> None:
    told = await told_of("Order", "own", new_url("sqlite"), str(tmp_path), needs_user=False)
    assert told == "read by gate: GET /api/orders?limit=0 (nobody)"


async def test_nothing_written_for_a_refusal_is_told(new_url: Callable[[str], str], tmp_path: object) -> None:
    told = await told_of("Line", "own_draft", new_url("sqlite"), str(tmp_path), needs_user=False)
    assert told == "create by gate: POST /api/lines -H 'prefer: tx=rollback' --body '[]' (nobody)"


async def told_of(entity: str, rule: str, url: str, folder: str, **changes: object) -> str | None:
    """What is told of a shop whose rule is another one."""
    model = MODELS["shop"]
    there = next(each for each in model.blueprint.entities if each.name == entity)
    rules = tuple(replace(each, **changes) if each.name == rule else each for each in there.rules)
    entities = tuple(replace(each, rules=rules) if each is there else each for each in model.blueprint.entities)
    mutant = Mutant(entity, rule, replace(model.blueprint, entities=entities))
    found = covering(model.blueprint)
    settings = settings_for(model.application, url, folder)
    truth = await prepare(model.application, model.blueprint, settings, found)
    return await noticed(model.application, model.blueprint, settings, truth, found, mutant)


SHADOWED = """
from backsmith import Entity, allow, route


class Song(Entity, private=True):
    name: str


class Tune(Entity):
    name: str

    @allow("read", "create")
    def everyone(self) -> bool:
        return True


@route("GET", "/api/songs", allow="everyone")
async def songs() -> dict[str, str]:
    return {"songs": "none of ours"}
"""


async def test_a_route_at_the_address_that_a_private_entity_would_have_does_not_answer_for_it(tmp_path: Path) -> None:
    (tmp_path / "shadowed_songs.py").write_text(SHADOWED)
    application = load(str(tmp_path / "shadowed_songs.py"))
    blueprint = compile_application(application, write_lock=False)
    report = await ask(application, blueprint, f"sqlite:///{tmp_path}/asked.db", covering(blueprint, 1))
    assert report.found == ()
    assert report.agreed > 50
