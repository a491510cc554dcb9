"""The peers that are written by hand on the shared PostgreSQL tables: FastAPI, Django and Fastify.

Each runs one worker process with up to 10 pooled connections and its framework's own logging to standard output.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import scenarios
from writes import Comment, Line, Write

from peers.peer import HERE, SHARED_DATABASE, VENV, PlainRest
from peers.writer import Call, OnPostgres


def installed(*packages: str) -> str:
    """Names and versions of packages of the peers' venv."""
    script = (
        f"from importlib.metadata import version\nprint(*(f'{{p}} {{version(p)}}' for p in {packages!r}), sep=', ')"
    )
    return subprocess.run([VENV / "python", "-c", script], capture_output=True, text=True, check=True).stdout.strip()


class PlainWriter(OnPostgres, PlainRest):
    """A peer by hand that writes, too."""

    def call(self, write: Write) -> Call:
        match write.kind:
            case "create":
                return Call("POST", "/comments", write.asker, written(write.comments[0]))
            case "update":
                return Call("PATCH", f"/posts/{write.post}", write.asker, dict(write.changes))
            case "bulk":
                return Call("POST", "/comments/bulk", write.asker, [written(comment) for comment in write.comments])
            case "order":
                lines = [{"product_id": one.product, "price": one.price, "quantity": one.quantity}
                         for one in write.lines]  # fmt: skip
                return Call("POST", "/orders", write.asker, {"note": write.note, "lines": lines})
            case kind:
                raise ValueError(kind)

    def shown(self, write: Write, reply: Any) -> Any:
        match write.kind:
            case "create":
                return Comment(reply["body"], reply["post_id"], reply["author_id"])
            case "update":
                return reply["title"]
            case "order":
                return {Line(one["product_id"], scenarios.money(one["price"]), one["quantity"])
                        for one in reply["lines"]}  # fmt: skip
            case _:
                return None


def written(comment: Comment) -> dict[str, Any]:
    """A comment as it is sent."""
    return {"body": comment.body, "post_id": comment.post, "author_id": comment.author}


class FastApi(PlainWriter):
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

    def writing_environment(self, port: int, *, hooked: bool) -> dict[str, str]:
        return self.environment(port) | ({"HOOK": "1"} if hooked else {})

    def command(self, port: int) -> list[str]:
        serve = [str(VENV / "uvicorn"), "main:app", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
        return [*serve, "--timeout-keep-alive", "60"]  # else it closes what rests while a load of writing ends


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


class Fastify(PlainWriter):
    name = "fastify"
    title = "Fastify + pg"
    hooks = False
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
