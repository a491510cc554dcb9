"""Each rule deleted, negated, narrowed and widened in turn: the matrix notices, as text and by asking.

In the suite some, on SQLite; BACKSMITH_MUTANTS=all runs all, on both databases (half an hour), and says how many were
noticed. What nobody could notice, because the engine does the same with it, is listed with the reason, and not noticed.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable

import pytest

from backsmith.blueprint.blueprint import Blueprint
from backsmith.checks.matrix.as_text import as_text
from backsmith.checks.matrix.asking import prepare, settings_for
from backsmith.checks.matrix.computing import part_of
from backsmith.checks.matrix.coverage import covering
from backsmith.checks.matrix.matrix import Matrix
from tests.checks.matrix.asking import noticed
from tests.checks.matrix.models import MODELS
from tests.checks.matrix.mutants import mutants

ALL = os.environ.get("BACKSMITH_MUTANTS") == "all"
SAMPLE = 2
HARD = {
    "shop": ("Customer: own create: joined_at added", "Line: own_draft create/update/delete: for nobody too"),
    "tracker": (
        "User: own read: for nobody too",
        "Organisation: billing update: create added",
        "Project: everyone read: create added",
        "Task: analysts read: labels added",
    ),
}
"""Mutants that few requests or few rows show."""
ROLE = "it asks for a role, which nobody who isn't signed in has"
READ = "another rule lets the same people read all that it would"
CHANGED = "another rule lets the same people change all that it would"
NUMBERED = "keys that the database numbers are taken from nobody"
CALCULATED = "calculated fields are taken from nobody"
UNSEEN = "what they can't see they can't change, point at or call"
KEY = "the key goes with every row that is shown"
NOBODY = "nobody is no row, and sees none to change"
TOGETHER = "with the rule beside it members read all tasks, archived or not, as before"
GIVEN = "a new row has to give other fields, and the rule that allows those allows these too"
MEMBERS = "it asks for a membership, which nobody has, and what it is about nobody sees"
TOLD = ("User: own read: for nobody too",)
"""What the text can't tell and asking can: nobody reads any row either way, but would be given an empty list for a
refusal."""
SAME: dict[str, dict[str, tuple[str, ...]]] = {
    "shop": {
        ROLE: (
            "Product: staff read/create/update/delete: for nobody too",
            "Category: staff create/update/delete: for nobody too",
            "Customer: staff read/create/update/delete: for nobody too",
            "Order: staff read/create/update/delete: for nobody too",
            "Line: staff read/create/update/delete: for nobody too",
            "Review: staff read/update/delete: for nobody too",
        ),
        READ: (
            "Category: staff create/update/delete: read added",
            "Customer: own create: read added",
            "Order: own create/update: read added",
            "Order: own_draft place: read added",
            "Line: own_draft create/update/delete: read added",
        ),
        CHANGED: ("Customer: own create: update added",),
        NUMBERED: (
            "Customer: own create: id added",
            "Order: own create/update: id added",
            "Line: own_draft create/update/delete: id added",
            "Review: own read/create/update/delete: id added",
        ),
        CALCULATED: ("Order: own create/update: total added",),
    },
    "tracker": {
        ROLE: (
            "Organisation: billing update: for nobody too",
            "Organisation: billed read: for nobody too",
            "Task: analysts read: for nobody too",
        ),
        READ: (
            "User: named update: read added",
            "Organisation: named_by_admins update: read added",
            "Organisation: billing update: read added",
            "Project: leads create/update/delete: read added",
            "Comment: own create/update/delete: read added",
        ),
        NUMBERED: (
            "User: named update: id added",
            "Organisation: named_by_admins update: id added",
            "Organisation: billing update: id added",
        ),
        KEY: ("User: colleagues read: id taken away", "Task: analysts read: id taken away"),
        NOBODY: ("User: named update: for nobody too",),
    },
}
"""Mutants that neither the text nor asking can tell, by reason."""
ONLY_ASKED_THE_SAME: dict[str, dict[str, tuple[str, ...]]] = {
    "shop": {
        UNSEEN: (
            "Order: own create/update: always",
            "Order: own_draft place: for nobody too",
            "Line: own_draft create/update/delete: without part 1 of the and at 1",
            "Line: own_draft create/update/delete: Compare taken for true at 2",
        ),
    },
    "tracker": {
        GIVEN: ("Task: analysts read: create added",),
        MEMBERS: (
            "Organisation: named_by_admins update: for nobody too",
            "Task: leads delete: for nobody too",
            "Task: free_ones take: for nobody too",
        ),
        READ: ("Task: leads delete: read added", "Task: free_ones take: read added"),
        TOGETHER: ("Task: archived read: without part 2 of the and at 1",),
    },
}
"""Mutants that the text shows, and that make no difference to any request, but for the words of refusals."""


def listed(name: str) -> set[str]:
    """Mutants that make no difference to any request."""
    return {what for known in (SAME, ONLY_ASKED_THE_SAME) for some in known[name].values() for what in some}


def text_of(blueprint: Blueprint, name: str) -> str:
    """What the file says of an entity."""
    entity = next(each for each in blueprint.entities if each.name == name)
    return as_text(Matrix("", (part_of(blueprint, entity),)))


@pytest.mark.parametrize("name", ["shop", "tracker"])
def test_the_text_shows_every_mutant(name: str) -> None:
    blueprint = MODELS[name].blueprint
    originals = {entity.name: text_of(blueprint, entity.name) for entity in blueprint.entities}
    unseen = [
        str(each) for each in mutants(blueprint) if text_of(each.blueprint, each.entity) == originals[each.entity]
    ]
    unseen = [each for each in unseen if each not in TOLD]
    assert sorted(unseen) == sorted(what for some in SAME[name].values() for what in some)
    assert listed(name) <= {str(each) for each in mutants(blueprint)}


@pytest.mark.parametrize("name", ["shop", "tracker"])
@pytest.mark.parametrize("kind", ["sqlite", *(["postgres18"] if ALL else [])])
async def test_asking_shows_the_mutants(
    name: str, kind: str, new_url: Callable[[str], str], tmp_path: object, capsys: pytest.CaptureFixture[str]
) -> None:
    model = MODELS[name]
    found = covering(model.blueprint)
    settings = settings_for(model.application, new_url(kind), str(tmp_path))
    truth = await prepare(model.application, model.blueprint, settings, found)
    every, same = list(mutants(model.blueprint)), listed(name)
    if kind != "sqlite":
        every = [each for each in every if str(each) not in same]
    tried = every
    if not ALL:
        tried = [each for each in every if str(each) in HARD[name]]
        tried += random.Random(1).sample([each for each in every if str(each) not in same], SAMPLE)
    missed: list[str] = []
    for mutant in tried:
        if await noticed(model.application, model.blueprint, settings, truth, found, mutant) is None:
            missed.append(str(mutant))
    lacking = [each for each in missed if each not in same]
    if ALL:
        able = sum(str(each) not in same for each in tried)
        with capsys.disabled():
            print(f"\n{name} on {kind}: {able - len(lacking)} of {able} noticed, {len(same)} are none")
        assert sorted({str(each) for each in tried} & same - set(missed)) == [], "they do make a difference"
    assert len(lacking) <= len(tried) // 100, lacking
