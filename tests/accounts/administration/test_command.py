"""`backsmith accounts`: accounts at the machine itself, with nothing served."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from backsmith.app import asgi
from backsmith.cli.main import run as run_command

MODEL = '''
from backsmith import Account, Entity, allow

class Note(Entity):
    """What somebody wrote down."""
    owner: Account

    @allow("read")
    def own(self, user: Account) -> bool:
        return self.owner == user or "staff" in user.roles
'''
LINK = re.compile(r"http://localhost:8000/auth/([a-z/]+)#([\w-]{22}\.[\w-]{43})\n")
HERE = "The setting address isn't set, so this link is good on your own machine only.\n"


class Done(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def command(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., Done]:
    monkeypatch.chdir(tmp_path)
    Path("notes.py").write_text(MODEL)

    def run(*words: str) -> Done:
        code = run_command(["accounts", *words, "--model", "notes.py", "--database", database_url])
        return Done(code, *capfd.readouterr())

    return run


def test_the_first_administrator(command: Callable[..., Done]) -> None:
    made = command("create", "Ada@Example.org", "--role", "admin", "--name", "Ada")
    assert (made.code, made.err) == (0, f"{HERE}Next: backsmith serve notes.py\n")
    shown, link = made.out.split("\n", 1)
    assert shown == "1  ada@example.org  Ada  roles admin"
    found = LINK.fullmatch(link)
    assert found is not None
    assert found[1] == "reset/confirm"
    again = command("create", "ada@example.org")
    assert (again.code, again.err) == (
        2,
        "There is an account of ada@example.org: backsmith accounts show ada@example.org\n",
    )


def test_changes_and_who_made_them(command: Callable[..., Done], database_url: str, run: Any) -> None:
    command("create", "ada@example.org", "--role", "admin")
    command("create", "bo@example.org")
    assert command("grant", "bo@example.org", "staff") == (0, "2  bo@example.org  -  roles staff\n", "")
    assert command("revoke", "2", "staff") == (0, "2  bo@example.org  -\n", "")
    assert command("disable", "bo@example.org").out.startswith("2  bo@example.org  -  disabled 20")
    assert command("enable", "bo@example.org") == (0, "2  bo@example.org  -\n", "")
    assert command("sign-out", "bo@example.org") == (0, "2  bo@example.org  -\n", "Ended 0 sessions.\n")
    assert command("list", "bo@") == (0, "2  bo@example.org  -\n", "")
    assert [line[0] for line in command("list").out.splitlines()] == ["1", "2"]
    application = asgi("notes.py", database=database_url)

    async def events() -> list[tuple[str, str]]:
        await application.database.open()
        try:
            assert application.accounts is not None
            rows = await application.accounts.services.tables.audit_log.find(application.database, order="number")
            return [(row["event"], row["actor"]) for row in rows if row["account"] == "2"]
        finally:
            await application.database.close()

    assert run(events()) == [
        (event, '"command line"')
        for event in (
            "account.made",
            "reset.link-made",
            "role.granted",
            "role.revoked",
            "sessions.ended",
            "account.disabled",
            "account.enabled",
            "sessions.ended",
        )
    ]


def test_the_last_administrator_stays(command: Callable[..., Done]) -> None:
    command("create", "ada@example.org", "--role", "admin")
    refusal = "This is the last account that may administer others. Give another account the role admin first.\n"
    assert command("revoke", "ada@example.org", "admin") == (2, "", refusal)
    assert command("disable", "ada@example.org") == (2, "", refusal)


def test_links(command: Callable[..., Done]) -> None:
    command("create", "ada@example.org")
    reset, invited = command("reset-link", "1"), command("invite", "bo@example.org", "--role", "staff")
    for done, path in ((reset, "reset/confirm"), (invited, "invitation")):
        found = LINK.fullmatch(done.out)
        assert found is not None
        assert found[1] == path
    found = json.loads(command("reset-link", "1", "--json").out)
    assert LINK.fullmatch(found["link"] + "\n") is not None


def test_programs(command: Callable[..., Done]) -> None:
    assert command("create", "reporting", "--service", "--role", "staff") == (
        0,
        "1  -  reporting  roles staff  a program\n",
        "",
    )
    refused = command("reset-link", "1")
    assert (refused.code, refused.err) == (2, "The account has no e-mail address, is disabled, or a program's.\n")


def test_for_programs(command: Callable[..., Done]) -> None:
    command("create", "ada@example.org")
    assert json.loads(command("show", "1", "--json").out) == {
        "id": 1,
        "email": "ada@example.org",
        "name": None,
        "kind": "unknown",
        "disabled_at": None,
        "verified": False,
        "roles": [],
        "factors": [],
        "sessions": 0,
        "seen_at": None,
        "created_at": None,
    }


MISTAKES = {
    ("create",): "Who? Write backsmith accounts create ada@example.org\n",
    ("create", "ada"): "ada is no e-mail address. Write one such as ada@example.org.\n",
    (
        "create",
        "a@b.org\nBcc: c@d.org",
    ): "a@b.org\nBcc: c@d.org is no e-mail address. Write one such as ada@example.org.\n",
    ("create", "ada@example.org", "--role", "staf"): "There is no role 'staf'. Did you mean 'staff'? "
    "The application's rules ask for 'admin' and 'staff'.\n",
    ("show", "bo@example.org"): "There is no account bo@example.org. See: backsmith accounts list\n",
    ("grant", "1"): "grant and revoke take an account and a role: backsmith accounts grant ada@example.org admin\n",
    ("show", "1", "admin"): "grant and revoke take an account and a role: "
    "backsmith accounts grant ada@example.org admin\n",
    ("show", "1", "--role", "staff"): "--role is of create and invite. Write backsmith accounts grant 1 staff\n",
    ("list", "--service"): "--service and --name are of create.\n",
    ("create", "x", "--service", "--name", "y"): "Of a program, the name stands in place of the e-mail address: "
    "create reporting --service\n",
}


@pytest.mark.parametrize("words", MISTAKES, ids=" ".join)
def test_mistakes(command: Callable[..., Done], words: tuple[str, ...]) -> None:
    assert command(*words) == (2, "", MISTAKES[words])


def test_an_application_without_accounts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("plain.py").write_text(
        MODEL.replace("    owner: Account\n", "    text: str\n").replace("self.owner == user or ", "")
    )
    assert run_command(["accounts", "list", "--model", "plain.py", "--database", "sqlite:///x.db"]) == 2
    assert capfd.readouterr().err == (
        "This application keeps no accounts. Import Account in its model, and relate something to it.\n"
    )
