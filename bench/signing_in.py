"""Sign-ins beside reads: how many a server does, what bounds them, and what they cost those who only read.

    .venv/bin/python bench/signing_in.py

Makes accounts in a temporary folder, serves with one worker on SQLite, and asks for single rows from eight connections
for some seconds at a time: alone, and while sixteen others sign in with a password as fast as they can, each with an
account and an address of its own, since limits slow down whoever tries often. Beside that, how many passwords one
thread hashes with the same parameters and nothing around it.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import uvloop
from argon2 import PasswordHasher

CONNECTIONS, SIGNING, SECONDS, PORT = 8, 16, 8.0, 8291
PASSWORD = "a few words in a row"
MODEL = """
from backsmith import Account, Entity, allow


class Note(Entity):
    owner: Account | None
    text: str

    @allow("read", "create")
    def everyone(self) -> bool:
        return True
"""


class Connection:
    """A connection to the server; `ask` sends a request and gives its status and body."""

    async def open(self) -> Connection:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", PORT)
        return self

    async def ask(self, method: str, target: str, body: object = None, address: str = "") -> tuple[int, bytes]:
        content = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {target} HTTP/1.1\r\nHost: localhost:{PORT}\r\nContent-Length: {len(content)}\r\n"
        if address:
            head += f"X-Forwarded-For: {address}\r\n"
        self.writer.write((head + "Content-Type: application/json\r\n\r\n").encode() + content)
        answer = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(answer.split("content-length: ")[1].split("\r\n")[0])
        return int(answer.split()[1]), await self.reader.readexactly(length)


async def hashes() -> float:
    """Passwords that one thread hashes in a second."""
    hasher, start, count = PasswordHasher(2, 19 * 1024, 1), time.perf_counter(), 0
    while time.perf_counter() - start < 3:
        hasher.hash(PASSWORD)
        count += 1
    return count / (time.perf_counter() - start)


async def beside(name: str, signing: int) -> None:
    stop, times, signed = asyncio.Event(), list[float](), list[int]()

    async def sign_in(number: int) -> None:
        connection = await Connection().open()
        while not stop.is_set():
            body = {"email": f"person{number}@example.org", "password": PASSWORD}
            status, _ = await connection.ask("POST", "/auth/sign-in", body, f"10.0.{number}.1")
            signed.append(status)

    async def read() -> None:
        connection = await Connection().open()
        while not stop.is_set():
            start = time.perf_counter()
            status, body = await connection.ask("GET", "/api/notes?id=eq.1&select=id,text")
            assert status == 200 and b'"id"' in body, body
            times.append(time.perf_counter() - start)
            await asyncio.sleep(0.002)

    tasks = [asyncio.create_task(read()) for _ in range(CONNECTIONS)]
    tasks += [asyncio.create_task(sign_in(number)) for number in range(signing)]
    await asyncio.sleep(SECONDS)
    stop.set()
    await asyncio.gather(*tasks)
    times.sort()
    p50, p99 = (times[int(len(times) * part)] * 1e3 for part in (0.5, 0.99))
    done = {status: signed.count(status) for status in sorted(set(signed))}
    print(
        f"| {name} | {len(times) / SECONDS:,.0f} | {p50:.2f} | {p99:.2f} | {times[-1] * 1e3:.1f} "
        f"| {signed.count(200) / SECONDS:.1f} | {done} |",
        flush=True,
    )


async def main() -> None:
    one = await hashes()
    print(f"One thread hashes {one:.1f} passwords a second, {1000 / one:.0f} ms each.\n")
    print(
        "| beside | reads/s | p50 ms | p99 ms | worst ms | sign-ins/s | replies |\n|---|---:|---:|---:|---:|---:|---|"
    )
    await beside("nothing", 0)
    await beside(f"{SIGNING} who sign in", SIGNING)
    await beside("nothing, afterwards", 0)


def environment() -> dict[str, str]:
    """That of the server: what is measured isn't the log, nor how one address is slowed down."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("BACKSMITH_")}
    return inherited | {"BACKSMITH_TRUSTED_PROXIES": "127.0.0.1", "BACKSMITH_ACCESS_LOG": "false"}


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "backsmith", *words]


def make_accounts(folder: Path) -> list[str]:
    """An account for each who signs in; the tokens with which their passwords are set."""
    tokens: list[str] = []
    for number in range(SIGNING):
        words = command("accounts", "create", f"person{number}@example.org", "--model", "notes.py")
        done = subprocess.run(words, cwd=folder, env=environment(), check=True, capture_output=True, text=True)
        tokens.append(next(line.partition("#")[2] for line in done.stdout.splitlines() if "#" in line))
    return tokens


async def prepare(tokens: list[str]) -> None:
    """Wait for the server, give all accounts their passwords, make the row that is read."""
    for _ in range(100):
        try:
            connection = await Connection().open()
            break
        except OSError:
            await asyncio.sleep(0.1)
    for number, token in enumerate(tokens):
        body = {"token": token, "password": PASSWORD}
        status, reply = await connection.ask("POST", "/auth/reset/confirm", body, f"10.0.{number}.1")
        assert status == 200, reply
    status, reply = await connection.ask("POST", "/api/notes", {"text": "hello"})
    assert status == 201, reply


async def run(tokens: list[str]) -> None:
    await prepare(tokens)
    await main()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="backsmith-signing-in-") as name:
        folder = Path(name)
        (folder / "notes.py").write_text(MODEL)
        made = make_accounts(folder)
        server = subprocess.Popen(
            command("serve", "notes.py", "--port", str(PORT)),
            cwd=folder,
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            uvloop.run(run(made))
        finally:
            server.terminate()
            server.wait()
