"""What is too old leaves the log, and whoever would miss it is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backsmith.blueprint.types import DateTime
from backsmith.log import Log
from backsmith.log.entry import PositionError
from tests.log.conftest import Shop

pytestmark = pytest.mark.every_postgres


def log_of(shop: Shop) -> Log:
    assert shop.application.change_log is not None
    return shop.application.change_log


def sweep(shop: Shop, days: float) -> int:
    """The sweep so many days from now."""
    retention = log_of(shop).retention
    assert retention is not None
    return shop.run(retention.sweep(datetime.now(UTC) + timedelta(days=days)))


def make(shop: Shop, *texts: str) -> list[int]:
    """Positions of new entries."""
    before = [entry.position for entry in shop.entries()]
    shop.done("POST", "/api/notes", [{"text": text} for text in texts])
    return [entry.position for entry in shop.entries() if entry.position not in before]


def test_entries_are_kept_for_90_days(filled: Shop) -> None:
    make(filled, "a", "b")
    assert sweep(filled, 89) == 0
    assert len(filled.entries()) == 2
    assert sweep(filled, 91) == 2
    assert filled.entries() == []
    assert sweep(filled, 91) == 0


def test_who_read_on_before_it_is_told_who_had_read_it_is_not(filled: Shop, run: Any) -> None:
    one, two = make(filled, "a", "b")
    sweep(filled, 91)
    (three,) = make(filled, "c")
    assert three > two
    assert [entry.position for entry in filled.entries(two)] == [three]
    assert [entry.position for entry in filled.entries(None)] == [three]
    gone = rf"^Entries after position {one} are gone: the log now begins after {two}\."
    with pytest.raises(PositionError, match=gone):
        filled.entries(one)
    assert [entry.position for entry in run(log_of(filled).latest(10)).entries] == [three]


def test_only_what_is_too_old_goes(filled: Shop, run: Any) -> None:
    one, two, three = make(filled, "a", "b", "c")
    old = datetime.now(UTC) - timedelta(days=100)
    database = filled.application.database
    place, instant = database.dialect.placeholder(1, DateTime()), database.dialect.encoder(DateTime())(old)
    for position in (one, three):
        run(database.execute(f"UPDATE backsmith_log SET at = {place} WHERE position = {position}", [instant]))
    assert sweep(filled, 0) == 1
    assert [entry.position for entry in filled.entries(one)] == [two, three], "an old one after a young one stays"


def test_many_go_in_batches(filled: Shop) -> None:
    make(filled, *map(str, range(1203)))
    (last,) = make(filled, "last")
    assert sweep(filled, 91) == 1204
    assert filled.entries() == []
    assert filled.entries(last) == []
    with pytest.raises(PositionError):
        filled.entries(last - 1)


def test_it_may_be_kept_for_ever(shop_at: Callable[..., Shop], database_url: str) -> None:
    assert log_of(shop_at(database_url, log_retention=0)).retention is None
