"""Lengths of time as canonical text, there and back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backsmith.blueprint.resolve_constants import duration_text, duration_value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (timedelta(0), "PT0S"),
        (timedelta(days=3), "P3D"),
        (timedelta(hours=26, minutes=3), "P1DT2H3M"),
        (timedelta(seconds=61.25), "PT1M1.25S"),
        (timedelta(microseconds=-1), "PT-0.000001S"),
        (timedelta(days=-1, hours=-2), "P-1DT-2H"),
    ],
)
def test_durations(value: timedelta, text: str) -> None:
    assert duration_text(value) == text


@given(st.timedeltas())
def test_a_duration_is_read_as_it_was_written(value: timedelta) -> None:
    assert duration_value(duration_text(value)) == value


def test_what_is_no_duration() -> None:
    with pytest.raises(ValueError, match="'3 days' is not a duration"):
        duration_value("3 days")
