"""The writer on a database of each kind, with the rows of `START` in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from backsmith.databases import Database
from tests.writing.desk import Desk, begin


@pytest.fixture
def desk(database: Database, run: Any) -> Iterator[Desk]:
    desk = Desk(database)
    run(begin(desk))
    yield desk
