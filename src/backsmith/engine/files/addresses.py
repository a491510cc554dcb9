"""Addresses of files: `/posts/7/photo`, of a row's field, and `/file/0a1b…`, where `url` in a row leads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote, unquote

import msgspec

from backsmith.blueprint.blueprint import Field
from backsmith.blueprint.types import Json, is_file
from backsmith.engine.catalogue import Catalogue, Resource
from backsmith.http.request import Headers, Request

METHODS = "GET, HEAD, PUT, DELETE, OPTIONS"
BY_ID = "file"


class Place(NamedTuple):
    """A field of a row that holds a file."""

    resource: Resource
    row: tuple[str, str]
    """The path of the row."""
    field: Field

    @property
    def type(self) -> Json:
        """The field's type."""
        assert isinstance(self.field.type, Json)
        return self.field.type


class Changed:
    """The headers of a request, some of them replaced, or left out by None."""

    def __init__(self, headers: Headers, changes: Mapping[str, str | None]) -> None:
        self._headers = headers
        self._changes = changes

    def get(self, name: str, /) -> str | None:
        """The header's text, or None."""
        return self._changes[name] if name in self._changes else self._headers.get(name)


class Addresses:
    """Finds the places that requests and records mean."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._with_files = {
            name
            for name, resource in catalogue.collections.items()
            if any(is_file(field.type) for field in resource.entity.fields)
        }
        self._by_id = {resource.entity.id: resource for resource in catalogue.collections.values()}

    def place(self, request: Request) -> Place | None:
        """The place of an address `/posts/7/photo`, if it is one."""
        if len(request.path) != 3 or request.path[0] not in self._with_files:
            return None
        collection, key, name = request.path
        resource = self._catalogue.collections[collection]
        field = resource.stored.get(unquote(name))
        if field is None or not is_file(field.type) or not resource.key:
            return None
        return Place(resource, (collection, key), field)

    def recorded(self, entity: str, field: str, row_key: str) -> Place | None:
        """The place that a record names, if the application still has it and serves it."""
        resource = self._by_id.get(entity)
        found = None if resource is None else next((each for each in resource.entity.fields if each.id == field), None)
        if resource is None or found is None:
            return None
        key = ",".join(quote(str(part), safe="") for part in msgspec.json.decode(row_key))
        return Place(resource, (resource.entity.collection, key), found)

    def takes_forms(self, request: Request) -> bool:
        """Whether a row of the address may have files, so that a form may bring them."""
        return request.path[0] in self._with_files and not len(request.path) > 2
