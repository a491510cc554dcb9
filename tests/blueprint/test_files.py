"""Fields that are files: their limits, and what can't be."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backsmith.blueprint.types import Json
from tests.blueprint.conftest import Compile

MODEL = """
    from backsmith import Accept, File, MaxSize
    class Photo(Entity, private=True):
        image: {}
"""


@pytest.mark.parametrize(
    ("annotation", "type"),
    [
        ("File", Json(format="file")),
        ('Annotated[File, MaxSize("5 MB")]', Json(format="file", max_size=5_000_000)),
        ('Annotated[File, MaxSize("1.5MiB")]', Json(format="file", max_size=1_572_864)),
        ("Annotated[File, MaxSize(700)] | None", Json(format="file", max_size=700)),
        (
            'Annotated[File, Accept("image/*", "Application/PDF")]',
            Json(format="file", accept=("image/*", "application/pdf")),
        ),
    ],
)
def test_what_a_file_may_be(compiled: Compile, annotation: str, type: Json) -> None:
    fields = compiled(MODEL.format(annotation)).entities[0].fields
    assert next(field.type for field in fields if field.name == "image") == type


@pytest.mark.parametrize(
    ("annotation", "message"),
    [
        ('Annotated[File, MaxSize("5 apples")]', "Photo.image: '5 apples' isn't the size of a file."),
        ("Annotated[File, MaxSize(0)]", "Photo.image: 0 isn't the size of a file."),
        ('Annotated[File, Accept("png")]', "Photo.image: 'png' isn't a media type."),
        ("Annotated[str, MaxSize(5)]", "Photo.image: MaxSize doesn't fit a field of type str."),
        ('Annotated[Json, Accept("image/png")]', "Photo.image: Accept doesn't fit a field of type Json."),
        ("list[File]", "Photo.image is a list of what a list can't hold."),
        ('File = "me.png"', "Photo.image is a file, which has no default but None."),
    ],
)
def test_what_it_cant_be(mistakes: Callable[[str], str], annotation: str, message: str) -> None:
    assert f": {message} [" in mistakes(MODEL.format(annotation))
