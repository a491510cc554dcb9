"""An application served over HTTP in a thread of this process, from a database that is thrown away.

In: an application and a database that holds its rows. Out: the address of a server, for as long as the block lasts.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep, time
from typing import NamedTuple

from msgspec.structs import replace

from backsmith.accounts.accounts import keeps_accounts
from backsmith.accounts.development import sign
from backsmith.app import Backsmith
from backsmith.blueprint import Application
from backsmith.blueprint.asker import Asker
from backsmith.blueprint.blueprint import Blueprint
from backsmith.checks.matrix.serving import logging_kept
from backsmith.errors import BacksmithError
from backsmith.settings import Settings, read_settings

START = 30.0
"""Seconds that a server may take to answer."""
_DAY = 86_400


class Running(NamedTuple):
    """A server."""

    url: str
    settings: Settings

    def token(self, asker: Asker) -> str:
        """A token of that asker, who isn't nobody."""
        return sign(self.settings, str(asker.id), tuple(sorted(asker.roles)), now=time(), lifetime=_DAY)

    def headers(self, asker: Asker) -> dict[str, str]:
        """What a request of that asker brings."""
        return {} if asker.id is None else {"Authorization": f"Bearer {self.token(asker)}"}


def trial_settings(application: Application, blueprint: Blueprint, url: str, folder: str) -> Settings:
    """The application's own settings, but nothing of it leaves `folder` and the database at `url`: its mails are files
    in `folder/mail`, and tokens are signed by a key that is made up. Raises UsageError."""
    place = Path(folder)
    flags = {
        "database": url,
        "files": str(place / "files"),
        "mail": str(place / "mail"),
        "environment": "development",
        "access_log": False,
        "log_level": "error",
        "documents": "everybody",
    }
    settings = read_settings(application.path, flags=flags)
    return replace(
        settings,
        folder=folder,
        accounts="on" if keeps_accounts(settings, blueprint) else "off",
        workers=1,
        jwt_key=secrets.token_hex(32),
        jwt_key_file="",
        jwks_file="",
        jwks_url="",
    )


@contextmanager
def running(application: Application, blueprint: Blueprint, settings: Settings) -> Generator[Running]:
    """The application on a free port of this machine.

    Raises BacksmithError where it doesn't start.
    """
    port = _free_port()
    settings = replace(settings, host="127.0.0.1", port=port)
    thread = _Serving(application, blueprint, settings)
    thread.start()
    try:
        thread.await_start()
        yield Running(f"http://127.0.0.1:{port}", settings)
    finally:
        thread.stop()


class _Serving(threading.Thread):
    """The thread of a server."""

    def __init__(self, application: Application, blueprint: Blueprint, settings: Settings) -> None:
        super().__init__(name="backsmith test", daemon=True)
        self._made = (application, blueprint, settings)
        self._port = settings.port
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end: asyncio.Event | None = None
        self._failure: BaseException | None = None

    def run(self) -> None:
        """Serve until the end."""
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # told to whoever waits for the start
            self._failure = error

    async def _serve(self) -> None:
        from granian.constants import Interfaces  # noqa: PLC0415  slow to import
        from granian.server.embed import Server  # noqa: PLC0415  as above

        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        application = Backsmith(*self._made)
        with logging_kept():
            await application.start()
        server = Server(application, port=self._port, interface=Interfaces.ASGI, log_enabled=False)
        serving = asyncio.ensure_future(server.serve())
        await asyncio.wait([serving, asyncio.ensure_future(self._end.wait())], return_when=asyncio.FIRST_COMPLETED)
        server.stop()
        await asyncio.gather(serving, return_exceptions=True)
        await application.close()

    def await_start(self) -> None:
        """Return once it answers. Raises what kept it from doing so."""
        until = monotonic() + START
        while monotonic() < until:
            if self._failure is not None:
                raise self._failure
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self._port)) == 0:
                    return
            sleep(0.01)
        raise BacksmithError(f"The application didn't answer within {START:.0f} seconds.")

    def stop(self) -> None:
        """End it, and wait for that."""
        if self._loop is not None and self._end is not None and self.is_alive():
            self._loop.call_soon_threadsafe(self._end.set)
        self.join(START)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
