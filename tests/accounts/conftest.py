"""Applications with accounts: `served` is one with notes, on each kind of database, empty for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.accounts.application import NOTES, Served, serve


@pytest.fixture
def served(database_url: str, tmp_path: Path, run: Callable[..., Any]) -> Iterator[Served]:
    one = run(serve(NOTES, database_url, tmp_path))
    yield one
    run(one.application.close())
