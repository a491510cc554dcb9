"""Production doesn't start with anything weak, and says all of it at once; development starts with nothing set."""

from __future__ import annotations

import logging
import tempfile
import textwrap
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from backsmith.app import asgi
from backsmith.errors import UsageError
from backsmith.secrets.root import new_root
from tests.accounts.application import NOTES

Run = Callable[[Awaitable[Any]], Any]

PLAIN = """
    from backsmith import Entity

    class Note(Entity, private=True):
        text: str
"""
SECRET = """
    from typing import Annotated
    from backsmith import Entity, Secret

    class Note(Entity, private=True):
        text: Annotated[str, Secret]
"""
GOOD = {"address": "https://shop.example", "mail": "smtps://user:password@mail.example:465"}


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that other users of this machine can reach, as pytest's own can't be."""
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.fixture
def started(folder: Path, run: Run) -> Callable[..., str]:
    """Starts an application of that text in production, and gives what it refuses with; nothing where it starts."""
    number = iter(range(100))

    def start(model: str = NOTES, **settings: Any) -> str:
        file = folder / f"shop_{next(number)}_{folder.name.lower()}.py"
        file.write_text(textwrap.dedent(model))
        settings = {"environment": "production", "database": f"sqlite:///{folder}/shop.db", **settings}
        application = asgi(file, access_log=False, **settings)
        try:
            run(application.start())
        except UsageError as error:
            return str(error)
        finally:
            run(application.close())
        return ""

    return start


def test_everything_that_is_weak_is_told_at_once(started: Callable[..., str], folder: Path) -> None:
    (folder / "root").write_text("please-changeme-before-you-go-to-production!")
    (folder / "shop.db").touch(0o644)
    (folder / "mails").mkdir()
    in_the_clear = "Passwords and cookies would cross the network in the clear."
    said = started(secret_file=str(folder / "root"), address="http://shop.example", mail=str(folder / "mails"))
    assert said == textwrap.dedent(
        f"""\
        Not started: 5 things are too weak for production.

        address
          {in_the_clear} Write https://shop.example, and let a proxy in front do TLS.

        secret_file
          The root secret can be guessed: it has the word changeme in it. Make one with: backsmith secrets new

        secret_file
          {folder}/root can be read by other users of this machine. Write: chmod 600 {folder}/root

        database
          {folder}/shop.db can be read by other users of this machine. Write: chmod 600 {folder}/shop.db

        mail
          {folder}/mails can be read by other users of this machine. Write: chmod 700 {folder}/mails"""
    )


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"address": ""}, 'nothing says where people reach the application. Write address = "https://shop.example".'),
        ({"address": "https://shop.example/app"}, "This is more than scheme and host. Write https://shop.example."),
        ({"mail": ""}, "No mail can be sent: the setting mail isn't set"),
        ({"secret": "0123456789" * 4}, "The root secret can be guessed: it repeats itself."),
    ],
)
def test_each_by_itself(started: Callable[..., str], settings: dict[str, str], said: str) -> None:
    refused = started(**(GOOD | settings))
    assert refused.startswith("Not started: 1 thing is too weak for production.\n\n")
    assert said in refused


def test_what_is_good_starts_and_what_it_makes_is_private(started: Callable[..., str], folder: Path) -> None:
    assert started(**GOOD) == ""
    made = {file.name: oct(file.stat().st_mode & 0o777) for file in folder.rglob("*") if file.is_file()}
    assert made["shop.db"] == made["root_secret"] == "0o600"
    assert started(**GOOD) == ""


def test_secret_fields_need_a_good_root_secret_too_and_nothing_else(started: Callable[..., str], folder: Path) -> None:
    assert started(SECRET) == ""
    assert "The root secret can be guessed" in started(SECRET, secret="abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP")
    other = f"sqlite:///{folder}/other.db"
    assert started(PLAIN, database=other, secret="abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP") == ""


def test_a_root_secret_isnt_made_where_the_database_would_outlive_it(started: Callable[..., str], folder: Path) -> None:
    elsewhere = {"database": "postgresql://shop@db.example/shop"}
    assert "The database outlives this machine, and the root secret" in started(**GOOD, **elsewhere)
    assert not (folder / ".backsmith" / "root_secret").exists()


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("k" * 40, "is made of 1 different characters only"),
        ("my-super-secret-jwt-key-of-2026-xyz", "has the word secret"),
    ],
)
def test_a_key_of_tokens_that_could_be_guessed(started: Callable[..., str], folder: Path, key: str, why: str) -> None:
    assert f"Tokens could be forged: this secret {why}" in started(jwt_key=key)
    file = folder / "key"
    file.write_text(key)
    refused = started(jwt_key_file=str(file))
    assert f"Tokens could be forged: this secret {why}" in refused
    assert f"{file} can be read by other users of this machine. Write: chmod 600 {file}" in refused
    assert key not in refused
    file.write_text(new_root())
    file.chmod(0o600)
    assert started(jwt_key_file=str(file)) == ""


@pytest.mark.parametrize("password", ["postgres", "shop", "Password"])
def test_a_password_that_is_tried_first_is_warned_of(
    password: str, caplog: pytest.LogCaptureFixture, tmp_path: Path, run: Run
) -> None:
    file = tmp_path / f"plain_{password}.py"
    file.write_text(textwrap.dedent(PLAIN))
    url = f"postgresql://shop:{password}@127.0.0.1:1/shop"
    application = asgi(file, environment="production", database=url)
    with caplog.at_level(logging.WARNING), pytest.raises(Exception, match="no server answers there"):
        run(application.start())
    run(application.close())
    assert "The password of the database is one of those that are tried first." in caplog.text


def test_development_asks_for_nothing(started: Callable[..., str]) -> None:
    assert started(environment="development") == ""
