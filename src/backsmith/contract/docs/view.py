"""The nouns that templates place: fields, relations, rights and requests, as names and sentences."""

from __future__ import annotations

from typing import NamedTuple

from backsmith.contract.docs.spellings import Spelling


class FieldView(NamedTuple):
    """A field of an entity, a member of a body, an input."""

    name: str
    type: str
    shapes: tuple[str, ...]
    """Names of shapes that the type speaks of."""
    marks: tuple[str, ...]
    """Short words: `key`, `unique`, `computed`."""
    limits: tuple[str, ...]
    default: str | None
    doc: str | None
    relation: str | None = None
    deprecated: str | None = None


class RelationView(NamedTuple):
    """A relation."""

    name: str
    target: str
    sentence: str
    doc: str | None
    deprecated: str | None


class GrantView(NamedTuple):
    """A rule."""

    verbs: str
    text: str
    fields: tuple[str, ...] | None
    doc: str | None


class BodyView(NamedTuple):
    """A body or the content of a reply."""

    media_types: tuple[str, ...]
    type: str
    shapes: tuple[str, ...]
    fields: tuple[FieldView, ...]


class AnswerView(NamedTuple):
    """A reply."""

    status: int
    doc: str
    bodies: tuple[BodyView, ...]
    headers: tuple[FieldView, ...]


class RefusalView(NamedTuple):
    """A kind of refusal."""

    slug: str
    status: int
    title: str


class TryField(NamedTuple):
    """A field of the form that sends a request."""

    name: str
    place: str
    value: str
    required: bool


class TryView(NamedTuple):
    """The form that sends a request."""

    fields: tuple[TryField, ...]
    more: tuple[TryField, ...]
    """Those that are seldom needed."""
    free: bool
    """Any other parameters may be given, as filters."""
    body: str | None
    media_type: str | None
    file: bool
    """The body is a file."""
    parts: tuple[tuple[str, str | None], ...]
    """Of a form: each field, with None for a file."""
    writes: bool


class OperationView(NamedTuple):
    """A request."""

    id: str
    method: str
    path: str
    summary: str
    doc: str | None
    access: str | None
    anonymous: bool
    idempotent: bool
    deprecated: str | None
    filters: tuple[str, ...]
    inputs: tuple[FieldView, ...]
    bodies: tuple[BodyView, ...]
    body_required: bool
    answers: tuple[AnswerView, ...]
    refusals: tuple[RefusalView, ...]
    spellings: tuple[Spelling, ...]
    trial: TryView
