"""The peers that are written by hand on the shared PostgreSQL tables: FastAPI, Django and Fastify.

Each runs one worker process with up to 10 pooled connections and its framework's own logging to standard output.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from peers.peer import HERE, SHARED_DATABASE, VENV, PlainRest


def installed(*packages: str) -> str:
    """Names and versions of packages of the peers' venv."""
    script = (
        f"from importlib.metadata import version\nprint(*(f'{{p}} {{version(p)}}' for p in {packages!r}), sep=', ')"
    )
    return subprocess.run([VENV / "python", "-c", script], capture_output=True, text=True, check=True).stdout.strip()


class FastApi(PlainRest):
    name = "fastapi"
    title = "FastAPI + SQLAlchemy"
    needs = ("python",)

    @property
    def version(self) -> str:
        return installed("fastapi", "sqlalchemy", "asyncpg", "uvicorn", "uvloop")

    @property
    def cwd(self) -> Path:
        return HERE / "fastapi_app"

    def environment(self, port: int) -> dict[str, str]:
        url = self.place.server().url(SHARED_DATABASE, "postgresql+asyncpg")
        return {"DATABASE_URL": url, "JWT_SECRET": self.place.secret}

    def command(self, port: int) -> list[str]:
        return [str(VENV / "uvicorn"), "main:app", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]


class Django(PlainRest):
    name = "django"
    title = "Django + DRF"
    needs = ("python",)
    slash = "/"

    @property
    def version(self) -> str:
        return installed("django", "djangorestframework", "psycopg", "gunicorn")

    @property
    def cwd(self) -> Path:
        return HERE / "django_app"

    def environment(self, port: int) -> dict[str, str]:
        postgres = self.place.server()
        where = {"PGHOST": postgres.socket, "PGDATABASE": SHARED_DATABASE, "PGUSER": "postgres"}
        return where | {"JWT_SECRET": self.place.secret}

    def command(self, port: int) -> list[str]:
        serve = [str(VENV / "gunicorn"), "config.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "1"]
        return [*serve, "--threads", "4", "--access-logfile", "-"]

    def items(self, reply: Any) -> Any:
        return reply["results"]


class Fastify(PlainRest):
    name = "fastify"
    title = "Fastify + pg"
    needs = ("node",)

    @property
    def version(self) -> str:
        node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
        packages = HERE / "node_modules"
        versions = (f"{name} {json.loads((packages / name / 'package.json').read_text())['version']}"
                    for name in ("fastify", "pg"))  # fmt: skip
        return ", ".join((*versions, f"Node.js {node.removeprefix('v')}"))

    @property
    def cwd(self) -> Path:
        return HERE / "fastify_app"

    def environment(self, port: int) -> dict[str, str]:
        url = self.place.server().url(SHARED_DATABASE)
        return {"DATABASE_URL": url, "JWT_SECRET": self.place.secret, "PORT": str(port), "NODE_ENV": "production"}

    def command(self, port: int) -> list[str]:
        return ["node", "server.js"]
