"""`backsmith apply`: what it asks, what it says, how it ends and how it goes on."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from backsmith.blueprint.blueprint import Blueprint
from backsmith.blueprint.lock import Lock
from backsmith.cli.main import run
from backsmith.databases import Database, open_database
from backsmith.databases.changes import TableName
from backsmith.databases.steps import Batches, Cost, Statements, Step
from backsmith.evolution.history import fingerprint
from backsmith.evolution.plan import Approval, Plan, Question
from backsmith.evolution.records import read_head

MODEL = """\
from __future__ import annotations

from backsmith import Entity


class Tea(Entity, private=True):
    name: str
"""
STEP = Statements(title="Count", statements=("UPDATE once SET n = n + 1",))
DROP = Statements(title="Drop", statements=("DROP TABLE leaves",), approval="drop:leaves")
WRONG = Statements(title="Ask too much", statements=("UPDATE nowhere SET n = 1",))
SLOW = Batches(
    title="Fill",
    table=TableName("leaves"),
    key=("id",),
    key_types=("integer",),
    alias="leaves",
    statement="UPDATE leaves SET n = n + 1 WHERE id > 0",
    cost=Cost(work="batches", rows=20_000),
)

# What `backsmith.evolution.releases` does is shown elsewhere: here a plan of given steps stands in for it.
PLANNED = """\
import os, sys, types
import msgspec
from tests.cli.test_apply import planning
from backsmith.databases.steps import Step
sys.modules["backsmith.evolution.releases"] = planning(
    msgspec.json.decode(os.environ["STEPS"], type=tuple[Step, ...])
)
from backsmith.cli.main import main
main()
"""


def planning(steps: tuple[Step, ...]) -> ModuleType:
    """A module whose `plan_release` gives these steps."""
    module: Any = ModuleType("backsmith.evolution.releases")

    class Planned(msgspec.Struct):
        plan: Plan
        blueprint: Blueprint

    async def plan_release(database: Database, blueprint: Blueprint, release: str, *, approvals: Any) -> Planned:
        head = await read_head(database)
        done = head is not None and head.hash == fingerprint(blueprint)
        names = [step.approval for step in steps if step.approval is not None]
        return Planned(
            Plan(
                mode="direct",
                database="SQLite",
                from_hash=None if head is None else head.hash,
                to_hash=fingerprint(blueprint),
                steps=() if done else steps,
                approvals=tuple(Approval(name=name, text="All of it.", given=name in approvals) for name in names),
            ),
            blueprint,
        )

    module.plan_release = plan_release
    return module


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    (tmp_path / "tea.py").write_text(MODEL)
    with closing(sqlite3.connect("tea.db")) as connection:
        connection.execute("CREATE TABLE once (n integer)")
        connection.execute("INSERT INTO once VALUES (0)")
        connection.execute("CREATE TABLE leaves (id integer PRIMARY KEY, n integer)")
        connection.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 20000)"
            " INSERT INTO leaves SELECT i, 0 FROM n"
        )
        connection.commit()
    return tmp_path


@pytest.fixture(autouse=True)
def forget_models(monkeypatch: pytest.MonkeyPatch) -> Any:
    yield
    sys.modules.pop("tea", None)


def apply(monkeypatch: pytest.MonkeyPatch, steps: tuple[Step, ...], *words: str) -> int:
    monkeypatch.setitem(sys.modules, "backsmith.evolution.releases", planning(steps))
    return run(["apply", "tea.py", "--database", "sqlite:///tea.db", *words])


def counted() -> int:
    with closing(sqlite3.connect("tea.db")) as connection:
        return connection.execute("SELECT n FROM once").fetchone()[0]


def test_it_does_what_was_planned(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert apply(monkeypatch, (STEP,), "--yes", "--json") == 0
    out, err = capsys.readouterr()
    assert msgspec.json.decode(out) == {
        "outcome": "applied",
        "mode": "direct",
        "hash": msgspec.json.decode(out)["hash"],
        "steps": 1,
    }
    lines = err.splitlines()
    assert "1/1 Count …" in lines
    assert [line for line in lines if line.startswith("1/1 Count: done in ")]
    assert lines[-3:] == [
        "Done.",
        "Wrote tea.lock.json; commit it.",
        "Next: backsmith serve tea.py --database sqlite:///tea.db",
    ]
    assert counted() == 1
    assert apply(monkeypatch, (STEP,), "--yes") == 0
    assert capsys.readouterr().err == (
        "Nothing to do: the database has the shape of the model.\n"
        "Next: backsmith serve tea.py --database sqlite:///tea.db\n"
    )
    assert counted() == 1


def test_without_a_terminal_it_needs_yes(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert apply(monkeypatch, (STEP,)) == 2
    assert capsys.readouterr().err.endswith("There is no terminal to ask at. Add --yes to apply the plan.\n")
    assert counted() == 0


@pytest.mark.parametrize(("answer", "code", "count"), [("y\n", 0, 1), ("n\n", 1, 0), ("", 1, 0)])
def test_at_a_terminal_it_asks(monkeypatch: pytest.MonkeyPatch, answer: str, code: int, count: int) -> None:
    class Terminal:
        def isatty(self) -> bool:
            return True

        def readline(self) -> str:
            return answer

    monkeypatch.setattr("backsmith.cli.carrying_out.can_ask", lambda: True)
    monkeypatch.setattr(sys, "stdin", Terminal())
    assert apply(monkeypatch, (STEP,)) == code
    assert counted() == count


def test_a_yes_approves_nothing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert apply(monkeypatch, (STEP, DROP), "--yes") == 4
    assert capsys.readouterr().err.endswith(
        "Next: backsmith apply tea.py --database sqlite:///tea.db --yes --approve drop:leaves\n"
    )
    assert counted() == 0
    assert apply(monkeypatch, (STEP, DROP), "--yes", "--approve", "drop:leaves") == 0
    assert counted() == 1


def test_what_stops_it_is_said_and_it_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert apply(monkeypatch, (STEP, WRONG), "--yes") == 1
    assert capsys.readouterr().err.endswith(
        "Step 2 of 2 (Ask too much) can't be done. The database said:\n"
        "  no such table: nowhere\n"
        "to: UPDATE nowhere SET n = 1\n"
        "What was done before is kept. Put right what is the matter, and apply again to go on.\n"
        "Next: backsmith apply tea.py --database sqlite:///tea.db --yes\n"
    )
    with closing(sqlite3.connect("tea.db")) as connection:
        connection.execute("CREATE TABLE nowhere (n integer)")
    assert apply(monkeypatch, (), "--yes") == 0  # the plan that was begun, not a new one
    assert counted() == 1


def test_another_model_waits_for_an_unfinished_plan(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    apply(monkeypatch, (STEP, WRONG), "--yes")
    sys.modules.pop("tea")
    (folder / "tea.py").write_text(MODEL + "    leaf: str = 'green'\n")
    capsys.readouterr()
    assert apply(monkeypatch, (STEP,), "--yes") == 1
    said = capsys.readouterr().err
    assert said.startswith("An earlier plan is unfinished: 1 of its 2 steps are done. It leads to another version")
    assert said.endswith("forget it and plan anew from what is there: backsmith apply tea.py --database"
                         " sqlite:///tea.db --yes --abandon\n")  # fmt: skip
    assert counted() == 1
    sys.modules.pop("tea")
    assert apply(monkeypatch, (STEP,), "--yes", "--abandon") == 0
    assert counted() == 2


@pytest.mark.parametrize("words", [("--lock-timeout", "10"), ("--throttle", "0"), ("--expand", "--contract")])
def test_what_cannot_be_asked_for(monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]) -> None:
    assert apply(monkeypatch, (STEP,), *words) == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_finishes_the_batch_and_it_goes_on(folder: Path, repository: Path, number: int) -> None:
    def start() -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", PLANNED, "apply", "tea.py", "--database", "sqlite:///tea.db", "--yes"]
            + ["--throttle", "1"] * first,
            env={
                **os.environ,
                "PYTHONPATH": f"{repository}:{repository / 'src'}",
                "STEPS": msgspec.json.encode((STEP, SLOW)).decode(),
            },
            stderr=subprocess.PIPE,
            text=True,
        )

    first = True
    process = start()
    end = time.monotonic() + 20
    while filled() == 0:
        assert time.monotonic() < end and process.poll() is None
        time.sleep(0.01)
    process.send_signal(number)
    _, said = process.communicate(timeout=10)
    assert process.returncode == 130, said
    assert said.endswith(
        "Stopping after the statement or batch at hand; once more to stop at once.\n"
        "Stopped. What was done is kept, and nothing is half done.\n"
        "Next: backsmith apply tea.py --database sqlite:///tea.db --yes\n"
    )
    assert 0 < filled() < 20_000
    first = False
    process = start()
    _, said = process.communicate(timeout=30)
    assert process.returncode == 0, said
    assert "An earlier plan is unfinished: 1 of its 2 steps are done. Going on with it." in said
    assert filled() == 20_000
    assert counted() == 1


def filled() -> int:
    with closing(sqlite3.connect("tea.db")) as connection:
        return connection.execute("SELECT sum(n) FROM leaves").fetchone()[0]


def test_the_head_is_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    async def read() -> Any:
        database = open_database("sqlite:///tea.db")
        await database.open()
        head = await read_head(database)
        await database.close()
        return head

    apply(monkeypatch, (STEP,), "--yes")
    head = asyncio.run(read())
    assert [entity.name for entity in head.blueprint.entities] == ["Tea"]
    assert (head.state, head.previous) == ("applied", None)


def test_what_only_you_know_is_asked(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    asked: list[Any] = []

    async def plan_release(database: Database, blueprint: Blueprint, release: str, *, approvals: Any) -> Any:
        planned = await planning((STEP,)).plan_release(database, blueprint, release, approvals=approvals)
        name = next(field for field in blueprint.entities[0].fields if field.name == "name")
        if asked and name.id != "0123456789":
            planned.plan = replace(planned.plan, questions=(Question(about="Tea.name", candidates=("title",)),))
        return planned

    def ask(questions: Any, lock: Lock, old: Blueprint, new: Blueprint) -> Lock:
        asked.append((questions[0].about, old.entities[0].name, new.entities[0].name))
        return Lock({**lock.ids, "Tea.name": "0123456789"}, lock.format)

    module: Any = ModuleType("backsmith.evolution.releases")
    module.plan_release = plan_release
    monkeypatch.setattr("backsmith.cli.carrying_out.can_ask", lambda: True)
    monkeypatch.setattr("backsmith.cli.carrying_out.ask", ask)
    monkeypatch.setitem(sys.modules, "backsmith.evolution.releases", module)
    words = ["apply", "tea.py", "--database", "sqlite:///tea.db", "--yes"]
    assert run(words) == 0
    asked.append("from now on")
    assert run(words) == 0
    assert asked == ["from now on", ("Tea.name", "Tea", "Tea")]
    assert "0123456789" in (folder / "tea.lock.json").read_text()
