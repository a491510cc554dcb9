"""Operations -> operation objects: parameters, bodies, replies, security, words."""

from __future__ import annotations

from typing import Any

from backsmith.contract.collections import JSON
from backsmith.contract.contract import Answer, Content, Contract, Either, Many, Operation, Ref
from backsmith.contract.openapi.components import Components
from backsmith.contract.openapi.descriptions import safe, told_of
from backsmith.contract.openapi.headers import HEADERS, headers_of, is_counted, reply_headers
from backsmith.contract.openapi.members import Way
from backsmith.contract.openapi.parameters import Parameters
from backsmith.contract.openapi.problems import Refusals
from backsmith.contract.openapi.schemas import Schema, or_null
from backsmith.contract.openapi.security import security_of
from backsmith.contract.openapi.shapes import ShapeSchemas


class Operations:
    """Writes the operations of a contract."""

    def __init__(self, contract: Contract, components: Components) -> None:
        self._contract = contract
        self._components = components
        self._shapes = ShapeSchemas(contract, components)
        self._parameters = Parameters(contract, components, self._shapes)
        self._refusals = Refusals(contract, components)
        self._headers: dict[tuple[tuple[str, ...], bool], dict[str, Any]] = {}

    def written(self, operation: Operation) -> dict[str, Any]:
        """The operation object."""
        found: dict[str, Any] = {
            "operationId": operation.id,
            "summary": operation.summary,
            "description": told_of(operation),
            "tags": [operation.tag],
        }
        if parameters := self._parameters.of(operation):
            found["parameters"] = parameters
        if operation.body:
            content = {each.media_type: self._content(each, "given", operation) for each in operation.body}
            found["requestBody"] = {"required": operation.body_required, "content": content}
        found["responses"] = self._responses(operation)
        if (security := security_of(operation, self._contract)) is not None:
            found["security"] = security
        if operation.deprecated is not None:
            found["deprecated"] = True
            if operation.sunset is not None:
                found["x-sunset"] = operation.sunset
        return found

    def _responses(self, operation: Operation) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for answer in operation.answers:
            found[str(answer.status)] = self.answer(answer, operation)
            if answer.own:
                found["default"] = {"description": "Whatever else the application answers."}
        if any(each.name == "If-None-Match" for each in operation.inputs) and operation.method == "GET":
            found["304"] = self._components.refer("responses", "NotModified", self._not_modified)
        for status, response in self._refusals.of(operation).items():
            found.setdefault(status, response)
        return dict(sorted(found.items()))

    def _not_modified(self) -> dict[str, Any]:
        said = "The reply is still the one whose ETag was sent."
        return {"description": said, "headers": headers_of(self._components, self._contract, ("ETag",))}

    def answer(self, answer: Answer, operation: Operation) -> dict[str, Any]:
        """The reply object of an answer."""
        counted = is_counted(operation)
        known = (each.name for each in answer.headers if each.name in HEADERS)
        key = (tuple(dict.fromkeys((*reply_headers(operation), *known))), counted)
        headers = self._headers.get(key)
        if headers is None:
            headers = self._headers[key] = headers_of(self._components, self._contract, key[0], counted=counted)
        made: dict[str, Any] = {"description": safe(answer.doc), "headers": headers}
        own = {
            each.name: {"description": safe(each.doc or each.name), "schema": self.schema(each.type, "shown")}
            for each in answer.headers
            if each.name not in HEADERS
        }
        if own:
            made["headers"] = {**headers, **own}
        content = {each.media_type: self._content(each, "shown", operation) for each in answer.contents}
        if content:
            made["content"] = content
        return made

    def _content(self, content: Content, way: Way, operation: Operation) -> dict[str, Any]:
        if content.media_type == "text/csv":
            return {"schema": {"type": "string"}}
        type = content.type
        several = operation.kind == "create" and content.media_type == JSON
        if way == "given" and several and isinstance(type, Ref):
            type = Either((type, Many(type)))
        schema = self.schema(type, way)
        if operation.collection is not None and isinstance(type, Many | Either):
            schema = self._limited(schema, way, operation)
        return {"schema": or_null(schema) if content.nullable else schema}

    def _limited(self, schema: Schema, way: Way, operation: Operation) -> Schema:
        """The schema of a list of rows, with how many there can be at most."""
        contract = self._contract
        most = {"list": contract.max_rows, "create": contract.max_body_rows}.get(operation.kind)
        match schema:
            case {"anyOf": [one, {"type": "array"} as many]} if most is not None:
                return {"anyOf": [one, {**many, "maxItems": most}]}
            case {"type": "array"} if most is not None:
                return {**schema, "maxItems": most}
            case _:
                return schema

    def schema(self, type: Any, way: Way) -> Schema:
        """The schema of a type."""
        return self._shapes.schemas.of(type, way)
