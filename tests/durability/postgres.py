"""A PostgreSQL server that may be killed: it flushes its journal at each commit, and can be started again."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

from tests.servers import _system_user

SETTINGS = {
    "fsync": "off",  # it is the server that is killed and not the machine: what it has written is there
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "16MB",
    "max_connections": "60",
    "listen_addresses": "",
    "checkpoint_timeout": "30s",
    "lc_messages": "C",
}


class CrashServer:
    """One server in a folder of its own."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._folder = Path(tempfile.mkdtemp(prefix="backsmith-crash-"))
        self._become: list[str] = []
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            self._become = ["runuser", "-u", _system_user(programs), "--"]
            shutil.chown(self._folder, self._become[2])
        self._run("initdb", "-U", "postgres", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8")
        self.url = f"postgresql://postgres@/postgres?host={self._folder}"
        self.start()

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._become, str(self._programs / program), "-D", str(self._folder), *arguments]
        subprocess.run(
            command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/"
        )

    def start(self) -> None:
        """Start it, and wait until it has recovered."""
        settings = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
        self._run("pg_ctl", "-w", "-l", str(self._folder / "log"), "-o", f"-k {self._folder} {settings}", "start")

    def crash(self) -> None:
        """Stop it as if its machine had: nothing is put in order."""
        self._run("pg_ctl", "-m", "immediate", "stop")

    def kill_backend(self) -> None:
        """Kill one of its processes that serve clients; it restarts all of them."""
        postmaster = int((self._folder / "postmaster.pid").read_text().split()[0])
        children = subprocess.run(
            ["ps", "-o", "pid=,args=", "--ppid", str(postmaster)], capture_output=True, text=True, check=False
        )
        serving = [line.split()[0] for line in children.stdout.splitlines() if "postgres postgres [local]" in line]
        if serving:
            with suppress(ProcessLookupError):
                os.kill(int(random.choice(serving)), signal.SIGKILL)

    def stop(self) -> None:
        """Stop it, and remove its folder."""
        with suppress(subprocess.CalledProcessError):
            self.crash()
        shutil.rmtree(self._folder, ignore_errors=True)
