"""/health and /ready."""

import logging

import pytest

from backsmith.engine.serving.health import Readiness, health


class Database:
    """Counts how often it is asked for a sign of life, and gives one or not."""

    def __init__(self) -> None:
        self.asked = 0
        self.up = True

    async def ping(self) -> None:
        self.asked += 1
        if not self.up:
            raise ConnectionError("no route to swordfish")


def test_health_asks_nobody():
    assert (health().status, health().body) == (200, b'{"status":"alive"}')


async def test_ready_asks_the_database_once_a_second_at_most():
    database = Database()
    readiness = Readiness(database.ping)
    for _ in range(5):
        reply = await readiness.reply()
    assert (reply.status, reply.body) == (200, b'{"status":"ready"}')
    assert database.asked == 1


async def test_not_ready_without_the_database_and_the_reason_stays_in_the_log(caplog: pytest.LogCaptureFixture):
    database = Database()
    database.up = False
    reply = await Readiness(database.ping).reply()
    assert (reply.status, reply.body) == (503, b'{"status":"not ready","reason":"the database doesn\'t answer"}')
    assert dict(reply.headers)["retry-after"] == "1"
    assert [(record.levelno, record.getMessage()) for record in caplog.records] == [
        (logging.WARNING, "The database doesn't answer.")
    ]


async def test_not_ready_from_the_moment_shutdown_begins():
    database = Database()
    readiness = Readiness(database.ping)
    assert (await readiness.reply()).status == 200
    readiness.drain()
    reply = await readiness.reply()
    assert (reply.status, reply.body) == (503, b'{"status":"not ready","reason":"shutting down"}')


async def test_a_head_request_gets_no_body():
    reply = await Readiness(Database().ping).reply(head=True)
    assert (reply.status, reply.body) == (200, b"")
