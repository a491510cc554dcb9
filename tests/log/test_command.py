"""`backsmith log`: what it writes, and its exit codes."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from backsmith.cli.main import run as command
from tests.log.conftest import Shop

SHOP = Path(__file__).with_name("shop.py")


@pytest.fixture
def told(
    filled: Shop, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Runs `backsmith log` after an order was made, placed, linked and deleted."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    shutil.copy(SHOP, "market.py")
    shutil.copy(SHOP.with_name("shop.lock.json"), "market.lock.json")
    filled.done("POST", "/api/orders", {"number": "1", "secret": "s"}, x_request_id="made")
    filled.done("PATCH", "/api/orders/1", {"tags": [{"id": 2}]}, x_request_id="linked")
    filled.done("POST", "/api/orders/1/place", {}, x_request_id="placed")
    filled.done("PATCH", "/api/orders/1", {"secret": "t", "number": "x" * 100}, x_request_id="changed")
    filled.done("POST", "/api/notes", {"text": "n"}, x_request_id="noted")
    filled.done("DELETE", "/api/notes/1", x_request_id="gone")
    capsys.readouterr()

    def run(*words: str) -> tuple[int, str, str]:
        code = command(["log", "market.py", "--database", database_url, *words])
        sys.modules.pop("market", None)
        return code, *capsys.readouterr()

    return run


def test_who_did_what_to_which_row(told: Callable[..., tuple[int, str, str]]) -> None:
    code, out, err = told()
    assert code == 0
    assert re.sub(r"\d{4}-\d\d-\d\d.\d\d:\d\d:\d\d(\.\d+\+00:00)?", "…", out) == (
        "1  …  account 1 created Order 1 (request made)\n"
        "    id: 1\n"
        '    number: "1"\n'
        '    status: "draft"\n'
        "    made_by_id: 1\n"
        '    made_at: "…"\n'
        "    secret: …\n"
        "2  …  account 1 linked Order 1 (request linked)\n"
        "    tags: +2\n"
        "3  …  the application for account 1 changed Order 1 (by place, request placed)\n"
        '    status: "draft" -> "placed"\n'
        "4  …  account 1 changed Order 1 (request changed)\n"
        f'    number: "1" -> "{"x" * 78}…\n'
        "    secret: … -> …\n"
        "5  …  account 1 created Note 1 (request noted)\n"
        "    id: 1\n"
        '    text: "n"\n'
        "6  …  account 1 deleted Note 1 (request gone)\n"
        "    id: 1\n"
        '    text: "n"\n'
    )
    assert err == "Next: backsmith log market.py --follow --after 6\n"


def heads(out: str) -> list[str]:
    return re.findall(r"^(\d+)  ", out, re.MULTILINE)


@pytest.mark.parametrize(
    ("words", "positions"),
    [
        (["--last", "2"], ["5", "6"]),
        (["--after", "4"], ["5", "6"]),
        (["--entity", "Note"], ["5", "6"]),
        (["--entity", "Order", "--key", "1", "--last", "1"], ["4"]),
        (["--entity", "Order", "--key", "2"], []),
        (["--since", "1h"], ["1", "2", "3", "4", "5", "6"]),
        (["--since", "2100-01-01"], []),
    ],
)
def test_some_of_it(told: Callable[..., tuple[int, str, str]], words: list[str], positions: list[str]) -> None:
    code, out, _ = told(*words)
    assert (code, heads(out)) == (0, positions)


def test_json_is_complete(told: Callable[..., tuple[int, str, str]]) -> None:
    code, out, err = told("--json", "--after", "3", "--entity", "Order")
    assert (code, err) == (0, "")
    (line,) = out.splitlines()
    entry = json.loads(line)
    assert (entry["position"], entry["verb"], entry["key"], entry["request_id"]) == (4, "update", [1], "changed")
    assert (entry["before"]["secret"], entry["after"]["secret"]) == ("s", "t")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--after", "1", "--last", "1"], "--since, --after and --last each say where to begin. Give one of them."),
        (["--since", "yesterday"], "--since yesterday is no time. Write 30s, 10m, 2h, 7d or 2026-01-23T13:45."),
        (["--entity", "Ordr"], "There is no entity Ordr. Did you mean 'Order'?"),
        (["--key", "1"], "--key is of a row of which entity? Say so with --entity."),
        (
            ["--entity", "Order", "--key", "one"],
            '--key one is no key of Order: invalid input syntax for type bigint: "one".',
        ),
        (
            ["--after", "99"],
            "The log ends at position 6, before 99: this is another database, or an older copy of the one that the"
            " position is of. Whoever follows it has to begin anew: read the rows themselves, then the log from 6 on.",
        ),
    ],
)
def test_what_can_not_be_asked(told: Callable[..., tuple[int, str, str]], words: list[str], said: str) -> None:
    assert told(*words) == (2, "", f"{said}\n")


def test_a_database_without_a_log(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    Path("plain.py").write_text(
        "from backsmith import Entity, allow\n\n\nclass Tea(Entity):\n    name: str\n\n"
        '    @allow("read")\n    def everyone(self) -> bool:\n        return True\n'
    )
    assert command(["create", "plain.py", "--database", sqlite_url]) == 0
    capsys.readouterr()
    assert command(["log", "plain.py", "--database", sqlite_url]) == 2
    assert capsys.readouterr().err.startswith(
        "There is no change log in this database. Write class Order(Entity, log=True)"
    )
    sys.modules.pop("plain", None)


def test_following(filled: Shop, database_url: str, told: Callable[..., tuple[int, str, str]]) -> None:
    words = [sys.executable, "-m", "backsmith", "log", "market.py", "--database", database_url, "--follow", "--json"]
    with subprocess.Popen([*words, "--last", "1"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["position"] == 6
        filled.done("POST", "/api/notes", {"text": "later"})
        assert json.loads(process.stdout.readline())["after"]["text"] == "later"
        process.terminate()
