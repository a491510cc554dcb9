"""Plays a scenario on an application and an empty database. Out: what isn't as the scenario says."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from difflib import get_close_matches
from typing import Any, cast

from backsmith.blueprint import Application
from backsmith.blueprint.asker import NOBODY, Asker
from backsmith.blueprint.blueprint import Blueprint, Entity
from backsmith.checks.matrix.asking import settings_for
from backsmith.checks.matrix.serving import Answer, Question, Served
from backsmith.checks.testing import exact
from backsmith.checks.testing.opening import opened
from backsmith.checks.testing.problems import said
from backsmith.checks.testing.results import Finding
from backsmith.checks.testing.scenarios.comparing import differences
from backsmith.checks.testing.scenarios.nouns import (
    DATABASE,
    GivenRow,
    Scenario,
    ScenarioError,
    Step,
)
from backsmith.checks.testing.scenarios.nouns import NOBODY as NOBODY_NAME
from backsmith.checks.testing.scenarios.speaking import Names, UnknownNameError
from backsmith.contract.visible import roles_of

SHOWN = {"prefer": "return=representation"}


async def play(scenario: Scenario, application: Application, blueprint: Blueprint, url: str) -> tuple[Finding, ...]:
    """What isn't as the scenario says, of its first step that isn't.

    Arguments:
        scenario: The scenario.
        application: The application.
        blueprint: Its blueprint.
        url: Of an empty database.

    Raises:
        ScenarioError: A row or name of the scenario isn't right.
    """
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_for(application, url, folder)
        async with AsyncExitStack() as stack:
            behind = await stack.enter_async_context(Served(application, opened(blueprint), settings))
            front = await stack.enter_async_context(Served(application, blueprint, settings))
            stage = Stage(blueprint, front, behind, scenario.file)
            await stage.people(scenario)
            for row in scenario.given:
                await stage.put(row)
            for step in scenario.steps:
                findings = await stage.act(step)
                if findings:
                    return findings
    return ()


class Stage:
    """An application, and the rows that are called by names."""

    def __init__(self, blueprint: Blueprint, front: Served, behind: Served, file: str) -> None:
        """`front` is the application as it is, `behind` the same with every door open."""
        self._blueprint = blueprint
        self._entities = {entity.name: entity for entity in blueprint.entities}
        self._collections = {entity.collection: entity for entity in blueprint.entities}
        self._front, self._behind = front, behind
        self._file = file
        self._names = Names(self._entities)
        self._roles = frozenset(roles_of(blueprint))

    async def people(self, scenario: Scenario) -> None:
        """Make an account for everybody who acts and isn't given."""
        account = None if self._blueprint.account is None else self._entities[self._blueprint.account]
        if account is None:
            return
        given = {row.name for row in scenario.given if row.collection == account.collection}
        acting = dict.fromkeys((step.who.name, step.line) for step in scenario.steps)
        for name, line in acting:
            if name in (NOBODY_NAME, DATABASE) or name in given or self._names.knows(name):
                continue
            known = {field.name for field in account.fields}
            values = {"name": name.capitalize(), "email": f"{name.replace(' ', '.')}@example.org"}
            row = {member: value for member, value in values.items() if member in known}
            await self.put(GivenRow(account.collection, name, row, line))

    async def put(self, row: GivenRow) -> None:
        """Make a row. Raises ScenarioError."""
        entity = self._collections.get(row.collection)
        if entity is None:
            there = ", ".join(sorted(self._collections))
            raise ScenarioError(
                self._file, row.line, f"There is no collection {row.collection}.", f"There are {there}."
            )
        try:
            body = exact.encoded(self._names.value(row.values, entity))
        except UnknownNameError as error:
            raise ScenarioError(self._file, row.line, str(error), "Give it before.") from error
        target = f"{self._behind.prefix}/{entity.collection}"
        answer = await self._behind.ask(Question(target, NOBODY, "POST", body, SHOWN))
        if not answer.done:
            raise ScenarioError(self._file, row.line, said(answer.body))
        if row.name is not None:
            self._names.call(row.name, entity, exact.decoded(answer.body)[0])

    async def act(self, step: Step) -> tuple[Finding, ...]:
        """Send the request of a step; what isn't as it says."""
        where = f"{self._file}:{step.line}"
        try:
            question = self._question(step)
            expected = self._names.value(step.shows)
        except UnknownNameError as error:
            raise ScenarioError(self._file, step.line, str(error), "Give it, or name it in a step before.") from error
        served = self._behind if step.who.name == DATABASE else self._front
        answer = await served.ask(question)
        wrong = list(_wrong(step, expected, answer))
        if wrong:
            said = answer.body.decode(errors="replace")
            wrong.append(f"The reply was {answer.status}{f': {said[:600]}' if said else ''}")
            return (Finding(where, "\n".join(wrong), str(question)),)
        if step.named is not None:
            self._call(step, answer)
        return ()

    def _call(self, step: Step, answer: Answer) -> None:
        shown: Any = exact.decoded(answer.body) if answer.body else None
        row = cast("list[Any]", shown)[0] if isinstance(shown, list) and shown else cast("Any", shown)
        entity = self._entity(step.target)
        if not isinstance(row, dict) or entity is None or not set(entity.key) <= set(cast("dict[str, Any]", row)):
            hint = "Send headers: {Prefer: return=representation}."
            raise ScenarioError(
                self._file, step.line, "The reply shows no row with its key, so it can't be named.", hint
            )
        self._names.call(step.named or "", entity, cast("dict[str, Any]", row))

    def _question(self, step: Step) -> Question:
        target = self._names.target(step.target)
        first = target.strip("/").partition("?")[0].partition("/")[0]
        if first in self._collections or first in ("rpc", "batch", "file"):
            target = f"{self._front.prefix}{target}"
        body = exact.encoded(self._names.value(step.send, self._entity(step.target))) if step.sends else None
        return Question(target, self._asker(step), step.method, body, {k.lower(): v for k, v in step.headers.items()})

    def _entity(self, target: str) -> Entity | None:
        segments: Sequence[str] = target.partition("?")[0].strip("/").split("/")
        found = self._collections.get(segments[0])
        # The body of an action is no row.
        return found if len(segments) <= 2 else None

    def _asker(self, step: Step) -> Asker:
        if step.who.name in (NOBODY_NAME, DATABASE):
            return NOBODY
        for role in sorted(step.who.roles - self._roles):
            if similar := get_close_matches(role, self._roles, 1):
                message = f"No rule knows the role '{role}'."
                raise ScenarioError(self._file, step.line, message, f"Did you mean {similar[0]}?")
        if self._blueprint.account is None:
            hint = f"Only {NOBODY_NAME} and {DATABASE} can ask."
            raise ScenarioError(self._file, step.line, "This application knows no accounts.", hint)
        return Asker(self._names.key(step.who.name), step.who.roles, "token")


def _wrong(step: Step, expected: Any, answer: Answer) -> list[str]:
    wrong: list[str] = []
    if answer.status != step.reply:
        wrong.append(f"{step.reply} was expected")
    for name, value in step.reply_headers.items():
        got = answer.headers.get(name.lower())
        if got is None:
            wrong.append(f"The reply has no header {name}")
        else:
            wrong += differences(value, got, exactly=True, place=name)
    if step.is_shown and answer.status == step.reply:
        try:
            got = exact.decoded(answer.body) if answer.body else None
        except ValueError:
            got = answer.body.decode(errors="replace")
        wrong += differences(expected, got, exactly=step.exactly)
    return wrong
