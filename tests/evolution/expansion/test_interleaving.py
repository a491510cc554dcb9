"""Random writes of clients of both versions, by servers of both, some at the same time: both shapes stay equal.

BACKSMITH_EXPANSION_ROUNDS sets how many rounds there are.
"""

from __future__ import annotations

import asyncio
import os
import random
from pathlib import Path

from backsmith.app import Backsmith
from tests.evolution.expansion.conftest import EVERYONE, people_of
from tests.evolution.expansion.story import ask
from tests.evolution.expansion.test_serving import expanded

ROUNDS = int(os.environ.get("BACKSMITH_EXPANSION_ROUNDS", "40"))
WORDS = ("Ada", "b", "C-D", "É", "x'y", '"', "%")
OLD = f"class Person(Entity):\n    name: str\n    town: str\n{EVERYONE}"
NEW = f'class Person(Entity):\n    first: str\n    last: str\n    city: Annotated[str, RenamedFrom("town")]\n{EVERYONE}'


def full_name(chance: random.Random) -> str:
    return " ".join(chance.choices(WORDS, k=chance.randint(1, 3)))


async def write(chance: random.Random, before: Backsmith, after: Backsmith, rows: int) -> None:
    """One write, in the shape of either version."""
    old = {"name": full_name(chance), "town": chance.choice(WORDS)}
    new = {"first": chance.choice(WORDS), "last": full_name(chance), "city": chance.choice(WORDS)}
    shape, server = chance.choice([(old, before), (old, after), (new, after)])
    match chance.randint(0, 5):
        case 0 | 1:
            answer = await ask(server, "POST", "/api/people", shape)
        case 2:
            answer = await ask(
                server, "POST", "/api/people", [shape, {**shape, **dict.fromkeys(list(shape)[-1:], "z")}]
            )
        case 3:
            some = dict(chance.sample(sorted(shape.items()), k=chance.randint(1, len(shape))))
            answer = await ask(server, "PATCH", f"/api/people?id=lte.{chance.randint(1, rows + 1)}", some)
        case 4:
            some = dict(chance.sample(sorted(shape.items()), k=1))
            answer = await ask(server, "PATCH", f"/api/people/{chance.randint(1, rows + 1)}", some)
        case _:
            answer = await ask(server, "PUT", f"/api/people?id=eq.{chance.randint(1, rows + 1)}", shape)
    assert answer.status in (200, 201, 204, 404, 405, 422), answer.text


async def test_both_shapes_stay_equal(database_url: str, tmp_path: Path) -> None:
    chance = random.Random(4)
    async with expanded(database_url, people_of(tmp_path, OLD, NEW)) as (_, before, after):
        for _ in range(ROUNDS):
            rows = (await ask(after, "GET", "/api/people?select=count()")).json[0]["count"]
            await asyncio.gather(*(write(chance, before, after, rows) for _ in range(chance.randint(1, 5))))
            found = (await ask(after, "GET", "/api/people?order=id")).json
            for row in found:
                first, _, last = row["name"].partition(" ")
                assert (row["first"], row["last"], row["city"]) == (first, last, row["town"]), row
            seen = (await ask(before, "GET", "/api/people?order=id")).json
            assert seen == [{name: row[name] for name in ("id", "name", "town")} for row in found]
        assert len(found) > ROUNDS / 4
