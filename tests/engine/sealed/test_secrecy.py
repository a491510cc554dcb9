"""No plain value of a secret field is anywhere but in replies: not in the database, its files, the logs, messages."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backsmith.cli.main import run as command
from tests.accounts.application import serve
from tests.engine.sealed.clinic import CLINIC
from tests.engine.sealed.conftest import KEY, Clinic

MARKS = ("MARKED-VALUE", "1955-05-05", "98765.43")


async def test_nothing_plain_is_kept_or_logged(
    database_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    served = await serve(CLINIC, database_url, tmp_path, jwt_key=KEY, log_level="debug")
    clinic = Clinic(served, database_url)
    row = {"name": "Ann", "number": MARKS[0], "born": MARKS[1], "notes": {"a": [MARKS[0]]}, "owed": 98765.43}
    once = {"idempotency_key": "k" * 32, "prefer": "return=representation"}
    first = await clinic.ask("POST", "/patients", row, **once)
    assert all(mark in first.text for mark in MARKS)
    assert (await clinic.ask("POST", "/patients", row, **once)).body == first.body
    changed = row | {"number": "another"}
    assert (await clinic.ask("POST", "/patients", changed, **once)).status == 422
    await clinic.given("PATCH", "/patients/1", {"number": MARKS[0] + "2"})
    await clinic.given("PATCH", "/patients?name=eq.Ann", {"born": MARKS[1]})
    messages = [
        (await clinic.ask("POST", "/patients", row | {"name": "Ann"})).text,
        (await clinic.ask("POST", "/patients", row | {"name": "B", "number": MARKS[0] * 9})).text,
        (await clinic.ask("POST", "/patients", row | {"name": "B", "born": MARKS[0]})).text,
        (await clinic.ask("POST", "/patients", row | {"name": "B", "owed": MARKS[0]})).text,
        (await clinic.ask("POST", "/patients", row | {"name": "B", "ward_id": 99})).text,
        (await clinic.ask("GET", f"/patients?number=eq.{MARKS[0]}")).text,
    ]
    await clinic.given("DELETE", "/patients/1")
    await clinic.given("POST", "/patients", row)
    kept = await _everything(clinic)
    files = [file.read_bytes() for file in _database_files(database_url)]
    await served.application.close()
    files += [file.read_bytes() for file in _database_files(database_url)]
    logged = caplog.text + "".join(capfd.readouterr())
    assert len(kept) > 2000
    for mark in MARKS:
        assert mark not in kept
        assert mark.encode().hex() not in kept
        assert not any(mark.encode() in content or mark.encode("utf-16-le") in content for content in files)
        assert mark not in logged
        assert mark not in "".join(messages)


async def _everything(clinic: Clinic) -> str:
    """All values of all tables, as texts; bytes in hexadecimal digits and as they are."""
    found: list[str] = []
    for table in (await clinic.database.inspect()).tables:
        for row in await clinic.rows(f'SELECT * FROM "{table.name}"'):
            for value in row:
                raw = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                found += [raw.decode("latin-1"), raw.hex()]
    return "\n".join(found)


def _database_files(url: str) -> list[Path]:
    """The files of a SQLite database, its write-ahead log among them."""
    path = url.removeprefix("sqlite:///")
    return [Path(path + end) for end in ("", "-wal", "-shm") if url != path and Path(path + end).exists()]


def test_why_and_log_commands_dont_show_them(
    database_url: str, tmp_path: Path, run: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    async def filled() -> str:
        served = await serve(CLINIC, database_url, tmp_path)
        await Clinic(served, database_url).given("POST", "/patients", {"name": "Ann", "number": MARKS[0]})
        await served.application.close()
        return str(next(tmp_path.glob("application_*.py")))

    model = run(filled())
    words = ["--database", database_url]
    body = ["--body", f'{{"number": "{MARKS[0]}3"}}']
    for way in (
        ["GET", "/api/patients/1"],
        ["PATCH", "/api/patients/1", *body],
        ["PATCH", "/api/patients/1", "--json", *body],
    ):
        capsys.readouterr()
        assert command(["why", *way, "--model", model, *words]) == 0
        assert MARKS[0] not in capsys.readouterr().out
    assert command(["log", model, *words]) == 0
    said = capsys.readouterr().out
    assert re.findall(r"    (\w+: .*)", said) == ["id: 1", 'name: "Ann"', "number: …", "owed: …"]
