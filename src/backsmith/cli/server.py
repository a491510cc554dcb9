"""Granian, set up for us: workers, reloading, and an end that loses no request.

At SIGTERM or Ctrl-C: /ready says no; after `shutdown_delay`, for load balancers to notice, no connection is taken any
more; requests in work have `shutdown_grace` to end; then the workers close their databases and write their logs.

A worker that dies is replaced. One that can't even start, because of a mistake in the model or a setting, is not: the
server ends with the exit code of that mistake (`Start`). In development it waits for a change of the model instead,
where that can help.
"""

from __future__ import annotations

import errno
import os
import signal
import socket
import time
from pathlib import Path
from typing import Any, cast

from granian.constants import Interfaces, Loops
from granian.log import LogLevels
from granian.server.mp import MPServer
from watchfiles import PythonFilter

from backsmith.cli.talk import say
from backsmith.engine.serving.logs import Format, JsonFormatter
from backsmith.errors import UsageError
from backsmith.settings import Settings

DRAIN = signal.SIGUSR1
"""Tells a worker to say at /ready that it is going."""

START = "BACKSMITH_START"
"""Names the folder in which the workers note whether they could start."""

RELOADING = "BACKSMITH_RELOADING"
"""Is set where workers are replaced when the model changes."""


class Start:
    """Whether a server could start, as its processes tell one another by files in a folder."""

    def __init__(self, folder: Path) -> None:
        self._started = folder / "started"
        self._failed = folder / "failed"

    def succeeded(self) -> None:
        """A worker serves."""
        self._started.touch()

    def failed(self, code: int) -> bool:
        """A worker can't start. Whether it is the one to say so: the first, or one that comes after others could."""
        if self.was_possible:
            return True
        try:
            with self._failed.open("x", encoding="ascii") as file:
                file.write(str(code))
        except FileExistsError:
            return False
        return True

    @property
    def was_possible(self) -> bool:
        """Whether a worker could start at some time."""
        return self._started.exists()

    @property
    def failure(self) -> int | None:
        """The exit code of what kept the server from starting."""
        return int(self._failed.read_text(encoding="ascii") or 1) if self._failed.exists() else None


class PoliteServer(MPServer):
    """Granian's server that says it is going before it goes, and doesn't repeat a start that can't succeed."""

    def __init__(self, start: Start, shutdown_delay: float, **options: Any) -> None:
        self._start = start
        self._shutdown_delay = shutdown_delay
        self._respawn = self._ignores_failures = False
        super().__init__("backsmith.cli.worker:application", factory=True, **options)

    @property
    def respawn_failed_workers(self) -> bool:
        """Whether a worker that ended is replaced."""
        return self._respawn and self._start.failure is None

    @respawn_failed_workers.setter
    def respawn_failed_workers(self, respawn: bool) -> None:
        self._respawn = respawn

    @property
    def reload_ignore_worker_failure(self) -> bool:
        """Whether a worker that ended in development stays away until the model changes, as one with a mistake does.

        Granian asks this when a worker has ended by itself, and only then, so that it is the place to replace one that
        was killed: no change of the model would come to bring it back.
        """
        if self._ignores_failures and any((cast("Any", each).inner.exitcode or 0) < 0 for each in self.wrks):
            self.reload_signal = True
            self.main_loop_interrupt.set()
            say("The process that serves was killed. Another one takes its place.")
        return self._ignores_failures

    @reload_ignore_worker_failure.setter
    def reload_ignore_worker_failure(self, ignore: bool) -> None:
        self._ignores_failures = ignore

    def shutdown(self, exit_code: int = 0) -> None:
        """Say so, wait for load balancers to notice, and shut down."""
        if self._shutdown_delay and self.interrupt_signal:
            for worker in self.wrks:
                if worker.is_alive():
                    os.kill(cast("Any", worker).inner.pid, DRAIN)
            time.sleep(self._shutdown_delay)
        super().shutdown(exit_code)


def check_free(host: str, port: int) -> None:
    """Raise UsageError where nothing can listen at that address: something else does, or the host isn't ours.

    Granian would let a second server share the port with the first, each taking some of the requests.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
            trial.listen()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            message = (
                f"Something listens on port {port} of {host} already. End it, or choose another port: --port {port + 1}"
            )
        elif error.errno == errno.EACCES:
            message = f"Port {port} needs rights that this user doesn't have. Choose one of 1024 or more: --port 8000"
        else:
            message = f"{host} isn't an address of this machine. Choose another: --host 127.0.0.1"
        raise UsageError(message) from error


def serve_forever(settings: Settings, watched: Path, folder: Path, log_format: Format) -> int:
    """Serve until a signal ends it; the model and its settings come to the workers by the environment.

    In: the folder whose changes reload the workers in development, an empty folder for the processes of this server,
    and how log lines are written. Out: the exit code.
    """
    os.environ[START] = str(folder)
    start = Start(folder)
    options: dict[str, Any] = {"respawn_failed_workers": True}
    if settings.development:
        os.environ[RELOADING] = "1"
        options = {
            "reload": True,
            "reload_paths": [watched],
            "reload_filter": PythonFilter,
            "reload_ignore_worker_failure": True,  # a mistake in the model is mended by the next change
        }
    server = PoliteServer(
        start,
        settings.shutdown_delay,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.RSGI,
        loop=Loops.uvloop,
        workers=settings.workers,
        backlog=max(1024, settings.concurrency + settings.queue),
        # Of requests beyond this Granian takes no more; it has to leave room for those that hear 503, and for /health.
        backpressure=2 * (settings.concurrency + settings.queue) + 64,
        websockets=False,
        workers_kill_timeout=max(1, round(settings.shutdown_grace)),
        log_level=LogLevels.critical if settings.development else LogLevels.error,
        log_dictconfig=_granian_log(log_format),
        **options,
    )
    code = 0
    try:
        server.serve()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    return start.failure or code


def _granian_log(format: Format) -> dict[str, Any]:
    """Granian's own log, to standard error and in the form of ours."""
    formatter = {"()": JsonFormatter} if format == "json" else {"format": "%(asctime)s %(levelname)s %(message)s"}
    return {
        "formatters": {"ours": formatter},
        "handlers": {"ours": {"class": "logging.StreamHandler", "formatter": "ours", "stream": "ext://sys.stderr"}},
        "loggers": {"_granian": {"handlers": ["ours"], "propagate": False}},
    }
