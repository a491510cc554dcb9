"""A whole run: every part that is asked for, on databases that are thrown away.

In: an application. Out: `Result`s, each as soon as it is known.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from time import perf_counter

from msgspec import Struct
from msgspec.structs import replace

from backsmith.blueprint import Application
from backsmith.blueprint.asker import NOBODY, Asker
from backsmith.blueprint.blueprint import Blueprint
from backsmith.checks.matrix.asking import ask, beside_routes, settings_for
from backsmith.checks.matrix.coverage import Found, covering
from backsmith.checks.matrix.serving import Served
from backsmith.checks.matrix.storing import store
from backsmith.checks.testing.conformance import conformance
from backsmith.checks.testing.databases import Databases
from backsmith.checks.testing.examples import examples
from backsmith.checks.testing.opening import opened
from backsmith.checks.testing.results import PARTS, Finding, Part, Result
from backsmith.checks.testing.round_trips import round_trips
from backsmith.checks.testing.running import Running, running, trial_settings
from backsmith.checks.testing.scenarios.nouns import ScenarioError
from backsmith.checks.testing.scenarios.playing import play
from backsmith.checks.testing.scenarios.reading import scenarios_of
from backsmith.contract import audience_named, contract_of
from backsmith.contract.serving import served_contract
from backsmith.contract.visible import roles_of
from backsmith.databases import open_database


class Asked(Struct, frozen=True):
    """What a run is to do."""

    application: Application
    blueprint: Blueprint
    scenarios: tuple[Path, ...] = ()
    """Files."""
    parts: tuple[Part, ...] = PARTS
    requests: int = 20
    """Made-up requests for each operation and audience."""
    thorough: bool = False
    seed: int = 1


def results_of(asked: Asked, scratch: Databases) -> Iterator[Result]:
    """What became of each test. Raises UsageError, DatabaseError."""
    for part in PARTS:
        if part not in asked.parts:
            continue
        match part:
            case "scenarios":
                yield from _each(_scenarios(asked, scratch))
            case "round-trips":
                yield from _each(_round_trips(asked, scratch))
            case "examples":
                for audience, asker, server in _served(asked, scratch):
                    yield _examples(asked, server, audience, asker)
            case "matrix":
                yield from _each(_matrix(asked, scratch))
            case "contract":
                for audience, asker, server in _served(asked, scratch):
                    yield from _contract(asked, server, audience, asker)


def _each(found: AsyncIterator[Result]) -> Iterator[Result]:
    """The results, each as it comes."""
    with asyncio.Runner() as runner:
        while True:
            try:
                yield runner.run(_next(found))
            except StopAsyncIteration:
                return


async def _next(found: AsyncIterator[Result]) -> Result:
    return await anext(found)


async def _scenarios(asked: Asked, scratch: Databases) -> AsyncIterator[Result]:
    for path in asked.scenarios:
        try:
            scenarios = scenarios_of(path)
        except ScenarioError as error:
            yield Result("scenarios", path.name, 0.0, 0, (Finding(f"{error.file}:{error.line}", str(error)),))
            continue
        for scenario in scenarios:
            started = perf_counter()
            try:
                findings = await play(scenario, asked.application, asked.blueprint, await scratch.empty())
            except ScenarioError as error:
                findings = (Finding(f"{error.file}:{error.line}", str(error)),)
            name = f"{path.stem}: {scenario.name}"
            yield Result("scenarios", name, perf_counter() - started, len(scenario.steps), findings)


async def _round_trips(asked: Asked, scratch: Databases) -> AsyncIterator[Result]:
    url = await scratch.empty()
    await _fill(asked, url, covering(asked.blueprint, asked.seed))
    with tempfile.TemporaryDirectory() as folder:
        settings = beside_routes(settings_for(asked.application, url, folder), asked.blueprint)
        async with Served(asked.application, opened(asked.blueprint), settings) as served:
            async for result in round_trips(served):
                yield result


async def _matrix(asked: Asked, scratch: Databases) -> AsyncIterator[Result]:
    started = perf_counter()
    found = covering(asked.blueprint, asked.seed)
    report = await ask(asked.application, asked.blueprint, await scratch.empty(), found)
    findings = tuple(
        Finding(
            f"{each.entity}.{each.field}" if each.field else each.entity,
            f"{'LEAK: ' if each.leak else ''}{each.verb} by {each.channel}: {each.expected} was expected, "
            f"and it was {each.got}",
            each.question,
        )
        for each in report.found
    )
    yield Result("matrix", "every rule by everybody", perf_counter() - started, report.asked, findings)


def _examples(asked: Asked, server: Running, audience: str, asker: Asker) -> Result:
    roles = roles_of(asked.blueprint)
    contract = served_contract(asked.blueprint, server.settings, audience_named(audience, roles))
    return examples(contract, server.url, audience, "" if asker.id is None else server.token(asker))


def _contract(asked: Asked, server: Running, audience: str, asker: Asker) -> Iterator[Result]:
    functions = ("action", "query", "route")
    operations = contract_of(asked.blueprint).operations
    calls = frozenset(f"{each.method} {each.path}" for each in operations if each.kind in functions)
    yield from conformance(
        server,
        audience,
        server.headers(asker),
        examples=asked.requests,
        seed=asked.seed,
        thorough=asked.thorough,
        calls=calls,
    )


def _served(asked: Asked, scratch: Databases) -> Iterator[tuple[str, Asker, Running]]:
    """The application as each audience is to ask it: with made-up rows, which each finds untouched.

    Without the application's own form of errors, so that it can be told what a request was refused for, and without
    limits to how many may come.
    """
    blueprint = replace(asked.blueprint, error_format=None)
    found = covering(blueprint, asked.seed)
    for audience, asker in _audiences(blueprint, found):
        with asyncio.Runner() as runner:
            url = runner.run(scratch.empty())
            runner.run(_fill(asked, url, found))
        with tempfile.TemporaryDirectory() as folder:
            settings = replace(trial_settings(asked.application, blueprint, url, folder), limits={})
            with running(asked.application, blueprint, settings) as server:
                yield audience, asker, server


def _audiences(blueprint: Blueprint, found: Found) -> Iterator[tuple[str, Asker]]:
    """Each audience, and somebody who is of it."""
    yield "anonymous", NOBODY
    for name, roles in (("signed_in", frozenset[str]()), *((role, frozenset({role})) for role in roles_of(blueprint))):
        somebody = next((each for each in found.askers if each.id is not None and each.roles == roles), None)
        if somebody is not None:
            yield name, somebody


async def _fill(asked: Asked, url: str, found: Found) -> None:
    """Put the made-up rows into an empty database."""
    database = open_database(url)
    await database.open()
    try:
        await store(database, asked.blueprint, found.world)
    finally:
        await database.close()


def files_of_scenarios(places: Sequence[Path]) -> tuple[Path, ...]:
    """The files at these places: files, and those in folders that end in .yaml or .yml."""
    found: list[Path] = []
    for place in places:
        found += sorted([*place.rglob("*.yaml"), *place.rglob("*.yml")]) if place.is_dir() else [place]
    return tuple(found)
