"""Which files never change, what starts and what doesn't, and a build that changes under a developer's server."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from backsmith.engine.front_end.front_end import FrontEnd
from backsmith.engine.front_end.types import is_immutable, type_of
from backsmith.errors import UsageError
from backsmith.http.request import Request
from backsmith.settings import Settings


@pytest.mark.parametrize(
    "name",
    ["assets/index-DiwrgTda.js", "assets/index-B-x_3aTd.css", "assets/index-DiwrgTda.js.map",
     "_astro/page.BcD1eF2g.css",
     "static/js/main.3f2a9c1b.chunk.js", "_app/immutable/nodes/0.DkYo8Rqn.js", "assets/logo.0123456789abcdef0123.svg"],
)  # fmt: skip
def test_a_name_with_a_hash_never_changes(name: str) -> None:
    assert is_immutable(name)


@pytest.mark.parametrize(
    "name",
    ["index.html", "index-DiwrgTda.js", "assets/index.js", "assets/some-document.js", "assets/photo-20240131.png",
     "assets/fonts/inter-regular.woff2", "assets/app.min.js", "static/favicon.ico", "sw.js", "assets/DiwrgTda.js"],
)  # fmt: skip
def test_other_names_are_asked_for_again(name: str) -> None:
    assert not is_immutable(name)


@pytest.mark.parametrize(
    ("name", "type"),
    [
        ("a.JS", "text/javascript; charset=utf-8"),
        ("a.wasm", "application/wasm"),
        ("site.webmanifest", "application/manifest+json"),
        ("a.svg", "image/svg+xml; charset=utf-8"),
        (".well-known/apple-app-site-association", "application/json"),
        ("LICENSE", "application/octet-stream"),
        ("a.unknown", "application/octet-stream"),
    ],
)
def test_types(name: str, type: str) -> None:
    assert type_of(name) == type


def settings(folder: Path, environment: str = "development", **others: str) -> Settings:
    return Settings(front_end=str(folder), environment=environment, **others)  # pyright: ignore


def get(front_end: FrontEnd, path: str, **headers: str) -> tuple[int, bytes] | None:
    request = Request("GET", ("", *path[1:].split("/")), path, "", {k.replace("_", "-"): v for k, v in headers.items()})
    reply = asyncio.run(front_end.answer(request))
    if reply is None:
        return None
    assert isinstance(reply.body, bytes)
    return reply.status, reply.body


def test_a_folder_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no folder .*dist. Build the front end first"):
        FrontEnd(settings(tmp_path / "dist"), "")


def test_a_folder_without_a_page(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"has no index.html. Name the folder that the build writes"):
        FrontEnd(settings(tmp_path), "")


def test_a_new_build_is_seen_at_once_in_development(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("one")
    front_end = FrontEnd(settings(tmp_path), "")
    assert get(front_end, "/") == (200, b"one")
    (tmp_path / "index.html").write_text("two!")
    (tmp_path / "new.txt").write_text("new")
    assert get(front_end, "/") == (200, b"two!")
    assert get(front_end, "/new.txt") == (200, b"new")
    (tmp_path / "index.html").unlink()
    assert get(front_end, "/") is None


def test_in_production_names_are_those_of_the_start(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("one")
    front_end = FrontEnd(settings(tmp_path, "production"), "")
    (tmp_path / "new.txt").write_text("new")
    assert get(front_end, "/new.txt") is None
    (tmp_path / "index.html").write_text("two!")
    assert get(front_end, "/") == (200, b"two!")
    (tmp_path / "index.html").unlink()
    assert get(front_end, "/") is None


def test_a_compressed_file_of_another_build_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("new build")
    (tmp_path / "index.html.br").write_text("old")
    os.utime(tmp_path / "index.html.br", (1, 1))
    assert get(FrontEnd(settings(tmp_path), ""), "/", accept_encoding="br") == (200, b"new build")


def test_the_policy_is_a_setting(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("one")
    front_end = FrontEnd(settings(tmp_path, front_end_policy="default-src 'self' https://cdn.example"), "")
    reply = asyncio.run(front_end.answer(Request("GET", ("", ""), "/", "", {})))
    assert reply is not None
    assert ("content-security-policy", "default-src 'self' https://cdn.example") in reply.headers


def test_the_api_may_lie_deeper(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("page")
    (tmp_path / "data").mkdir()
    (tmp_path / "data/a.txt").write_text("a")
    front_end = FrontEnd(settings(tmp_path, prefix="/data/v1"), "")
    assert get(front_end, "/data/a.txt") == (200, b"a")
    assert get(front_end, "/data/v1/", accept="text/html") is None
    assert get(front_end, "/data/v2", accept="text/html") == (200, b"page")
