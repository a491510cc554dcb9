"""Granian, set up for us: workers, reloading, and an end that loses no request.

At SIGTERM or Ctrl-C: /ready says no; after `shutdown_delay`, for load balancers to notice, no connection is taken any
more; requests in work have `shutdown_grace` to end; then the workers close their databases and write their logs.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any, cast

from granian.constants import Interfaces, Loops
from granian.log import LogLevels
from granian.server.mp import MPServer
from watchfiles import PythonFilter

from backsmith.settings import Settings

DRAIN = signal.SIGUSR1
"""Tells a worker to say at /ready that it is going."""


class DrainingServer(MPServer):
    """Granian's server that says it is going before it goes."""

    shutdown_delay = 0.0

    def shutdown(self, exit_code: int = 0) -> None:
        """Say so, wait for load balancers to notice, and shut down."""
        if self.shutdown_delay:
            for worker in self.wrks:
                if worker.is_alive():
                    os.kill(cast("Any", worker).inner.pid, DRAIN)
            time.sleep(self.shutdown_delay)
        super().shutdown(exit_code)


def serve_forever(settings: Settings, watched: Path) -> int:
    """Serve until a signal ends it; the model and its settings come to the workers by the environment.

    Returns the exit code. `watched` is the folder whose changes reload the workers in development.
    """
    options: dict[str, Any] = {}
    if settings.development:
        options = {
            "reload": True,
            "reload_paths": [watched],
            "reload_filter": PythonFilter,
            "reload_ignore_worker_failure": True,  # a mistake in the model is mended by the next change
        }
    server = DrainingServer(
        "backsmith.cli.worker:application",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.RSGI,
        loop=Loops.uvloop,
        workers=settings.workers,
        backlog=max(1024, settings.concurrency + settings.queue),
        websockets=False,
        respawn_failed_workers=not settings.development,
        workers_kill_timeout=max(1, round(settings.shutdown_grace)),
        log_level=LogLevels.warning,
        **options,
    )
    server.shutdown_delay = settings.shutdown_delay
    try:
        server.serve()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return 0
