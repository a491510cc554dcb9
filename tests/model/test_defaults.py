"""Generators: a declaration in the body of a class, a value everywhere else."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from backsmith import current_user, now, today, uuid4, uuid7
from backsmith.model.defaults import Generated


def test_in_a_class_they_declare() -> None:
    class Holder:
        moment = now()
        day = today()
        sorted_key = uuid7()
        random_key = uuid4()
        user: Any = current_user()

    assert [vars(Holder)[name] for name in ("moment", "day", "sorted_key", "random_key", "user")] == [
        Generated("now"),
        Generated("today"),
        Generated("uuid7"),
        Generated("uuid4"),
        Generated("current_user"),
    ]


def test_in_a_method_they_make_values() -> None:
    class Holder:
        def values(self) -> list[object]:
            return [now(), today(), uuid7(), uuid4()]

    moment, day, sorted_key, random_key = Holder().values()
    assert isinstance(moment, datetime)
    assert moment.tzinfo is UTC
    assert type(day) is date
    assert isinstance(sorted_key, UUID)
    assert isinstance(random_key, UUID)
    assert (sorted_key.version, random_key.version) == (7, 4)


def test_at_the_level_of_a_module_they_make_values() -> None:
    names: dict[str, Any] = {}
    exec("from backsmith import now; moment = now()", names)
    assert isinstance(names["moment"], datetime)


def test_a_declaration_cannot_be_calculated_with() -> None:
    with pytest.raises(TypeError, match=r"A default can be now\(\) alone, not something calculated from it"):

        class Holder:
            moment = now() - datetime(2026, 1, 23, tzinfo=UTC)

        raise AssertionError(Holder)


def test_the_current_user_has_no_value() -> None:
    assert Generated("current_user").make() is None
    with pytest.raises(TypeError, match=r"current_user\(\) is a default of a field"):
        current_user()


def test_uuids_of_version_7_sort_by_time() -> None:
    made = [uuid7() for _ in range(3)]
    assert [key.variant for key in made] == ["specified in RFC 4122"] * 3
    before = int(datetime.now(UTC).timestamp() * 1000)
    assert (uuid7().int >> 80) - before in range(60_000)
