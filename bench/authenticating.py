"""What it costs to find out who asks: a single read by key, with and without a credential, in pairs.

    .venv/bin/python bench/authenticating.py [--pairs 20000] [--postgres postgresql://…]

The row is one that everybody may read by the same rule, so that requests of a pair differ in nothing but the
credential: none, an access token, the cookie of a session, an API key. Each pair is sent one right after the other,
which of them goes first by turns, so that whatever else the machine does falls on both. Measured twice:

- within the process, from the request's arrival at Backsmith to its reply: the time of the server alone;
- over HTTP, from one worker of `backsmith serve` over a connection that stays open: what a client sees.

Prints percentiles of both, and of the differences within pairs as percent of a read without a credential.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

import uvloop

from backsmith.accounts import api_keys
from backsmith.accounts.sessions import Client
from backsmith.app import Backsmith, asgi
from backsmith.databases.transaction import Transaction
from backsmith.http.request import Request

ROWS, PORT, WARM = 10_000, 8291, 2_000
ADDRESS, MAIL = "https://bench.example", "smtps://nobody:nothing@127.0.0.1:9"
MODEL = '''
from backsmith import Account, Entity, allow


class Post(Entity):
    """What everybody may read."""

    title: str
    body: str
    author: Account | None

    @allow("read")
    def everyone(self) -> bool:
        return True

    @allow("create")
    def signed_in(self, user: Account) -> bool:
        return True
'''
Headers = dict[str, str]
Ask = Callable[[int, Headers], Awaitable[None]]


class Measured(NamedTuple):
    """Seconds of each request of each pair."""

    bare: list[float]
    shown: list[float]


async def prepare(application: Backsmith) -> dict[str, Headers]:
    """Rows, an account, and the headers that show it."""
    await application.start()
    assert application.accounts is not None
    services = application.accounts.services

    async def work(transaction: Transaction) -> dict[str, Headers]:
        person = await services.people.create(transaction, {"name": "Ann"}, "bench")
        client, text = Client("127.0.0.1", "bench"), services.people.text(person.key)
        token = await services.sessions.begin(transaction, person.key, ("password",), client, "token")
        cookie = await services.sessions.begin(transaction, person.key, ("password",), client, "cookie")
        _, key = await api_keys.make(services, transaction, text, "bench", ("read:*", "create:posts"), None)
        return {
            "access token": {"authorization": f"Bearer {token.access_token}"},
            "cookie": {"cookie": f"theme=dark; __Host-session={cookie.cookie}"},
            "API key": {"x-api-key": key},
        }

    headers = await services.database.transact(work)
    quote = application.database.dialect.quote
    sql = f"INSERT INTO {quote('posts')} (id, title, body) VALUES ({', '.join(('$1', '$2', '$3'))})"
    if application.database.dialect.name == "sqlite":
        sql = sql.replace("$", "?")
    rows = ((number, f"Post {number}", f"words {number % 97} " * 12) for number in range(1, ROWS + 1))
    await application.database.execute_many(sql, rows)
    return headers


async def in_pairs(ask: Ask, headers: Headers, pairs: int) -> Measured:
    """Ask for rows, with the headers and without."""
    rows, measured = random.Random(1), Measured([], [])
    for number in range(WARM):
        await ask(number % ROWS + 1, headers if number % 2 else {})
    gc.collect()
    gc.disable()
    try:
        for number in range(pairs):
            row = rows.randrange(ROWS) + 1
            for shows in (False, True) if number % 2 else (True, False):
                start = time.perf_counter()
                await ask(row, headers if shows else {})
                (measured.shown if shows else measured.bare).append(time.perf_counter() - start)
    finally:
        gc.enable()
    return measured


def within(application: Backsmith) -> Ask:
    """Asks without a network."""
    http = application._http  # pyright: ignore[reportPrivateUsage]  what the carriers call

    async def ask(row: int, headers: Headers) -> None:
        request = Request("GET", ("posts", str(row)), f"/api/posts/{row}", "", headers, client="127.0.0.1:1")
        reply = await http.reply(request)
        assert reply.status == 200, reply.body

    return ask


async def over_http() -> tuple[Ask, asyncio.StreamWriter]:
    """Asks over one connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", PORT)

    async def ask(row: int, headers: Headers) -> None:
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        writer.write(f"GET /api/posts/{row} HTTP/1.1\r\nHost: bench.example\r\n{lines}\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        body = await reader.readexactly(int(head.split("content-length: ")[1].split("\r\n")[0]))
        assert head.split()[1] == "200", body

    return ask, writer


def report(where: str, name: str, measured: Measured) -> None:
    """Print percentiles."""
    bare, shown = sorted(measured.bare), sorted(measured.shown)
    differences = sorted(one - other for one, other in zip(measured.shown, measured.bare, strict=True))
    middle = bare[len(bare) // 2]

    def at(values: list[float], share: float) -> float:
        return values[min(len(values) - 1, int(len(values) * share))]

    def row(values: list[float]) -> str:
        return " ".join(f"p{share * 100:g}={at(values, share) * 1e6:.1f}" for share in (0.5, 0.9, 0.99))

    cost = at(differences, 0.5)
    print(
        f"{where}, {name}: {cost / middle * 100:+.1f} % of a read ({cost * 1e6:+.2f} µs in the middle of "
        f"{len(differences)} pairs, quarter to quarter {at(differences, 0.25) * 1e6:+.2f} to "
        f"{at(differences, 0.75) * 1e6:+.2f})\n  µs without: {row(bare)}; with: {row(shown)}"
    )


async def measure(model: Path, url: str, pairs: int) -> None:
    settings: dict[str, Any] = {"database": url, "environment": "production", "address": ADDRESS, "mail": MAIL}
    application = asgi(model, access_log=False, **settings)
    credentials = await prepare(application)
    for name, headers in credentials.items():
        report("within", name, await in_pairs(within(application), headers, pairs))
    await application.close()
    options = ["--database", url, "--port", str(PORT), "--production", "--address", ADDRESS, "--mail", MAIL]
    backsmith = str(Path(sys.executable).with_name("backsmith"))
    server = subprocess.Popen([backsmith, "serve", str(model), *options], stderr=subprocess.DEVNULL)
    try:
        await asyncio.sleep(3)
        ask, writer = await over_http()
        for name, headers in credentials.items():
            report("over HTTP", name, await in_pairs(ask, headers, pairs))
        writer.close()
    finally:
        server.terminate()
        server.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=20_000)
    parser.add_argument("--postgres", help="address of an empty database, in place of SQLite")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "posts.py"
        model.write_text(MODEL, encoding="utf-8")
        url = arguments.postgres or f"sqlite:///{folder}/posts.db"
        uvloop.run(measure(model, url, arguments.pairs))


if __name__ == "__main__":
    main()
