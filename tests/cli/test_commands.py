"""The command line: what each command writes where, and its exit code."""

import json
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from backsmith.accounts import Authenticator
from backsmith.blueprint.asker import Asker
from backsmith.blueprint.types import Integer
from backsmith.cli.main import COMMANDS, run
from backsmith.settings import ApiKey, Settings

MODEL = '''\
from __future__ import annotations

from backsmith import Entity, allow


class Tea(Entity):
    """What we pour."""

    name: str

    @allow("read")
    def everyone(self) -> bool:
        return True
'''


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    (tmp_path / "tea.py").write_text(MODEL)
    return tmp_path


@pytest.fixture(autouse=True)
def forget_models(monkeypatch: pytest.MonkeyPatch):
    yield
    sys.modules.pop("tea", None)


def test_a_command_that_does_not_exist(capsys: pytest.CaptureFixture[str]):
    assert run(["chek"]) == 2
    assert capsys.readouterr() == ("", "There is no command chek. Did you mean check?\nSee: backsmith --help\n")


def test_a_command_that_nothing_is_like(capsys: pytest.CaptureFixture[str]):
    assert run(["brew"]) == 2
    assert capsys.readouterr().err == (
        "There is no command brew. There are adopt, create, check, show, openapi, docs, contract, client, "
        "matrix, why, log, advise, settings, test, audit, audit-log, plan, apply, rollback, migrations, serve, "
        "accounts, secrets, mail, token, key.\n"
        "See: backsmith --help\n"
    )


def test_a_flag_that_does_not_exist(capsys: pytest.CaptureFixture[str]):
    assert run(["token", "tea.py", "--acount", "1"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == (
        'Command "token" parameter --account requires an argument. Did you mean --account instead of --acount?\n'
        "See: backsmith token --help\n"
    )


def test_a_flag_of_serve_that_is_no_setting(capsys: pytest.CaptureFixture[str]):
    assert run(["serve", "tea.py", "--max-row", "1"]) == 2
    assert capsys.readouterr() == (
        "",
        "1 mistake in the settings.\n\n--max-row 1\n  There is no setting max_row. Did you mean --max-rows?\n",
    )


def test_the_help_lists_every_command_with_the_exit_codes(capsys: pytest.CaptureFixture[str]):
    assert run(["--help"]) == 0
    out = capsys.readouterr().out
    for name, _, help in COMMANDS:
        words = r"[\s│]+".join(map(re.escape, help.split()))  # long ones are wrapped
        assert re.search(rf"{name} +{words}", out)
    assert "Exit codes: 0 done; 1 the model has mistakes" in out


def test_the_help_of_all_commands_imports_none_of_them():
    """So that it is there at once."""
    script = "import sys; from backsmith.cli.main import run; run(['--help']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(done.stderr.split())
    assert "backsmith.cli.main" in loaded
    heavy = {"granian", "httpx", "joserfc", "apsw", "asyncpg", "backsmith.app", "backsmith.cli.serve", "rich.markdown"}
    assert loaded & heavy == set()


@pytest.mark.parametrize("name", [name for name, _, _ in COMMANDS])
def test_the_help_of_each_command_has_an_example(name: str, capsys: pytest.CaptureFixture[str]):
    assert run([name, "--help"]) == 0
    assert "Example: " in capsys.readouterr().out


def test_the_version(capsys: pytest.CaptureFixture[str]):
    assert run(["--version"]) == 0
    assert re.fullmatch(r"backsmith \d+\.\d+\.\d+\n", capsys.readouterr().out)


# check


def test_check_writes_the_lock_once(folder: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["check", "tea.py"]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert err == ("No mistakes: 1 entity, 0 queries.\nWrote tea.lock.json; commit it.\nNext: backsmith serve tea.py\n")
    assert (folder / "tea.lock.json").exists()
    run(["check", "tea.py"])
    assert capsys.readouterr().err == "No mistakes: 1 entity, 0 queries.\nNext: backsmith serve tea.py\n"
    assert run(["check", "tea.py", "--locked"]) == 0


def test_check_locked_changes_nothing_and_fails(folder: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["check", "tea.py", "--locked"]) == 1
    assert capsys.readouterr().err == (
        "No mistakes: 1 entity, 0 queries.\n"
        "tea.lock.json is not up to date. Run backsmith check tea.py and commit it.\n"
    )
    assert not (folder / "tea.lock.json").exists()


def test_check_shows_every_mistake(folder: Path, capsys: pytest.CaptureFixture[str]):
    (folder / "tea.py").write_text(MODEL.replace("name: str", "name: Cup\n    pot: Pott"))
    assert run(["check", "tea.py"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.endswith("\n\n2 mistakes found.\n")


def test_check_of_a_file_that_is_not_there(capsys: pytest.CaptureFixture[str]):
    assert run(["check", "coffee.py"]) == 2
    assert capsys.readouterr() == ("", "There is no file coffee.py.\n")


# adopt and create


@pytest.fixture
def cellar(folder: Path) -> str:
    """A database that was there before."""
    with closing(sqlite3.connect(folder / "cellar.sqlite")) as connection:
        connection.execute("CREATE TABLE wine (id INTEGER PRIMARY KEY, name TEXT NOT NULL, year INTEGER) STRICT")
        connection.execute("INSERT INTO wine (name, year) VALUES ('Riesling', 2019)")
        connection.commit()
    return "sqlite:///cellar.sqlite"


def test_adopt_writes_a_model_that_has_no_mistakes(folder: Path, cellar: str, capsys: pytest.CaptureFixture[str]):
    before = (folder / "cellar.sqlite").read_bytes()
    assert run(["adopt", cellar, "--open", "read"]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "Wrote cellar.py.\nNext: backsmith serve cellar.py --database sqlite:///cellar.sqlite\n"
    assert (folder / "cellar.sqlite").read_bytes() == before
    assert sorted(path.name for path in folder.iterdir()) == ["cellar.py", "cellar.sqlite", "tea.py"]
    assert run(["check", "cellar.py"]) == 0


def test_adopt_opens_nothing_by_itself_and_says_so(cellar: str, capsys: pytest.CaptureFixture[str]):
    assert run(["adopt", cellar, "-o", "models/wines.py"]) == 0
    assert capsys.readouterr().err == (
        "Wrote models/wines.py.\n"
        "No entity is open to anyone yet: add rules, or adopt again with --open read.\n"
        "Next: backsmith serve models/wines.py --database sqlite:///cellar.sqlite\n"
    )


def test_adopt_overwrites_nothing_unless_told_to(folder: Path, cellar: str, capsys: pytest.CaptureFixture[str]):
    assert run(["adopt", cellar, "-o", "tea.py"]) == 2
    assert capsys.readouterr().err == "tea.py is there already. Name another file with -o, or add --force.\n"
    assert (folder / "tea.py").read_text() == MODEL
    assert run(["adopt", cellar, "-o", "tea.py", "--force"]) == 0
    assert (folder / "tea.py").read_text() != MODEL


@pytest.mark.parametrize(
    ("url", "code", "said"),
    [
        ("sqlite:///nope.db", 3, "There is no database nope.db.\n"),
        (
            "mysql://localhost/shop",
            2,
            "'mysql:' is not an address of a database Backsmith knows. "
            "Write sqlite:///file.db, postgresql://user:password@host/name or postgresql:embedded.\n",
        ),
    ],
)
def test_adopt_of_what_is_no_database(folder: Path, url: str, code: int, said: str, capsys: pytest.CaptureFixture[str]):
    assert run(["adopt", url, "-o", "new.py"]) == code
    assert capsys.readouterr() == ("", said)
    assert [path.name for path in folder.iterdir()] == ["tea.py"]


def test_create_makes_the_tables_once(folder: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["create", "tea.py"]) == 0
    assert capsys.readouterr() == (
        "",
        "The tables of 1 entity are there.\nWrote tea.lock.json; commit it.\nNext: backsmith serve tea.py\n",
    )
    with closing(sqlite3.connect(folder / "tea.db")) as connection:
        assert connection.execute("SELECT count(*) FROM teas").fetchall() == [(0,)]
    assert run(["create", "tea.py"]) == 0


# which model


def test_without_a_model_the_one_with_a_lock_is_meant(capsys: pytest.CaptureFixture[str]):
    assert run(["check"]) == 2
    assert capsys.readouterr().err == (
        "Which model? Name its file, such as shop.py, or set model under [tool.backsmith].\n"
    )
    run(["check", "tea.py"])
    assert run(["check"]) == 0


def test_without_a_model_the_project_names_it(folder: Path):
    (folder / "pyproject.toml").write_text('[tool.backsmith]\nmodel = "tea.py"\n')
    assert run(["check"]) == 0


# show and why


def test_show_says_in_english_what_a_model_means(capsys: pytest.CaptureFixture[str]):
    assert run(["show", "tea.py"]) == 0
    assert capsys.readouterr() == (
        "tea\n"
        "\n"
        "Tea (/teas)\n"
        "  What we pour.\n"
        "  id    whole number, key, numbered by the database\n"
        "  name  text\n"
        "  May read [everyone]: always.\n",
        "",
    )


def test_show_for_programs_gives_the_same_bytes_each_time(capsys: pytest.CaptureFixture[str]):
    run(["show", "tea.py", "--json"])
    first = capsys.readouterr().out
    run(["show", "tea.py", "--json"])
    assert capsys.readouterr().out == first
    assert [entity["collection"] for entity in json.loads(first)["entities"]] == ["teas"]


CUPS = MODEL.replace("name: str", "name: str\n    hot: bool = True").replace("return True", "return self.hot")


@pytest.fixture
def cups(folder: Path) -> None:
    """Two teas, of which the second is cold."""
    (folder / "tea.py").write_text(CUPS)
    run(["create", "tea.py"])
    with closing(sqlite3.connect(folder / "tea.db")) as connection:
        connection.execute("INSERT INTO teas (name, hot) VALUES ('Assam', 1), ('Mate', 0)")
        connection.commit()


def test_why_names_the_clause_that_failed_and_the_value_it_failed_for(cups: None, capsys: pytest.CaptureFixture[str]):
    capsys.readouterr()
    assert run(["why", "GET", "/api/teas/2", "--model", "tea.py"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    head, sql = out.split("\n\nSQL\n")
    assert head == (
        "GET /api/teas/2 as nobody (anonymous): 404\n"
        "Hidden: the row is there, but no rule holds for it, so to this asker it does not exist.\n"
        "\n"
        "Rule everyone: fails, not so: it is marked hot (hot is False)  tea.py:13\n"
        "  - it is marked hot   [hot = False]"
    )
    assert sql.startswith("  SELECT ")
    assert "\n\nQuery plan\n  SEARCH " in sql


def test_why_of_a_request_that_writes(cups: None, capsys: pytest.CaptureFixture[str]):
    capsys.readouterr()
    assert run(["why", "POST", "/api/teas", "--body", '{"name": "Pu-erh"}', "--model", "tea.py"]) == 0
    out, err = capsys.readouterr()
    assert (out, err) == (
        "POST /api/teas as nobody (anonymous): 403\n"
        "Refused: no rule lets this asker do it.\n"
        "permission denied to create teas. No rule lets anybody create teas.\n"
        "\n"
        "No rule of Tea is about doing that.\n",
        "",
    )


def test_why_for_programs(cups: None, capsys: pytest.CaptureFixture[str]):
    capsys.readouterr()
    assert run(["why", "GET", "/api/teas/1", "--model", "tea.py", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["status"], found["decision"]) == (200, "Shown by everyone.")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["/teas/1"], "/teas/1 is not below /api. Write a path such as /api/orders/7.\n"),
        (["/api/teas/1", "--role", "staff"], "Nobody has no roles. Say who asks with --as.\n"),
        (
            ["/api/tea/1"],
            "The request can't be read: Could not find the collection 'tea'. Did you mean 'teas'?\n",
        ),
    ],
)
def test_why_of_what_can_not_be_asked(words: list[str], said: str, capsys: pytest.CaptureFixture[str]):
    assert run(["why", "GET", *words, "--model", "tea.py"]) == 2
    assert capsys.readouterr() == ("", said)


# token and key


def test_a_token_goes_to_standard_output_and_is_accepted(folder: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["token", "tea.py", "--account", "12", "--role", "staff", "--role", "tester"]) == 0
    out, err = capsys.readouterr()
    assert err == "Valid for 60 minutes. Send it as: Authorization: Bearer …\n"
    asker = Authenticator(Settings(folder=str(folder)), Integer()).identify(f"Bearer {out.strip()}")
    assert asker == Asker(12, frozenset({"staff", "tester"}), "token")


def test_no_token_in_production(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("BACKSMITH_ENVIRONMENT", "production")
    assert run(["token", "tea.py", "--account", "12"]) == 2
    assert capsys.readouterr() == (
        "",
        "Tokens are signed here in development only. Ask the issuer of your tokens for one.\n",
    )


def test_a_key_goes_to_standard_output_and_its_hash_to_the_person(capsys: pytest.CaptureFixture[str]):
    assert run(["key", "reporting", "--account", "3", "--role", "staff"]) == 0
    out, err = capsys.readouterr()
    key = out.strip()
    digest = sha256(key.encode()).hexdigest()
    assert re.fullmatch(r"bsk_[A-Za-z0-9_-]{43}", key)
    assert err == (
        "Add to pyproject.toml:\n"
        "\n"
        "[tool.backsmith.api_keys.reporting]\n"
        f'sha256 = "{digest}"\n'
        "account = 3\n"
        'roles = ["staff"]\n'
        "\n"
        "Send it as: X-API-Key: …\n"
    )
    settings = Settings(api_keys={"reporting": ApiKey(digest, 3, ("staff",))})
    assert Authenticator(settings, Integer()).identify(None, key).id == 3


def test_a_name_that_toml_would_misread(capsys: pytest.CaptureFixture[str]):
    assert run(["key", "a.b", "--account", "3"]) == 2
    assert capsys.readouterr() == (
        "",
        "a.b is no name for a key. Use letters, digits, - and _, such as reporting.\n",
    )


# settings


def test_settings_for_programs(folder: Path, capsys: pytest.CaptureFixture[str]):
    (folder / "pyproject.toml").write_text("[tool.backsmith]\nmax_rows = 5\n")
    assert run(["settings", "tea.py", "--json"]) == 0
    listed = {entry["name"]: entry for entry in json.loads(capsys.readouterr().out)}
    assert listed["max_rows"] == {
        "name": "max_rows",
        "value": 5,
        "default": 1000,
        "unit": None,
        "description": "Rows of a reply, at most; also where no limit is asked for.",
    }


def test_settings_show_no_secret(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("BACKSMITH_JWT_KEY", "correct horse battery staple and more")
    assert run(["settings", "tea.py"]) == 0
    out = capsys.readouterr().out
    assert 'jwt_key = "…"  (set)\n' in out
    assert "horse" not in out
    assert "max_url = 8192 bytes\n    Path and query of a request, at most.\n" in out
