"""Keys in a database: made once, shared by all who have the same root secret, replaced while everybody goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backsmith.databases import Database
from backsmith.errors import UsageError
from backsmith.secrets import KeyUnknownError, SealError, Secrets
from backsmith.secrets.keys import Keys, MissingRootError, WrongRootError
from backsmith.secrets.root import make_root, new_root
from backsmith.secrets.secrets import HOLD
from backsmith.settings import Settings

Make = Callable[..., Secrets]
NOON = datetime(2026, 1, 23, 12, tzinfo=UTC)


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(folder=str(tmp_path))


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def test_what_one_process_seals_another_opens(database: Database, settings: Settings) -> None:
    one, other = Secrets(settings), Secrets(settings)
    await one.start(database)
    await other.start(database)
    sealed = one.seal("flow", b"plain", about="7")
    assert other.open("flow", sealed, about="7") == b"plain"
    assert one.digest("code", "a", "b") == other.digest("code", "a", "b") != one.digest("link", "a", "b")
    for purpose, about in (("flow", "8"), ("field", "7"), ("other", "7")):
        with pytest.raises(SealError):
            other.open(purpose, sealed, about=about)


async def test_of_many_who_start_at_once_all_have_the_same_keys(database: Database, settings: Settings) -> None:
    many = [Secrets(settings) for _ in range(12)]
    await asyncio.gather(*(each.start(database) for each in many))
    assert {each.known() for each in many} == {many[0].known()}
    assert [key.purpose for key in many[0].known()] == ["digests", "accounts", "fields"]


async def test_another_root_secret_is_refused_and_changes_nothing(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    first = Secrets(settings)
    await first.start(database)
    (tmp_path / ".backsmith" / "root_secret").unlink()
    make_root(tmp_path / ".backsmith" / "root_secret")
    with pytest.raises(
        WrongRootError, match="The root secret isn't the one that the keys in this database were made w"
    ):
        await Secrets(settings).start(database)
    await first.renew()


async def test_without_the_root_secret_none_is_made_where_there_are_keys(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    await Secrets(settings).start(database)
    (tmp_path / ".backsmith" / "root_secret").unlink()
    with pytest.raises(MissingRootError, match="Put it back from its backup, or copy it from the machine that serves"):
        await Secrets(settings).start(database)
    assert not (tmp_path / ".backsmith" / "root_secret").exists()


async def test_a_new_key_is_read_by_all_before_anybody_uses_it(
    database: Database, settings: Settings, clock: Clock
) -> None:
    one, other = Secrets(settings, clock), Secrets(settings, clock)
    await one.start(database)
    await other.start(database)
    before = one.seal("field", b"before")
    clock.now += timedelta(days=90)
    (made,) = await one.rotate(("fields",))
    assert one.sealing("field").id != made
    assert other.open("field", one.seal("field", b"held")) == b"held"
    await other.renew()  # as it does by itself, every few seconds
    clock.now += HOLD
    assert one.sealing("field").id == other.sealing("field").id == made
    assert other.open("field", one.seal("field", b"after")) == b"after"
    assert other.open("field", before) == b"before"
    assert one.sealing("flow").id != made


async def test_a_key_of_another_process_is_found_in_the_table(
    database: Database, settings: Settings, clock: Clock
) -> None:
    one, other = Secrets(settings, clock), Secrets(settings, clock)
    await one.start(database)
    await other.start(database)
    clock.now += timedelta(days=1)
    await one.rotate(("fields",))
    clock.now += HOLD
    sealed = one.seal("field", b"new")
    with pytest.raises(KeyUnknownError, match=r"isn't in backsmith_keys\. Restore that table from the same backup"):
        other.open("field", sealed)
    await other.renew()
    assert other.open("field", sealed) == b"new"


async def test_digests_stay_the_same_whatever_is_rotated(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    secrets = Secrets(settings)
    await secrets.start(database)
    before = secrets.digest("code", "12345678")
    await secrets.rotate(("accounts", "fields"))
    new = new_root()
    assert await secrets.rewrap(new) == 5
    later = Secrets(Settings(folder=str(tmp_path), secret=new))
    await later.start(database)
    assert later.digest("code", "12345678") == before


async def test_after_a_new_root_secret_running_servers_go_on_and_only_the_new_one_starts(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    running, command, new = Secrets(settings), Secrets(settings), new_root()
    await running.start(database)
    await command.start(database)
    sealed = running.seal("field", b"plain")
    await command.rewrap(new)
    with pytest.raises(WrongRootError):
        await running.renew()
    assert running.open("field", running.seal("field", b"still")) == b"still"
    with pytest.raises(WrongRootError):
        await Secrets(settings).start(database)
    restarted = Secrets(Settings(folder=str(tmp_path), secret=new))
    await restarted.start(database)
    assert restarted.open("field", sealed) == b"plain"


async def test_a_rotation_and_a_new_root_secret_at_once_come_one_after_the_other(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    new = new_root()
    many = [Secrets(settings) for _ in range(8)]
    for each in many:
        await each.start(database)
    turns = [many[0].rewrap(new), *(each.rotate(("accounts", "fields")) for each in many[1:])]
    done = await asyncio.gather(*turns, return_exceptions=True)
    assert all(isinstance(each, WrongRootError | list | int) for each in done)
    keys = await Keys(database).read(new)  # every one of them can be unwrapped
    assert len(keys) == 3 + 2 * sum(isinstance(each, list) for each in done[1:])


async def test_nobody_seals_before_the_keys_were_read(settings: Settings) -> None:
    with pytest.raises(UsageError, match="Secrets are used before they were started"):
        Secrets(settings).seal("flow", b"plain")
    with pytest.raises(UsageError, match="Secrets are used before they were started"):
        await Secrets(settings).renew()


async def test_neither_root_nor_keys_stand_in_the_database_or_in_reprs(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    secrets = Secrets(settings)
    await secrets.start(database)
    rows = await database.fetch("SELECT id, purpose, wrapped FROM backsmith_keys", ())
    stored = b"".join(bytes(row[2]) for row in rows)
    root = (tmp_path / ".backsmith" / "root_secret").read_text().strip()
    assert root.encode() not in stored
    for key in secrets.known():
        assert key.key not in stored
        assert repr(key) == f"DataKey(id={key.id!r}, purpose={key.purpose!r}, made_at={key.made_at!r})"
