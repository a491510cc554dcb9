"""The example shop, filled and served: `with served_shop(folder, database) as shop`."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from time import time
from typing import NamedTuple

from backsmith.accounts.development import sign
from backsmith.app import compile_application
from backsmith.blueprint import load
from backsmith.databases import open_database
from backsmith.settings import read_settings
from examples.shop.demo import MODEL, fill
from tests.http.live import Live, live


class Shop(NamedTuple):
    """A server of the shop. Its folder holds the mails."""

    server: Live
    address: str
    folder: Path
    staff: str
    """A token of somebody who works there."""


@contextmanager
def served_shop(folder: Path, database: str, *flags: str) -> Generator[Shop]:
    """The shop with the demo's rows, as long as it is served."""
    shutil.copy(MODEL, folder / "shop.py")
    settings = read_settings(folder / "shop.py", environment={})
    blueprint = compile_application(load(str(folder / "shop.py")))

    async def prepare() -> None:
        opened = open_database(database)
        await opened.open()
        await fill(opened, blueprint)
        if database.startswith("postgres"):  # rows with keys of their own leave the numbering behind
            for entity in blueprint.entities:
                table = entity.table.replace('"', '""')
                await opened.execute(
                    f"""SELECT setval(pg_get_serial_sequence('"{table}"', 'id'), max(id)) FROM "{table}" """, []
                )
        await opened.close()

    with ThreadPoolExecutor(1) as thread:  # playwright's loop may be running in this one
        thread.submit(asyncio.run, prepare()).result()
    token = sign(settings, 1, ("staff",), now=time())
    with live(folder, folder / "shop.py", "--database", database, *flags) as server:
        server.wait_until_ready()
        yield Shop(server, f"http://localhost:{server.port}", folder, token)
