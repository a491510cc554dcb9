"""Two worlds that differ in nothing but what another team has answer a member's requests alike, to the letter.

Reads and writes of every kind, for rows of both teams. `BACKSMITH_REQUESTS=100000` asks that many, `BACKSMITH_SEED`
others. In the end the other team's rows are in both worlds what they were.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from backsmith.blueprint.asker import NOBODY, Asker
from examples.tracker import tracker
from tests.accounts.teams.requests import Requests
from tests.accounts.teams.rows import ADA, BO, LINKS, OTHER_LINKS, OTHER_ROWS, ROWS, THEIRS, Rows, joins
from tests.adversary.conftest import open_client
from tests.adversary.test_noninterference import comparable
from tests.engine.client import Client
from tests.writes.rows import begin_anew, everything

REQUESTS = int(os.environ.get("BACKSMITH_REQUESTS", "750"))
WORLDS = ((ROWS, LINKS), (OTHER_ROWS, OTHER_LINKS))
ANEW = 60
"""Requests after which the worlds begin anew, since there is less and less left of them."""


@pytest.fixture(scope="module")
def worlds(database_kind: str, new_url: Callable[[str], str], run: Any) -> Iterator[list[Client]]:
    both = [open_client(tracker, {}, new_url(database_kind), run) for _ in WORLDS]
    yield both
    for client in both:
        run(client.application.close())


async def begin(client: Client, rows: Rows, links: Any) -> None:
    application = client.application
    await begin_anew(application.database, application.blueprint, rows)
    for statement in joins(links):
        await application.database.execute(statement)


def theirs(rows: dict[str, list[str]]) -> list[str]:
    """The other team's rows, as far as they say so."""
    return [row for some in rows.values() for row in some if f'"team_id": {THEIRS},' in row]


@pytest.mark.parametrize(
    "asker", [NOBODY, Asker(ADA), Asker(BO, frozenset({"staff"}))], ids=["nobody", "owner", "member"]
)
def test_another_teams_rows_make_no_difference(worlds: list[Client], asker: Asker, run: Any) -> None:
    requests = Requests(int(os.environ.get("BACKSMITH_SEED", "1")), worlds[0].application.blueprint)
    done, kept = dict[tuple[str, bool], int](), list[list[str]]()
    for number in range(REQUESTS // 3):
        if number % ANEW == 0:
            for client, (rows, links) in zip(worlds, WORLDS, strict=True):
                run(begin(client, rows, links))
            kept = [theirs(run(everything(c.application.database, c.application.blueprint))) for c in worlds]
        drawn = requests.one()
        one, other = (
            run(client.ask(drawn.target, asker, drawn.method, drawn.body, **drawn.headers)) for client in worlds
        )
        assert comparable(one) == comparable(other), drawn
        assert one.status < 500, drawn
        key = drawn.method, one.status < 300
        done[key] = done.get(key, 0) + 1
    assert [theirs(run(everything(c.application.database, c.application.blueprint))) for c in worlds] == kept
    if asker is not NOBODY:  # some should mean something
        assert done["GET", True] > 5
        assert sum(done.get((method, True), 0) for method in ("POST", "PATCH", "DELETE")) > 2, done
