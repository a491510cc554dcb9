"""Python writes values as the databases do, byte for byte."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backsmith.blueprint.types import DateTime, Json, Numeric
from backsmith.databases import Database
from backsmith.databases.json_values import json_writer
from tests.databases.samples import LITERALS, SAMPLES

CASES = [
    pytest.param(name, value, json, id=f"{name}-{number}")
    for name, cases in LITERALS.items()
    for number, (value, json) in enumerate(cases)
]


@pytest.mark.parametrize(("name", "value", "json"), CASES)
def test_a_value_is_written_as_its_canonical_json(name: str, value: Any, json: str) -> None:
    assert json_writer(SAMPLES[name].type)(value) == json


@pytest.mark.parametrize("name", SAMPLES)
def test_none_is_null(name: str) -> None:
    assert json_writer(SAMPLES[name].type)(None) == "null"


def test_json_is_kept_to_the_letter() -> None:
    assert json_writer(Json())(msgspec.Raw(b'{"a": 1.10, "b": [null, "\\u00e9"]}')) == '{"a":1.10,"b":[null,"\\u00e9"]}'


def test_what_no_value_of_the_type_is_stands_in_quotes() -> None:
    assert json_writer(DateTime())("next week") == '"next week"'
    assert json_writer(Numeric())(Decimal("NaN")) == '"NaN"'


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_databases_write_the_same(shared_database: Database, run: Any, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(SAMPLES)))
    type, dialect = SAMPLES[name].type, shared_database.dialect
    value = data.draw(SAMPLES[name].values.filter(lambda value: value is not None))
    statement = f"SELECT {dialect.json(dialect.placeholder(1, type), type, nullable=False, column=False)}"
    ((text,),) = run(shared_database.fetch(statement, [dialect.encoder(type)(value)]))
    assert json_writer(type)(value) == str(text)
