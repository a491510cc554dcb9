"""A renamed field travels to the clients: those written before work on while it is expanded, the check says that they
are out of date, those written anew know the new name, and the pages and messages tell of the old one."""

from __future__ import annotations

import asyncio
import importlib
import os
import shutil
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest

from backsmith.cli.main import run as command
from tests.clients.typescript.conftest import compile_typescript, needs_node
from tests.evolution.models import HEAD
from tests.http.live import Live, live

RULE = """
    @allow("read", "create", "update", "delete")
    def everyone(self) -> bool:
        return True
"""
BEFORE = f"{HEAD}class Person(Entity):\n    surname: str\n    note: str | None\n{RULE}"
AFTER = BEFORE.replace("surname: str", "last_name: Annotated[str, RenamedFrom('surname')]")
OLD_PROGRAM = """
import { createClient } from "./api/client.js";

const api = createClient({ address: process.env.ADDRESS as string });
const made = await api.people.create({ surname: "Curie" });
const changed = await api.people.update(made.id, { surname: made.surname + "!" });
const { items } = await api.people.list({ select: ["surname"], where: { surname: "Curie!" } });
console.log(JSON.stringify([changed.surname, items]));
"""


@contextmanager
def package(folder: Path, name: str) -> Generator[ModuleType]:
    """A client that was written into a folder."""
    sys.path.insert(0, str(folder))
    try:
        yield importlib.import_module(name)
    finally:
        sys.path.remove(str(folder))
        for module in [each for each in sys.modules if each.partition(".")[0] == name]:
            del sys.modules[module]


@contextmanager
def serving(folder: Path, url: str) -> Generator[Live]:
    with live(folder, folder / "people_app.py", "--database", url) as server:
        server.wait_until_ready()
        yield server


async def asked(api: ModuleType, address: str) -> None:
    async with api.AsyncClient(address) as client:
        assert await client.people.count(where={"surname": "Meitner"}) == 1


@needs_node
def test_old_clients_work_on_and_new_ones_know_the_new_name(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BACKSMITH_ENVIRONMENT", "development")
    model = Path("people_app.py")
    web, old, new = tmp_path / "web", tmp_path / "old", tmp_path / "new"

    def written(language: str, folder: Path, *options: str) -> int:
        sys.modules.pop(model.stem, None)
        return command(["client", language, str(model), str(folder), *options])

    # The first version, its clients and programs written against them.
    model.write_text(BEFORE)
    assert command(["apply", str(model), "--database", database_url, "--yes"]) == 0
    assert written("typescript", web / "api") == written("python", old / "old_people_api") == 0
    (web / "old.ts").write_text(OLD_PROGRAM)
    compiled = compile_typescript(web)
    assert compiled.said == ""

    # The field gets another name. The check says at once that the clients are out of date.
    model.write_text(AFTER)
    capsys.readouterr()
    assert written("typescript", web / "api", "--check") == 1
    said = capsys.readouterr()
    assert "types.ts" in said.out + said.err
    assert written("python", old / "old_people_api", "--check") == 1
    sys.modules.pop(model.stem, None)
    assert command(["apply", str(model), "--database", database_url, "--expand", "--yes"]) == 0

    with serving(tmp_path, database_url) as server:
        # Programs that were written against the old name work as they did.
        environment = os.environ | {"ADDRESS": server.url}
        ran = subprocess.run(
            ["node", compiled.folder / "old.js"], env=environment, capture_output=True, text=True, check=False
        )
        assert ran.stdout == '["Curie!",[{"surname":"Curie!"}]]\n', ran.stderr + server.said()
        with package(old, "old_people_api") as api, api.Client(server.url) as client:
            with pytest.warns(
                DeprecationWarning, match=r"^POST /api/people uses people\.surname, which is dep"
            ) as told:
                made = client.people.create({"surname": "Meitner"})
            assert [each.filename for each in told] == [__file__]
            with pytest.warns(DeprecationWarning, match="^GET /api/people uses"):
                found = client.people.list(where={"surname": "Meitner"}, select="surname")
            assert found.items == [{"surname": "Meitner"}]
            with pytest.warns(DeprecationWarning, match="^GET /api/people uses") as told:
                asyncio.run(asked(api, server.url))
            assert [each.filename for each in told] == [__file__]

        # Those written anew know the new one alone, and see what the old ones wrote.
        assert written("typescript", web / "api") == written("python", new / "new_people_api") == 0
        types = (web / "api" / "types.ts").read_text()
        assert "last_name: string" in types
        assert "surname" not in types
        shutil.rmtree(compiled.folder)
        (web / "node_modules").unlink()
        assert "error TS2353" in compile_typescript(web).said  # the old program, against the new client
        with package(new, "new_people_api") as api, api.Client(server.url) as client:
            row = client.people.get(made["id"])
            assert row["last_name"] == "Meitner"

        # The pages and the document tell of both.
        page = server.get("/docs/people").text
        assert "surname" in page
        assert "last_name" in page
        shown = server.get("/openapi.json").json()["components"]["schemas"]["Person"]["properties"]
        assert shown["surname"]["deprecated"] is True
        assert server.get("/api/people?select=surname").headers["backsmith-deprecated"] == "people.surname"
