"""The methods of a client that call actions, queries, routes and `/auth`.

In: operations. Out: what each is called, what it takes and gives, and the request that it makes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from backsmith.clients.calls import fetched, is_argument
from backsmith.clients.typescript.spelling import Types, camel, comment, member_name, object_type, text
from backsmith.contract.contract import Bytestream, Input, Operation


class Method(NamedTuple):
    """A method that makes one request."""

    name: str
    operation: Operation
    parameters: tuple[str, ...]
    """With their types, as they stand in the signature."""
    result: str
    keys: tuple[str, ...]
    """The segments of the path that are parameters of their own."""
    arguments: tuple[Input, ...]
    """The members of `args`."""
    body: bool

    def signature(self, indent: str) -> Iterator[str]:
        """Its lines in an interface."""
        operation = self.operation
        yield from comment(operation.doc or f"{operation.summary}.", operation.deprecated, indent)
        parameters = ", ".join((*self.parameters, "options?: $.Options"))
        name = text("new") if self.name == "new" else member_name(self.name)  # without quotes it makes objects
        yield f"{indent}{name}({parameters}): Promise<{self.result}>;"


def method_of(name: str, operation: Operation, types: Types) -> Method:
    """The method for an operation: parts of the path first, then the body, then everything else of the address."""
    keys = tuple(each for each in operation.inputs if each.place == "path")
    beside = tuple(each for each in operation.inputs if is_argument(each, operation))
    body = next(iter(operation.body), None)
    parameters = [f"{_identifier(each.name)}: {types.given(each.type, within='model.')}" for each in keys]
    must = any(each.required for each in beside)
    if body is not None:
        given = types.given(body.type, nullable=body.nullable, within="model.")
        if operation.body_required:
            parameters.append(f"body: {given}")
        else:
            parameters.append(f"body: {given} | undefined" if must else f"body?: {given}")
    if beside:
        members = object_type(
            f"{member_name(each.name)}{'' if each.required else '?'}: "
            + types.given(each.type, nullable=each.nullable, within="model.")
            for each in beside
        )
        parameters.append(f"args{'' if must else '?'}: {members}")
    return Method(
        name=name,
        operation=operation,
        parameters=tuple(parameters),
        result=_result(operation, types),
        keys=tuple(_identifier(each.name) for each in keys),
        arguments=beside,
        body=body is not None,
    )


def request_of(method: Method) -> str:
    """The request, as the object that `Transport` takes."""
    operation = method.operation
    members = ["...options", f"method: {text(operation.method)}", f"path: {_path(operation, method.keys)}"]
    queried = [each for each in method.arguments if each.place == "query"]
    sent = [each for each in method.arguments if each.place == "header"]
    if queried:
        members.append(f"query: $.parameters(args, {_names(queried)})")
    if sent:
        members.append(f"headers: $.headersOf(options, args, {_names(sent)})")
    if method.body:
        members.append("content: $.formOf(body)" if _is_form(operation) else "json: body")
    if operation.idempotent:
        members.append("idempotent: true")
    return f"{{ {', '.join(members)} }}"


def names_of(method: Method) -> str:
    """The parameters of the function that makes the request."""
    names = [*method.keys, *(["body"] if method.body else []), *(["args"] if method.arguments else []), "options"]
    return ", ".join(names)


def auth_methods(operations: Iterable[Operation], types: Types) -> list[Method]:
    """The methods of `auth`, called as their operations are: `signIn`."""
    return [method_of(camel(each.id), each, types) for each in fetched(operations)]


def _result(operation: Operation, types: Types) -> str:
    contents = [content for answer in operation.answers for content in answer.contents]
    if any(isinstance(each.type, Bytestream) or "json" not in each.media_type for each in contents):
        return "Response"
    return returned(operation, types) if contents else "void"


def returned(operation: Operation, types: Types) -> str:
    """The type of what a function replies with."""
    contents = [content for answer in operation.answers for content in answer.contents]
    found = dict.fromkeys(types.shown(each.type, nullable=each.nullable, within="model.") for each in contents)
    return " | ".join(found) or "null"


def _is_form(operation: Operation) -> bool:
    return any("json" not in content.media_type for content in operation.body)


def _path(operation: Operation, keys: Sequence[str]) -> str:
    parts = re.split(r"{([^{}]+)}", operation.path)
    if not keys:
        return text(operation.path)
    spelled = (
        part.replace("\\", "\\\\").replace("`", "\\`").replace("${", "\\${")
        if number % 2 == 0
        else f"${{$.keyPath({_identifier(part)})}}"
        for number, part in enumerate(parts)
    )
    return f"`{''.join(spelled)}`"


def _names(inputs: Sequence[Input]) -> str:
    return f"[{', '.join(text(each.name) for each in inputs)}]"


def _identifier(name: str) -> str:
    """A name for a parameter of a method."""
    sound = re.sub(r"[^A-Za-z0-9_]", "_", name)
    return f"{sound}_" if sound in _TAKEN or not re.match(r"[A-Za-z_]", sound) else sound


_WORDS = """
    args body options transport model await break case catch class const continue debugger default delete do else enum
    export extends false finally for function if implements import in instanceof interface let new null package private
    protected public return static super switch this throw true try typeof var void while with yield arguments eval api
"""
_TAKEN = frozenset(_WORDS.split())
