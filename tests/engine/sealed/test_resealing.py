"""Sealing all rows again with a new key: all of them, while others write, and on after an interruption."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from backsmith.engine.sealed import resealing
from backsmith.engine.sealed.resealing import Resealed, reseal
from backsmith.secrets import Secrets
from backsmith.secrets.envelopes import key_of
from backsmith.secrets.secrets import HOLD
from tests.accounts.application import serve
from tests.engine.sealed.conftest import Clinic

MODEL = """
    from typing import Annotated
    from backsmith import Entity, Secret, allow

    class Row(Entity, key=("part", "number")):
        part: str
        number: int
        word: Annotated[str, Secret] | None
        other: Annotated[int, Secret] | None

        @allow("read", "create", "update", "delete")
        def everyone(self) -> bool:
            return True
"""
COUNT = 60


class Rows(Clinic):
    """Rows of parts and numbers, and the keys of what is in them."""

    @property
    def secrets(self) -> Secrets:
        return self.served.application.secrets

    async def rotate(self) -> str:
        """A new key, in use at once."""
        (made,) = await self.secrets.rotate(("fields",))
        self.secrets._clock = lambda: datetime.now(UTC) + HOLD
        return made

    async def keys(self) -> set[str]:
        """The ids of the keys that values are sealed with."""
        found = await self.rows("SELECT word, other FROM rows")
        return {key_of(bytes(value)) for row in found for value in row if value is not None}

    async def reseal(self) -> Resealed:
        return await reseal(self.database, self.secrets, self.served.application.blueprint, lambda entity, count: None)


@pytest.fixture
def rows(
    database_url: str, tmp_path: Path, run: Callable[[Awaitable[Any]], Any], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Rows]:
    monkeypatch.setattr(resealing, "BATCH", 7)
    served = run(serve(MODEL, database_url, tmp_path))
    rows = Rows(served, database_url)
    body = [
        {"part": "ab"[n % 2], "number": n, "word": f"word {n}", "other": None if n % 3 else n} for n in range(COUNT)
    ]
    run(rows.given("POST", "/rows", body))
    yield rows
    run(served.application.close())


async def test_all_rows_get_the_newest_key_and_keep_their_values(rows: Rows) -> None:
    before = await rows.given("GET", "/rows")
    made = await rows.rotate()
    assert await rows.reseal() == Resealed(COUNT + COUNT // 3, ())
    assert await rows.keys() == {made}
    assert await rows.given("GET", "/rows") == before
    assert await rows.reseal() == Resealed(0, ())


async def test_an_interrupted_run_goes_on_where_it_was(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    made = await rows.rotate()

    def told(entity: str, count: int) -> None:
        if count >= 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await reseal(rows.database, rows.secrets, rows.served.application.blueprint, told)
    assert len(await rows.keys()) == 2
    again = await rows.reseal()
    assert 0 < again.values <= COUNT + COUNT // 3 - 20
    assert await rows.keys() == {made}


async def test_what_others_write_meanwhile_stays(rows: Rows) -> None:
    made = await rows.rotate()
    written: dict[int, str] = {}

    async def write() -> None:
        for turn in range(40):
            number = (turn * 17) % COUNT
            written[number] = f"changed {turn}"
            await rows.given("PATCH", f"/rows?number=eq.{number}", {"word": written[number]})

    async def seal() -> None:
        for _ in range(3):
            await rows.reseal()

    await asyncio.gather(write(), seal())
    await rows.reseal()
    assert await rows.keys() == {made}
    expected = {n: written.get(n, f"word {n}") for n in range(COUNT)}
    assert {row["number"]: row["word"] for row in await rows.given("GET", "/rows")} == expected


async def test_what_cant_be_opened_is_named_and_the_rest_is_done(rows: Rows) -> None:
    made = await rows.rotate()
    await rows.database.execute(
        "UPDATE rows SET word = (SELECT other FROM rows AS o WHERE o.number = 0) WHERE number = 5"
    )
    done = await rows.reseal()
    assert done == Resealed(COUNT + COUNT // 3 - 1, ("rows b, 5: word",))
    assert len(await rows.keys()) == 2
    assert made in await rows.keys()


async def test_another_process_reads_a_key_that_it_doesnt_know_yet(rows: Rows, tmp_path: Path) -> None:
    application = rows.served.application
    other = Secrets(application.settings, clock=lambda: datetime.now(UTC) + HOLD)
    await other.start(rows.database)
    await other.rotate(("fields",))
    await reseal(rows.database, other, application.blueprint, lambda entity, count: None)
    assert (await rows.given("GET", "/rows?number=eq.4"))[0]["word"] == "word 4"
