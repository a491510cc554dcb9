"""One application for all tests of a module: `shop`, on each kind of database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.accounts.application import NOTES, Served, serve
from tests.accounts.factors.people import CLOCK


@pytest.fixture(scope="module")
def shop(
    shared_database_url: str, tmp_path_factory: pytest.TempPathFactory, run: Callable[..., Any]
) -> Iterator[Served]:
    one = run(serve(NOTES, shared_database_url, tmp_path_factory.mktemp("shop")))
    CLOCK.stop(one)
    yield one
    run(one.application.close())
