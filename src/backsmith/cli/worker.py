"""What a worker of `backsmith serve` is: the factory of its application, as Granian's RSGI takes it.

The model and the folder that workers share come by the environment, as do the flags of the command. A mistake is said
as a command says it, without a traceback, and once however many workers there are.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import NoReturn

from backsmith.app import Backsmith, asgi
from backsmith.cli.exit_codes import exit_code
from backsmith.cli.server import DRAIN, RELOADING, START, Start
from backsmith.cli.talk import say
from backsmith.errors import BacksmithError, ModelError


class Worker:
    """An application that says politely why it can't start."""

    def __init__(self, application: Backsmith) -> None:
        self._application = application
        self.__rsgi__ = application.__rsgi__
        self.__rsgi_del__ = application.__rsgi_del__

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Open the database and all else; end the process where that can't be done."""
        try:
            self._application.__rsgi_init__(loop)
        except BacksmithError as error:
            _end(error)
        settle_memory()
        Start(Path(os.environ[START])).succeeded()


def settle_memory() -> None:
    """Give back what start-up took and needs no more, and keep what is left out of later collections.

    A full collection would hold up requests to look through what lives as long as the worker anyway. Python's memory
    goes back to the system by glibc's malloc_trim; where there is none it stays.
    """
    gc.collect()
    gc.freeze()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


def application() -> Worker:
    """The application of the model in BACKSMITH_MODEL. Ends the process, after saying why, where there is a mistake."""
    try:
        made = asgi(os.environ["BACKSMITH_MODEL"], shared=os.environ.get("BACKSMITH_SHARED"))
    except BacksmithError as error:
        _end(error)

    def drain(signal_number: int, frame: FrameType | None) -> None:
        made.readiness.drain()

    signal.signal(DRAIN, drain)
    return Worker(made)


def _end(error: BacksmithError) -> NoReturn:
    code, start = exit_code(error), Start(Path(os.environ[START]))
    if RELOADING in os.environ and (isinstance(error, ModelError) or start.was_possible):
        say(f"{error}\n\nWaiting for a change.")
    elif start.failed(code):
        say(str(error))
        if RELOADING in os.environ:  # the server would wait for a change, which can't help
            os.kill(os.getppid(), signal.SIGTERM)
    sys.exit(code)
