"""Dies at every step of what happens to files, one after the other, and looks each time what is left.

`python -m tests.files.crashing URL STORE` forks a child for each step: it makes, replaces and deletes photos and
sweeps, until it comes to that step for the first time, where it kills itself (SIGKILL). All children share one database
and one folder, as a server does that is started again and again. Prints how many steps there were, and what was wrong.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from backsmith.app import asgi
from backsmith.blueprint.asker import Asker
from backsmith.databases.database import Database
from backsmith.engine.files import folder
from backsmith.engine.files.folder import FolderStorage
from backsmith.engine.files.records import Records
from tests.engine.client import Client
from tests.engine.rows import fill
from tests.files import album, forms

ADA = Asker(1)
ROWS: dict[str, list[dict[str, Any]]] = {
    "Account": [{"id": 1, "email": None, "name": None}],
    "Album": [{"id": 1, "title": "Summer", "public": True, "owner_id": 1}],
}


class Steps:
    """Counts the steps and dies at the one that it is told."""

    def __init__(self, last: int) -> None:
        self._left = last

    def step(self) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def before(self, holder: Any, name: str) -> None:
        """A step before each call of a method; after the one is before the next."""
        method: Callable[..., Any] = getattr(holder, name)

        if asyncio.iscoroutinefunction(method):

            async def awaited(*args: Any, **options: Any) -> Any:
                self.step()
                return await method(*args, **options)

            setattr(holder, name, awaited)
        else:

            def called(*args: Any, **options: Any) -> Any:
                self.step()
                return method(*args, **options)

            setattr(holder, name, called)


async def begin(url: str, store: str) -> Client:
    application = asgi(album, database=url, files=store, access_log=False, log_level="error")
    await application.start()
    assert application.files is not None
    await application.files.sweeper.close()  # it sweeps when it is told to
    return Client(application, None)


async def check(client: Client, known: Path) -> list[str]:
    """What is wrong: a photo that was acknowledged and is not there, a file of a row without its bytes."""
    wrong: list[str] = []
    rows = {row["id"]: row for row in (await client.ask("/api/photos", ADA)).json}
    for row in rows.values():
        answer = await client.ask(f"/api/photos/{row['id']}/image", ADA)
        if answer.status != 200 or sha256(answer.body).hexdigest() != row["image"]["sha256"]:
            wrong.append(f"photo {row['id']} has lost its file")
    lines = [line.split() for line in known.read_text().splitlines()] if known.exists() else []
    latest = {int(id): sha for id, sha in lines}
    for id, sha in latest.items():
        if sha == "deleted" and id in rows:
            wrong.append(f"photo {id} is back")
        if sha not in ("deleted", "unsure") and (id not in rows or rows[id]["image"]["sha256"] != sha):
            wrong.append(f"photo {id} isn't what was acknowledged")
    return wrong


async def live(client: Client, known: Path) -> None:
    """A photo made, replaced, and deleted; another one kept."""

    def remember(id: int, what: str) -> None:
        with known.open("a") as file:
            file.write(f"{id} {what}\n")

    async def make() -> int:
        content = b"GIF89a" + os.urandom(2000)
        body = forms.form(album_id="1", image=("a.gif", content))
        answer = await client.ask(
            "/api/photos", ADA, "POST", body, content_type=forms.TYPE, prefer="return=representation"
        )
        id = answer.json[0]["id"]
        remember(id, sha256(content).hexdigest())
        return id

    first, second = await make(), await make()
    content = b"GIF89a" + os.urandom(2000)
    remember(first, "unsure")
    await client.ask(f"/api/photos/{first}/image", ADA, "PUT", content, content_length=str(len(content)))
    remember(first, sha256(content).hexdigest())
    remember(second, "unsure")
    await client.ask(f"/api/photos/{second}", ADA, "DELETE")
    remember(second, "deleted")
    files = client.application.files
    assert files is not None
    await files.sweeper.sweep()


async def one_life(url: str, store: str, known: Path, last: int) -> list[str]:
    client = await begin(url, store)
    try:
        if wrong := await check(client, known):
            return wrong
        assert client.application.files is not None
        await client.application.files.sweeper.sweep()  # as it does at every start
        steps = Steps(last)
        steps.before(Records, "run")
        steps.before(Records, "begin")
        steps.before(folder._Part, "write")
        steps.before(folder._Part, "finish")
        steps.before(FolderStorage, "delete")
        steps.before(type(client.application.database), "transact")
        await live(client, known)
        steps.step()
    finally:
        await client.application.close()
    return []


async def end(url: str, store: str, known: Path) -> list[str]:
    """An hour later: what is in the store is what rows have."""
    client = await begin(url, store)
    try:
        wrong = await check(client, known)
        files = client.application.files
        assert files is not None
        await files.sweeper.sweep(datetime.now(UTC) + timedelta(hours=2))
        wrong += await check(client, known)
        rows = (await client.ask("/api/photos", ADA)).json
        had = sorted(row["image"]["url"].removeprefix("file/") for row in rows)
        there = sorted(path.name for path in Path(store).rglob("*") if path.is_file())
        database: Database = client.application.database
        records = sorted((row[0], row[1]) for row in await database.fetch("SELECT id, state FROM backsmith_files", ()))
        if had != there:
            wrong.append(f"rows have {len(had)} files and the store {len(there)}")
        if records != [(id, "kept") for id in had]:
            wrong.append("records are left")
    finally:
        await client.application.close()
    return wrong


async def prepare(url: str, store: str) -> list[str]:
    client = await begin(url, store)
    await fill(client.application.database, client.application.blueprint, ROWS)
    await client.application.close()
    return []


def in_a_child(work: Callable[[], Any]) -> int:
    """How a child that does the work ends: its exit code, or the negative number of the signal that killed it."""
    child = os.fork()
    if child == 0:
        code = 70
        try:
            wrong = asyncio.run(work())
            if wrong:
                print("\n".join(wrong), file=sys.stderr)
            code = 1 if wrong else 0
        finally:
            sys.stderr.flush()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main(url: str, store: str) -> int:
    known = Path(store).with_name("known")
    if in_a_child(lambda: prepare(url, store)):
        return 2
    last = 0
    while True:
        last += 1
        code = in_a_child(lambda last=last: one_life(url, store, known, last))
        if code == 0:
            break
        if code != -signal.SIGKILL:
            print(f"step {last} ended with {code}")
            return 1
    if in_a_child(lambda: end(url, store, known)):
        return 1
    print(last - 1)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
