"""Forms of routes: `application/x-www-form-urlencoded` and `multipart/form-data` -> arguments, files among them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from typing import Any

from backsmith import errors
from backsmith.blueprint.blueprint import Entity, Parameter, Record, Upload
from backsmith.engine.bodies.problems import Misfit, Problems, step
from backsmith.engine.bodies.texts import form_members
from backsmith.engine.code.arguments import NOT_NULL, Arguments
from backsmith.engine.code.finding import found
from backsmith.engine.grammar.limits import Limits
from backsmith.engine.serving.multipart import Form, is_form, read_form
from backsmith.errors import RequestError
from backsmith.http.request import Request

URL_ENCODED = "application/x-www-form-urlencoded"
MAX_FORM = 67_108_864
"""Bytes that the files of a form may have together."""


def is_form_body(content_type: str | None) -> bool:
    """Whether a body of that Content-Type is a form of either kind."""
    kind = (content_type or "").partition(";")[0].strip().lower()
    return kind == URL_ENCODED or is_form(content_type)


class FormReader:
    """Reads the parameters of one route that stand in a form."""

    def __init__(
        self, parameters: Sequence[Parameter], arguments: Arguments, entities: Mapping[str, Entity], limits: Limits
    ) -> None:
        self._parameters = parameters
        self._arguments = arguments
        self._records: dict[str, tuple[Record, Arguments, Callable[..., Any]]] = {
            each.name: (each.type, Arguments(each.type.members, entities, limits), found(each.type.cls))
            for each in parameters
            if isinstance(each.type, Record)
        }

    async def read(self, request: Request, problems: Problems) -> tuple[Form, dict[str, Any]]:
        """The form, to be closed when the request is answered, and the arguments in it.

        Raises RequestError UNSUPPORTED_BODY, BAD_BODY, BAD_FORM, TOO_LARGE.
        """
        form = await self._form(request)
        texts: dict[str, list[str]] = {}
        for name, text in form.texts:
            texts.setdefault(name, []).append(text)
        values: dict[str, Any] = {}
        for parameter in self._parameters:
            if isinstance(parameter.type, Upload):
                values |= _files(parameter, form, problems)
            elif parameter.source == "form_field":
                values |= self._arguments.texts(parameter, texts.get(parameter.key or parameter.name, ()), problems)
            elif parameter.name in self._records:
                values |= self._record(parameter, texts, problems)
            else:
                values[parameter.name] = {name: given[-1] for name, given in texts.items()}
        return form, values

    async def _form(self, request: Request) -> Form:
        content_type = request.header("content-type")
        if content_type is not None and is_form(content_type):
            pieces = _one(request.body) if request.stream is None else request.stream.limited(2 * MAX_FORM)
            return await read_form(pieces, content_type, most=MAX_FORM)
        if not is_form_body(content_type):
            hint = f"Send {URL_ENCODED} or multipart/form-data."
            raise RequestError(errors.UNSUPPORTED_BODY, "This takes a form", hint=hint)
        body = request.body if request.stream is None else await request.stream.read(1_048_576)
        return Form(list(form_members(_text(body)).items()))

    def _record(self, parameter: Parameter, texts: Mapping[str, Sequence[str]], problems: Problems) -> dict[str, Any]:
        """An object of the form's fields."""
        record, arguments, cls = self._records[parameter.name]
        before, values = problems.count, dict[str, Any]()
        for member in record.members:
            values |= arguments.texts(member, texts.get(member.key or member.name, ()), problems)
        if problems.count > before:
            return {}
        try:
            return {parameter.name: cls(**values)}
        except ValueError as error:  # what __post_init__ raises
            problems.add_error("", Misfit("P0001", str(error) or "This can't be"))
            return {}


def _files(parameter: Parameter, form: Form, problems: Problems) -> dict[str, Any]:
    key = parameter.key or parameter.name
    files = [file for name, file in form.files if name == key]
    if isinstance(parameter.type, Upload) and parameter.type.many:
        return {parameter.name: files} if files or parameter.required else {}
    if files:
        return {parameter.name: files[-1]}
    if parameter.required:
        problems.add(step(key), NOT_NULL, f"The file {key} is missing")
    return {}


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise RequestError(errors.BAD_BODY, "The form isn't UTF-8") from None


async def _one(body: bytes) -> AsyncGenerator[bytes]:
    yield body
