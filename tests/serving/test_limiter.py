"""A bound on the requests in work and on those that wait."""

import asyncio

import pytest

from backsmith.engine.serving.limiter import Limiter
from backsmith.errors import RequestError


async def test_those_that_wait_go_in_the_order_in_which_they_came():
    limiter, order = Limiter(1, 10, 60.0), []

    async def work(name: str) -> None:
        if not limiter.enter():
            await limiter.wait()
        order.append(name)
        await asyncio.sleep(0)
        limiter.leave()

    await asyncio.gather(*(work(name) for name in "abcd"))
    assert order == ["a", "b", "c", "d"]
    assert (limiter.running, limiter.waiting) == (0, 0)


async def test_no_more_wait_than_the_queue_holds():
    limiter = Limiter(1, 1, 60.0)
    assert limiter.enter()
    assert not limiter.enter()
    waiting = asyncio.create_task(limiter.wait())
    await asyncio.sleep(0)
    with pytest.raises(RequestError) as caught:
        await limiter.wait()
    error = caught.value
    assert (error.kind.status, error.message, error.headers) == (
        503,
        "Too many requests are waiting already.",
        (("Retry-After", "1"),),
    )
    limiter.leave()
    await waiting
    limiter.leave()
    assert limiter.running == 0


async def test_nobody_waits_for_ever():
    limiter = Limiter(1, 1, 0.01)
    limiter.enter()
    with pytest.raises(RequestError, match="waited too long"):
        await limiter.wait()
    assert limiter.waiting == 0
    limiter.leave()
    assert limiter.running == 0


async def test_one_that_goes_away_while_waiting_leaves_no_gap():
    limiter = Limiter(1, 5, 60.0)
    limiter.enter()
    gone, stays = asyncio.create_task(limiter.wait()), asyncio.create_task(limiter.wait())
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.sleep(0)
    limiter.leave()
    await stays
    assert limiter.running == 1
    limiter.leave()
    assert limiter.running == 0


async def test_one_that_goes_away_just_when_its_turn_comes_hands_it_on():
    limiter = Limiter(1, 5, 60.0)
    limiter.enter()
    gone, stays = asyncio.create_task(limiter.wait()), asyncio.create_task(limiter.wait())
    await asyncio.sleep(0)
    limiter.leave()
    gone.cancel()
    await stays
    limiter.leave()
    assert (limiter.running, limiter.waiting) == (0, 0)
