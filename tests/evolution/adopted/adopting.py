"""A database that Backsmith did not create, and its model: adopted, changed as text, planned and applied."""

from __future__ import annotations

import importlib
import itertools
import sys
from pathlib import Path

from backsmith.adoption import write_model
from backsmith.blueprint import Lock, load
from backsmith.blueprint import compile as compile_model
from backsmith.blueprint.blueprint import Blueprint
from backsmith.databases import Database
from backsmith.evolution.applying import Outcome, apply
from backsmith.evolution.plan import Plan
from backsmith.evolution.planning import plan

_numbers = itertools.count()


class Adopted:
    """The model of a database that was there before."""

    def __init__(self, database: Database, folder: Path, text: str) -> None:
        self.database = database
        self.text = text
        """The model as it was written."""
        self._folder = folder
        self._lock = Lock()

    @classmethod
    async def of(cls, database: Database, folder: Path) -> Adopted:
        """Write the model of what is there."""
        [text] = write_model(await database.inspect(), database.dialect, open="read", name="theirs").values()
        return cls(database, folder, text)

    def changed(self, *edits: tuple[str, str]) -> Blueprint:
        """The blueprint of the model after these replacements, which stay for the next time."""
        for old, new in edits:
            assert self.text.count(old) == 1, f"{old!r} is there {self.text.count(old)} times in\n{self.text}"
            self.text = self.text.replace(old, new)
        path = self._folder / str(next(_numbers)) / "theirs.py"
        path.parent.mkdir()
        path.write_text(self.text, encoding="utf-8")
        importlib.invalidate_caches()
        try:
            blueprint, self._lock = compile_model(load(str(path)), self._lock)
        finally:
            sys.modules.pop("theirs", None)
        return blueprint

    async def plan(self, *edits: tuple[str, str], approve: tuple[str, ...] = ()) -> Plan:
        """What the changed model means."""
        return (await plan(self.database, self.changed(*edits), approvals=approve)).plan

    async def apply(self, *edits: tuple[str, str], approve: tuple[str, ...] = ()) -> tuple[Plan, Outcome]:
        """Plan the changed model and carry it out."""
        planned = await plan(self.database, self.changed(*edits), approvals=approve)
        return planned.plan, await apply(self.database, planned.plan, planned.blueprint)
