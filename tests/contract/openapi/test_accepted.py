"""What the document lets a request say is accepted: the server is asked texts of its patterns, and sent its examples.

BACKSMITH_PATTERNS=200 asks so many texts of each pattern.
"""

from __future__ import annotations

import json
import os
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.client import Client

MANY = int(os.environ.get("BACKSMITH_PATTERNS", "8"))
COLLECTIONS = ("/api/makers", "/api/labels", "/api/tools")
OTHERS = ("limit", "offset", "after")
"""Parameters that are numbers, or that only the server makes."""
LONGEST = 400
SLOW = (HealthCheck.too_slow, HealthCheck.filter_too_much)


def resolved(document: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in part:
        section, name = part["$ref"].split("/")[-2:]
        part = document["components"][section][name]
    return part


def parameters(document: dict[str, Any], path: str, method: str = "get") -> list[dict[str, Any]]:
    return [resolved(document, each) for each in document["paths"][path][method]["parameters"]]


def repeats(select: str) -> bool:
    """Whether a `select` shows something twice, which no pattern can say; `*` is all fields."""
    names = [name.partition("!")[0].partition("(")[0] for name in select.split(",")]
    related = {name.partition("!")[0].partition("(")[0] for name in select.split(",") if "(" in name}
    return len(set(names)) < len(names) or ("*" in names and not {*names} - {"*"} <= related)


def refused(client: Client, path: str, name: str, pattern: str) -> list[tuple[str, str]]:
    """Texts that match the pattern and aren't accepted, with what the server says."""
    found: list[tuple[str, str]] = []

    @settings(max_examples=MANY, deadline=None, database=None, derandomize=True, suppress_health_check=SLOW)
    @given(st.from_regex(pattern, fullmatch=True).filter(lambda text: len(text) < LONGEST and text.isprintable()))
    def ask(text: str) -> None:
        answer = client.get(f"{path}?{quote(name)}={quote(text, safe='')}")
        if answer.status != 200 and not (name == "select" and repeats(text)):
            found.append((text, answer.json["message"]))

    ask()
    return found


@pytest.mark.parametrize("path", COLLECTIONS)
def test_texts_that_match_the_pattern_of_a_parameter_are_accepted(
    client: Client, document: dict[str, Any], path: str
) -> None:
    asked = {
        each["name"]: resolved(document, each["schema"])["pattern"]
        for each in parameters(document, path)
        if each["in"] == "query" and each["name"] not in OTHERS
    }
    found = {name: refused(client, path, name, pattern) for name, pattern in asked.items()}
    assert {name: texts for name, texts in found.items() if texts} == {}


@pytest.mark.parametrize("path", COLLECTIONS)
def test_examples_of_parameters_are_accepted(client: Client, document: dict[str, Any], path: str) -> None:
    asked = [each for each in parameters(document, path) if each["in"] == "query" and each["name"] != "after"]
    answers = {
        each["name"]: client.get(f"{path}?{each['name']}={quote(str(each['example']))}").status for each in asked
    }
    assert answers == {each["name"]: 200 for each in asked}


@pytest.mark.parametrize(
    ("path", "name"), [("/api/makers", "MakerCreate"), ("/api/labels", "LabelCreate"), ("/api/tools", "ToolCreate")]
)
def test_examples_of_new_rows_can_be_made(client: Client, document: dict[str, Any], path: str, name: str) -> None:
    [body] = document["components"]["schemas"][name]["examples"]
    body.pop("spare_id", None)  # there is no other tool yet
    if name == "ToolCreate":
        made = client.get("/api/makers?id=eq.1", method="GET").json
        assert made, "the maker of the first case"
    answer = client.get(path, method="POST", body=json.dumps(body).encode(), content_type="application/json")
    assert (answer.status, answer.text) == (201, "")


def test_a_new_row_may_be_made_with_others_as_the_document_says(client: Client) -> None:
    body = {
        "name": "Grace",
        "tools": [{"name": "saw", "slug": "saw", "code": "AB-001", "labels": [{"text": "sharp"}], "spare": None}],
    }
    sent = json.dumps(body).encode()
    asked: dict[str, Any] = {"content_type": "application/json", "prefer": "return=representation"}
    answer = client.get("/api/makers?select=name,tools(name,labels(text))", method="POST", body=sent, **asked)
    assert answer.json == [{"name": "Grace", "tools": [{"name": "saw", "labels": [{"text": "sharp"}]}]}]


def test_a_relation_and_its_foreign_key_at_once_are_refused_as_the_document_says(
    client: Client, document: dict[str, Any]
) -> None:
    schema = document["components"]["schemas"]["ToolCreate"]
    assert schema["allOf"] == [
        {
            "if": {"required": ["maker"]},
            "then": {"not": {"required": ["maker_id"]}},
            "else": {"required": ["maker_id"]},
        },
        {"if": {"required": ["spare"]}, "then": {"not": {"required": ["spare_id"]}}},
    ]
    body = {"name": "x", "slug": "x", "code": "AB-002", "maker": 1, "maker_id": 1}
    answer = client.get("/api/tools", method="POST", body=json.dumps(body).encode(), content_type="application/json")
    assert (answer.status, answer.json["message"]) == (422, "maker is given twice: as maker_id too")
