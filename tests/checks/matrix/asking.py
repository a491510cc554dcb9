"""Asking a mutant: the engine has it, what is expected is the original's."""

from __future__ import annotations

from typing import Any

from backsmith.blueprint import Application
from backsmith.blueprint.blueprint import Blueprint
from backsmith.checks.matrix.asking import CHANNELS, ask_all
from backsmith.checks.matrix.coverage import Found
from backsmith.checks.matrix.expecting import Expecting
from backsmith.checks.matrix.ground import Ground, Truth
from backsmith.checks.matrix.serving import Served
from backsmith.settings import Settings
from tests.checks.matrix.mutants import Mutant


class NoticedError(Exception):
    """Something didn't agree."""


class Watching(Ground):
    """Stops at the first thing that doesn't agree."""

    def differ(self, *of: Any) -> None:
        super().differ(*of)
        raise NoticedError


async def noticed(
    application: Application, original: Blueprint, settings: Settings, truth: Truth, found: Found, mutant: Mutant
) -> str | None:
    """What shows that the engine runs a mutant; None where nothing does."""
    async with Served(application, mutant.blueprint, settings) as served:
        ground = Watching(served, truth, Expecting(original, found.world), found.askers)
        try:
            others = [each.name for each in original.entities if each.name != mutant.entity]
            for entities in ([mutant.entity], others):
                await ask_all(ground, tuple(CHANNELS), entities=entities)
        except NoticedError:
            return f"{ground.found[0].verb} by {ground.found[0].channel}: {ground.found[0].question}"
    return None
