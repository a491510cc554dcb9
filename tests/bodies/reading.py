"""Bodies as the tests read them: `given(…)` is what a body says, `mistakes(…)` what is wrong with it."""

from __future__ import annotations

import json
from typing import Any

from backsmith.blueprint import compile  # noqa: A004 - the vocabulary's word for it
from backsmith.blueprint.blueprint import Blueprint
from backsmith.engine.bodies import Bodies, Body
from backsmith.engine.catalogue import Catalogue
from backsmith.engine.grammar.limits import LIMITS, Limits
from backsmith.engine.writing.work import Given
from backsmith.errors import RequestError
from tests.bodies import model

BLUEPRINT: Blueprint = compile(model)[0]
CATALOGUE = Catalogue(BLUEPRINT)
CLASSES = {entity.name: getattr(model, entity.name) for entity in BLUEPRINT.entities}


def bodies(limits: Limits = LIMITS) -> Bodies:
    return Bodies(CATALOGUE, limits, CLASSES)


BODIES = bodies()


def body(
    entity: str, content: Any, verb: Any = "create", *, content_type: str | None = None, limits: Limits = LIMITS,
    **options: Any,
) -> Body:  # fmt: skip
    """What a body says; `content` is bytes, a text, or what is sent as JSON."""
    if not isinstance(content, bytes | str):
        content = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
    if isinstance(content, str):
        content = content.encode()
    reader = BODIES if limits is LIMITS else bodies(limits)
    return reader.read(CATALOGUE.resources[entity], content, content_type, verb, **options)


def given(entity: str, content: Any, verb: Any = "create", **options: Any) -> Given:
    """The one row of a body."""
    (row,) = body(entity, content, verb, **options).rows
    return row


def refusal(entity: str, content: Any, verb: Any = "create", **options: Any) -> RequestError:
    """The refusal of a body."""
    try:
        read = body(entity, content, verb, **options)
    except RequestError as error:
        return error
    raise AssertionError(f"read as {read}")


def mistakes(entity: str, content: Any, verb: Any = "create", **options: Any) -> list[str]:
    """What is wrong with a body: place, code, message, hint."""
    error = refusal(entity, content, verb, **options)
    assert error.kind.slug == "invalid", error.message
    return [
        f"{each['pointer']} {each['code']}: {each['message']}" + (f" ({each['hint']})" if "hint" in each else "")
        for each in error.members["errors"]
    ]


def value(field: str, text: str) -> Any:
    """The value of a Thing's field, given as JSON text."""
    return given("Thing", f'{{"{field}":{text},"words":[]}}').values[field]


def mistake(field: str, text: str) -> str:
    """What is wrong with it."""
    (found,) = mistakes("Thing", f'{{"{field}":{text},"words":[]}}')
    return found.removeprefix(f"/{field}")
