"""A request to copy: an operation with values filled in. In: an operation, the shapes. Out: `Example`."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import msgspec
from msgspec import UNSET

from backsmith.blueprint.types import Text, is_file
from backsmith.contract.contract import Bytestream, Content, Contract, Input, Member, Operation, Ref, Shape
from backsmith.contract.examples import constant_of, example_of, example_value

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
_EMAIL = "ada@example.org"
_SHOWN_ROWS = 10
_FIELDS_SHOWN = 3


class Example(NamedTuple):
    """A request with its values."""

    method: str
    path: str
    """Percent-encoded."""
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body: Any = UNSET
    """A JSON value; UNSET where there is none, or it isn't JSON."""
    form: tuple[tuple[str, str], ...] = ()
    upload: str | None = None
    """The media type of a file that is the body."""
    parts: tuple[tuple[str, str | None], ...] = ()
    """Of a form with files: each field, and its text; None stands for a file."""
    signed_in: bool = False
    """Who sends it has to be somebody."""

    @property
    def target(self) -> str:
        """Path and query as they are sent."""
        return self.path + ("?" + urlencode(self.query, safe="*(),:{}", quote_via=quote) if self.query else "")


def example_request(operation: Operation, contract: Contract, shapes: Mapping[str, Shape]) -> Example:
    """A request for an operation, with a value for whatever has to be given."""
    path, query = operation.path, list[tuple[str, str]]()
    for each in operation.inputs:
        if each.place == "path":
            path = path.replace(f"{{{each.name}}}", quote(_key_text(each, operation), safe=",/"))
        elif each.place == "query" and each.kind == "value" and (each.required or each.default is not None):
            text = _text_of(each)
            if text is not None:
                query.append((each.name, text))
    headers = [
        (each.name, text)
        for each in operation.inputs
        if each.place == "header" and each.required and (text := _text_of(each)) is not None
    ]
    query += _usual_query(operation, contract)
    if operation.kind in ("create", "update", "replace"):
        headers.append(("Prefer", "return=representation"))
    made = Example(operation.method, path, tuple(query), tuple(headers), signed_in=not operation.anonymous)
    return made if not operation.body else _with_body(made, operation, contract, shapes)


def _usual_query(operation: Operation, contract: Contract) -> list[tuple[str, str]]:
    """What a request for rows usually says: which fields, in which order, how many; or which rows are meant."""
    collection = next((each for each in contract.collections if each.name == operation.collection), None)
    if collection is None:
        return []
    row = next((each for each in contract.shapes if each.name == collection.row), None)
    names = [] if row is None else [member.name for member in row.members]
    match operation.kind:
        case "list":
            shown = [*collection.key, *(name for name in names if name not in collection.key)][:_FIELDS_SHOWN]
            order = [("order", collection.key[0])] if collection.key else []
            return [*([("select", ",".join(shown))] if shown else []), *order, ("limit", str(_SHOWN_ROWS))]
        case "update_many" | "delete_many":
            key = next(
                (each for each in operation.inputs if each.kind == "filter" and each.name in collection.key), None
            )
            if key is None:
                return [("limit", "1")]
            return [(key.name, f"eq.{_text_of(key) or ''}")]
        case _:
            return []


def _with_body(made: Example, operation: Operation, contract: Contract, shapes: Mapping[str, Shape]) -> Example:
    content = _preferred(operation.body)
    if isinstance(content.type, Bytestream):
        accepted = next((each for each in content.type.accept if "*" not in each), "application/octet-stream")
        kind = content.media_type if "*" not in content.media_type else accepted
        return made._replace(upload=kind)
    if content.media_type == "multipart/form-data" and isinstance(content.type, Ref):
        return made._replace(parts=tuple(_parts(shapes[content.type.shape], shapes)))
    value = _body_value(content, operation, contract, shapes)
    if content.media_type == FORM and isinstance(content.type, Ref):
        given: dict[str, Any] = value
        return made._replace(form=tuple((name, plain_text(each)) for name, each in given.items()))
    return made._replace(body=value)


def _preferred(contents: tuple[Content, ...]) -> Content:
    return next((each for each in contents if each.media_type == JSON), contents[0])


def _body_value(content: Content, operation: Operation, contract: Contract, shapes: Mapping[str, Shape]) -> Any:
    """A body: whatever has to be given; of a change the first member that isn't a key; of a batch one operation."""
    if operation.kind == "batch":
        listed = next((each for each in contract.operations if each.kind == "list"), None)
        if listed is None:
            return {"operations": []}
        path = f"{listed.path.removeprefix(contract.prefix)}?limit=1"
        return {"operations": [{"id": "first", "method": "GET", "path": path}]}
    if not isinstance(content.type, Ref):
        value = example_value(content.type, "value", None, shapes)
        return None if value is UNSET else value
    shape = shapes[content.type.shape]
    members = [each for each in shape.members if not each.key] or list(shape.members)
    if shape.purpose == "update":
        members = members[:1]
    elif any(each.required for each in members):
        members = [each for each in members if each.required]
    else:
        members = members[:2]
    found: dict[str, Any] = {}
    for member in members:
        value = _EMAIL if _is_address(member) else example_of(member, shapes)
        if value is not UNSET:
            found[member.name] = value
    return found


def _is_address(member: Member) -> bool:
    """Whether it is the e-mail address of an account, which has no type of its own there."""
    return member.name == "email" and isinstance(member.type, Text) and member.type.format is None


def _parts(shape: Shape, shapes: Mapping[str, Shape]) -> list[tuple[str, str | None]]:
    found: list[tuple[str, str | None]] = []
    for member in shape.members:
        if isinstance(member.type, Bytestream):
            found.append((member.name, None))
        elif member.required and (value := example_of(member, shapes)) is not UNSET:
            found.append((member.name, plain_text(value)))
    return found


def _key_text(given: Input, operation: Operation) -> str:
    """A segment of the path. What several fields make one key of is a value of each, with commas between."""
    text = _text_of(given)
    if given.name == "key" and operation.collection is not None and given.doc and " with commas between" in given.doc:
        return ",".join("1" for _ in given.doc.split(" with commas")[0].split(","))
    return text or "1"


def _text_of(given: Input) -> str | None:
    """An example of an input as text; None where there is none."""
    if given.example is not None:
        return given.example
    value = constant_of(given)
    if value is None:
        value = example_value(given.type, given.name, given.bounds, {})
    return None if value is UNSET or value is None or is_file_value(given) else plain_text(value)


def is_file_value(given: Input) -> bool:
    """Whether it is a file, which no address can hold."""
    return isinstance(given.type, Bytestream) or is_file(given.type)  # pyright: ignore[reportArgumentType]


def plain_text(value: Any) -> str:
    """A value as a query or a form has it."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value, "f")
        case list():
            return "{" + ",".join(plain_text(each) for each in value) + "}"  # pyright: ignore[reportUnknownVariableType]
        case _:
            return msgspec.json.encode(value).decode()
