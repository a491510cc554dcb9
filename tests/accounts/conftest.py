"""Applications with accounts: `served` is one with notes, on each kind of database, empty for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from backsmith.accounts import proofs
from tests.accounts.application import NOTES, Served, serve


@pytest.fixture(autouse=True)
def quick_replies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replies that mustn't tell anything by their time wait for the next hundredth of a second only."""
    monkeypatch.setattr(proofs, "STEP", 0.01)


@pytest.fixture
def served(database_url: str, tmp_path: Path, run: Callable[..., Any]) -> Iterator[Served]:
    one = run(serve(NOTES, database_url, tmp_path))
    yield one
    run(one.application.close())
