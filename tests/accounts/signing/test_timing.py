"""Known and unknown addresses can't be told apart by time.

Pairs of requests, one for each, in random order; the area under the curve (AUC) of whoever guesses by time which is
which: 0.5 is chance. BACKSMITH_PAIRS says how many pairs; with many of them at most 0.52 is good enough.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Any

import pytest

from backsmith.accounts import by_password, proofs
from tests.accounts.application import Served, serve
from tests.accounts.people import mails, sign_in
from tests.accounts.signing.conftest import MODEL
from tests.accounts.signing.post import PASSWORD, Post

PAIRS = int(os.environ.get("BACKSMITH_PAIRS", "20"))
LIMIT = 0.52 if PAIRS >= 10_000 else 0.5 + 5 * (1 / (6 * PAIRS)) ** 0.5
"""Five standard deviations of what chance gives: 1 in three million fails without reason."""


@pytest.fixture(scope="module")
def shop(
    shared_database_url: str, tmp_path_factory: pytest.TempPathFactory, run: Callable[..., Any]
) -> Iterator[Served]:
    one = run(serve(MODEL, shared_database_url, tmp_path_factory.mktemp("timed")))
    yield one
    run(one.application.close())


def area(known: list[float], unknown: list[float]) -> float:
    """How often a known one took longer than an unknown one, or the other way round where that is oftener."""
    ranked = sorted([*((each, 1) for each in known), *((each, 0) for each in unknown)])
    ranks = sum(rank for rank, (_, is_known) in enumerate(ranked, 1) if is_known)
    found = (ranks - len(known) * (len(known) + 1) / 2) / (len(known) * len(unknown))
    return max(found, 1 - found)


@pytest.mark.parametrize("what", ["sign-in", "code", "reset"])
async def test_by_time(shop: Served, what: str, monkeypatch: pytest.MonkeyPatch):
    post = Post(shop, mails(shop))
    monkeypatch.setattr(proofs, "STEP", float(os.environ.get("BACKSMITH_STEP", "0.01")))
    monkeypatch.setattr(by_password, "paced", proofs.paced)
    await sign_in(shop, post.email)
    services = post.services
    account = services.people.text((await sign_in(shop, post.email)).key)
    hash = await services.passwords.hash(PASSWORD)
    row = {"account": account, "hash": hash, "changed_at": services.clock()}
    await services.database.transact(lambda transaction: services.tables.passwords.put(transaction, **row))
    times: dict[bool, list[float]] = {True: [], False: []}

    async def timed(known: bool, number: int) -> float:
        email = post.email if known else f"un{number % 10}{post.email}"
        body = {"email": email, "password": "not the one"} if what == "sign-in" else {"email": email}
        start = perf_counter()
        answer = await post.ask("POST", what, body)
        assert answer.status == (401 if what == "sign-in" else 202)
        return perf_counter() - start

    async def freely(*_: Any, **__: Any) -> None:
        """There are limits of attempts, which would end this at once."""

    monkeypatch.setattr(type(services.throttle), "take", freely)
    for number in range(PAIRS + 3):
        for known in random.sample([True, False], 2):
            seconds = await timed(known, number)
            if number >= 3:  # the first ones warm up
                times[known].append(seconds)
    found = area(times[True], times[False])
    print(f"\n{what}: AUC {found:.4f} of {PAIRS} pairs")
    assert found <= LIMIT
