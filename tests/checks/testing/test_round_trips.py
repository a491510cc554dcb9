"""Round trips: every field at the edges of its type, and that a broken engine is found, on both databases."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from backsmith.checks.matrix.asking import settings_for
from backsmith.checks.matrix.coverage import covering
from backsmith.checks.matrix.serving import Answer, Question, Served
from backsmith.checks.matrix.storing import store
from backsmith.checks.testing.opening import opened
from backsmith.checks.testing.results import Result
from backsmith.checks.testing.round_trips import round_trips
from backsmith.databases import open_database
from tests.checks.testing.conftest import Model


async def tried(model: Model, url: str, folder: Path, kind: type[Served] = Served) -> dict[str, Result]:
    database = open_database(url)
    await database.open()
    await store(database, model.blueprint, covering(model.blueprint, 1).world)
    await database.close()
    settings = settings_for(model.application, url, str(folder))
    async with kind(model.application, opened(model.blueprint), settings) as served:
        return {result.name: result async for result in round_trips(served)}


async def test_what_is_written_is_read(
    model: Model, database_kind: str, new_url: Callable[[str], str], tmp_path: Path
) -> None:
    results = await tried(model, new_url(database_kind), tmp_path)
    assert {name: result.findings for name, result in results.items()} == {"Note": (), "Account": ()}
    assert results["Note"].tried > 30


class Rounding(Served):
    """An engine that takes decimals for floats, as many do."""

    async def ask(self, question: Question) -> Answer:
        answer = await super().ask(question)
        if answer.headers["content-type"].startswith("application/json"):
            return Answer(answer.status, answer.headers, json.dumps(json.loads(answer.body)).encode())
        return answer


async def test_a_lost_digit_is_found(
    model: Model, database_kind: str, new_url: Callable[[str], str], tmp_path: Path
) -> None:
    results = await tried(model, new_url(database_kind), tmp_path, Rounding)
    assert results["Account"].findings == ()
    assert {finding.where for finding in results["Note"].findings} == {"Note.price"}
