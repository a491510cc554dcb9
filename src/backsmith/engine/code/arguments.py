"""From a request to the arguments of the application's functions: `Arguments.read`, all mistakes at once.

A function's parameters are read from JSON, from texts (path, query string, headers, cookies, form fields) or from the
body as it is. The values are of Python's types, checked by their constraints. Rows that are given by their keys come
out as `RowKey`s, to be loaded in the transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, cast

import msgspec

from backsmith.blueprint.blueprint import Entity, Items, JsonObject, Parameter, Record, RowOf, Upload, ValueType
from backsmith.blueprint.types import Json, List, Type
from backsmith.engine.bodies.constraints import checks_of
from backsmith.engine.bodies.problems import Misfit, Misfits, Problems, step
from backsmith.engine.bodies.readers import BAD_VALUE, json_shown
from backsmith.engine.bodies.sources import JSON, TEXT
from backsmith.engine.catalogue import did_you_mean
from backsmith.engine.code.finding import found
from backsmith.engine.grammar.limits import Limits
from backsmith.errors import RequestError

NOT_NULL, UNKNOWN, REPEATED, OUT_OF_RANGE = "23502", "PGRST204", "22030", "22003"
ABSENT = object()
"""In place of a value: there is none, because of a mistake that is noted."""

Read = Callable[[msgspec.Raw, str, Problems], Any]
"""Takes a slice of JSON and its pointer to the value, or to ABSENT."""
_NULL = b"null"


class RowKey(NamedTuple):
    """The key of a row that a parameter is to be, and where it stood."""

    entity: str
    key: Any
    pointer: str | None
    """None of one that stands in the path."""


class Arguments:
    """Reads the parameters of one function."""

    def __init__(
        self,
        parameters: Sequence[Parameter],
        entities: Mapping[str, Entity],
        limits: Limits,
        *,
        strict: bool = True,
    ) -> None:
        """`strict`: names that no record knows are mistakes; else they are passed over."""
        self.parameters = parameters
        self._entities = entities
        self._limits = limits
        self._strict = strict
        self._json: dict[str, Read] = {each.name: self._member(each) for each in parameters}
        self._texts = {each.name: self._text(each) for each in parameters if not isinstance(each.type, Record | Items)}

    # From JSON --------------------------------------------------------------------------------------------------------

    def members(
        self, parameters: Sequence[Parameter], members: Mapping[str, msgspec.Raw], problems: Problems
    ) -> dict[str, Any]:
        """The values of parameters that are members of a JSON object. Missing and null ones are noted."""
        values: dict[str, Any] = {}
        for parameter in parameters:
            key = parameter.key or parameter.name
            if key in members:
                value = self._json[parameter.name](members[key], step(key), problems)
                if value is not ABSENT:
                    values[parameter.name] = value
            elif parameter.required:
                problems.add(step(key), NOT_NULL, f"{key} is missing")
        return values

    def whole(self, parameter: Parameter, body: msgspec.Raw, problems: Problems) -> dict[str, Any]:
        """The value of a parameter that is the whole body."""
        value = self._json[parameter.name](body, "", problems)
        return {} if value is ABSENT else {parameter.name: value}

    def refuse_unknown(self, members: Mapping[str, Any], problems: Problems) -> None:
        """Note names that are no parameter's."""
        known = [each.key or each.name for each in self.parameters]
        for name in members:
            if name not in known:
                problems.add(step(name), UNKNOWN, f"There is no parameter '{name}'", did_you_mean(name, known))

    def _decoded(self, raw: msgspec.Raw) -> Any:
        """The value of any JSON. Raises Misfit for what is nested too deep, and for numbers that Python can't hold."""
        checked = JSON.reader(Json(), self._limits, "")(raw)
        try:
            return None if checked is None else msgspec.json.decode(checked)
        except msgspec.ValidationError:
            raise Misfit(OUT_OF_RANGE, f"A number is out of range in {json_shown(raw)}") from None

    def _object(self, raw: msgspec.Raw, _pointer: str, _problems: Problems) -> Any:
        if JSON.shape(raw) != "object":
            raise Misfit(BAD_VALUE, f"{json_shown(raw)} isn't an object", 'Write {"name": value}.')
        return self._decoded(raw)

    def _member(self, parameter: Parameter) -> Read:
        """The reader of a parameter or of a record's member: null, the type, constraints."""
        read, name, nullable = self._of(parameter.type, parameter), parameter.key or parameter.name, parameter.nullable

        def member(raw: msgspec.Raw, pointer: str, problems: Problems) -> Any:
            if bytes(raw) == _NULL and not isinstance(parameter.type, Json):
                if nullable:
                    return None
                problems.add(pointer, NOT_NULL, f"{name} can't be null")
                return ABSENT
            try:
                return read(raw, pointer, problems)
            except (Misfit, Misfits, RequestError) as error:
                problems.add_error(pointer, error)
                return ABSENT

        return member

    def _of(self, type: ValueType, parameter: Parameter) -> Read:
        match type:
            case Record():
                return self._record(type)
            case Items():
                return self._items(type, parameter)
            case JsonObject():
                return self._object
            case Upload():
                return _no_file
            case RowOf(entity):
                noun = self._entities[entity]
                key = next(field for field in noun.fields if field.name == noun.key[0])
                reader = JSON.reader(key.type, self._limits, parameter.name)
                return lambda raw, pointer, _: RowKey(entity, reader(raw), pointer)
            case Json():
                return lambda raw, _pointer, _problems: self._decoded(raw)
            case _:
                return self._scalar(type, parameter)

    def _scalar(self, type: Type, parameter: Parameter) -> Read:
        name = parameter.key or parameter.name
        reader, checks = JSON.reader(type, self._limits, name), checks_of(type, parameter.bounds, name)

        def scalar(raw: msgspec.Raw, _pointer: str, _problems: Problems) -> Any:
            value = reader(raw)
            for check in checks:
                check(value)
            return value

        return scalar

    def _items(self, type: Items, parameter: Parameter) -> Read:
        one = self._member(Parameter(name=parameter.name, type=type.item, nullable=type.nullable))

        def items(raw: msgspec.Raw, pointer: str, problems: Problems) -> Any:
            if JSON.shape(raw) != "array":
                raise Misfit(BAD_VALUE, f"{parameter.key or parameter.name} isn't a list", "Write [{…}, {…}].")
            found = JSON.items(raw)
            if len(found) > self._limits.rows:
                raise Misfit("PGRST127", f"A list takes at most {self._limits.rows} items")
            values = [one(item, f"{pointer}/{number}", problems) for number, item in enumerate(found)]
            return ABSENT if ABSENT in values else values

        return items

    def _record(self, record: Record) -> Read:
        cls: Callable[..., Any] = found(record.cls)
        readers = {each.key or each.name: (each.name, self._member(each)) for each in record.members}
        required = [each.key or each.name for each in record.members if each.required]

        def read(raw: msgspec.Raw, pointer: str, problems: Problems) -> Any:
            if JSON.shape(raw) != "object":
                raise Misfit(BAD_VALUE, f"{json_shown(raw)} isn't an object", 'Write {"name": value}.')
            before = problems.count
            members, repeated = JSON.members(raw)
            for name in repeated:
                problems.add(pointer + step(name), REPEATED, f"{name} is there more than once")
            values: dict[str, Any] = {}
            for key, member in members.items():
                if key in readers:
                    name, reader = readers[key]
                    values[name] = reader(member, pointer + step(key), problems)
                elif self._strict:
                    hint = did_you_mean(key, readers)
                    problems.add(pointer + step(key), UNKNOWN, f"There is no '{key}' here", hint)
            for key in required:
                if key not in members:
                    problems.add(pointer + step(key), NOT_NULL, f"{key} is missing")
            if problems.count > before:
                return ABSENT
            try:
                return cls(**values)
            except ValueError as error:  # what __post_init__ raises
                raise Misfit("P0001", str(error) or "This can't be") from None

        return read

    # From texts -------------------------------------------------------------------------------------------------------

    def texts(self, parameter: Parameter, given: Sequence[str], problems: Problems) -> dict[str, Any]:
        """The value of a parameter given by texts: one, or of a list as many as there are; none where it is absent."""
        key = parameter.key or parameter.name
        if not given:
            if parameter.required:
                problems.add(step(key), NOT_NULL, f"{key} is missing")
            return {}
        try:
            if parameter.name not in self._texts:
                raise Misfit(BAD_VALUE, f"{key} can't be given as a text", "Send it in a JSON body.")
            return {parameter.name: self._texts[parameter.name](given)}
        except (Misfit, Misfits, RequestError) as error:
            problems.add_error(step(key), error)
            return {}

    def literal(self, parameter: Parameter, text: str, problems: Problems) -> dict[str, Any]:
        """The value of a parameter given by one text, as filters have them: of a list all of it, `{a,b}`."""
        if isinstance(parameter.type, List):
            read = TEXT.reader(parameter.type, self._limits, parameter.name)
            try:
                return {parameter.name: read(text)}
            except (Misfit, Misfits, RequestError) as error:
                problems.add_error(step(parameter.name), error)
                return {}
        return self.texts(parameter, (text,), problems)

    def _text(self, parameter: Parameter) -> Callable[[Sequence[str]], Any]:
        type, name = parameter.type, parameter.key or parameter.name
        if isinstance(type, RowOf):
            noun = self._entities[type.entity]
            field = next(field for field in noun.fields if field.name == noun.key[0])
            key = TEXT.reader(field.type, self._limits, name)
            return lambda texts: RowKey(type.entity, key(texts[-1]), step(name))
        if isinstance(type, Json | JsonObject):
            return lambda texts: self._decoded(cast(msgspec.Raw, TEXT.reader(Json(), self._limits, name)(texts[-1])))
        if isinstance(type, Upload | Record | Items):
            return lambda texts: texts[-1]
        if isinstance(type, List):
            item, item_checks = TEXT.reader(type.item, self._limits, name), checks_of(type.item, None, name)
            return lambda texts: [_checked(item(text), item_checks) for text in texts]
        reader, checks = TEXT.reader(type, self._limits, name), checks_of(type, parameter.bounds, name)
        return lambda texts: _checked(reader(texts[-1]), checks)


def _checked(value: Any, checks: Sequence[Callable[[Any], None]]) -> Any:
    for check in checks:
        check(value)
    return value


def _no_file(_raw: msgspec.Raw, _pointer: str, _problems: Problems) -> Any:
    raise Misfit(BAD_VALUE, "A file comes as a field of a form")
