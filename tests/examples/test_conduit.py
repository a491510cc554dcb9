"""The example `conduit` over HTTP, on each kind of database: an API of a foreign shape."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import time
from typing import Any

import httpx
import pytest

from backsmith.accounts.development import sign
from backsmith.app import asgi
from backsmith.settings import read_settings
from tests.engine.rows import fill
from tests.http.live import live

CONDUIT = Path(__file__).parents[2] / "examples" / "conduit" / "conduit.py"
USERS = [
    {"id": 1, "username": "ada", "email": "ada@example.org", "bio": "Counts."},
    {"id": 2, "username": "bo", "email": "bo@example.org"},
]


class Caller:
    """Requests of one user."""

    def __init__(self, client: httpx.Client, token: str | None) -> None:
        self._client = client
        self._headers = {} if token is None else {"authorization": f"Token {token}"}

    def __call__(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        reply = self._client.request(method, f"/api{path}", headers=self._headers, json=body)
        assert reply.status_code == status, reply.text
        return reply.json() if reply.content else None


@contextmanager
def served(url: str, folder: Path, run: Any) -> Iterator[tuple[Caller, Caller, Caller]]:
    """Requests of Ada, of Bo, and of nobody."""
    model = folder / "conduit.py"
    shutil.copy(CONDUIT, model)
    application = asgi(str(model), database=url, access_log=False)

    async def begin() -> None:
        await application.start()
        await fill(application.database, application.blueprint, {"User": USERS})
        await application.close()

    run(begin())
    settings = read_settings(model, flags={})
    with live(folder, model, "--database", url) as server:
        server.wait_until_ready()
        tokens = [sign(settings, user["id"], now=time()) for user in USERS]
        yield Caller(server.client, tokens[0]), Caller(server.client, tokens[1]), Caller(server.client, None)


@pytest.fixture(scope="module")
def callers(
    database_kind: str, new_url: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory, run: Any
) -> Iterator[tuple[Caller, Caller, Caller]]:
    with served(new_url(database_kind), tmp_path_factory.mktemp("conduit"), run) as three:
        yield three


def test_it_is_the_api_of_the_specification(callers: tuple[Caller, Caller, Caller]) -> None:
    ada, bo, nobody = callers
    new = {"title": "How to train your dragon", "description": "Ever wonder how?", "body": "You have to believe."}
    made = ada("POST", "/articles", {"article": {**new, "tagList": ["dragons", "training"]}}, 201)["article"]
    assert {name: made[name] for name in made if not name.endswith("At")} == {
        "slug": "how-to-train-your-dragon",
        **new,
        "tagList": ["dragons", "training"],
        "favorited": False,
        "favoritesCount": 0,
        "author": {"username": "ada", "bio": "Counts.", "image": None, "following": False},
    }
    second = bo("POST", "/articles", {"article": {**new, "tagList": ["dragons"]}}, 201)["article"]
    assert second["slug"] == "how-to-train-your-dragon-2"

    followed = bo("POST", "/profiles/ada/follow")["profile"]
    assert followed == {"username": "ada", "bio": "Counts.", "image": None, "following": True}
    liked = bo("POST", f"/articles/{made['slug']}/favorite")["article"]
    assert (liked["favorited"], liked["favoritesCount"], liked["author"]["following"]) == (True, 1, True)
    assert nobody("GET", f"/articles/{made['slug']}")["article"]["favorited"] is False

    def slugs(caller: Caller, query: str) -> tuple[list[str], int]:
        page = caller("GET", f"/articles{query}")
        return [article["slug"] for article in page["articles"]], page["articlesCount"]

    both = ["how-to-train-your-dragon-2", "how-to-train-your-dragon"]
    assert slugs(nobody, "") == (both, 2)
    assert slugs(nobody, "?limit=1&offset=1") == (both[1:], 2)
    assert slugs(nobody, "?tag=training") == (both[1:], 1)
    assert slugs(nobody, "?author=bo") == (both[:1], 1)
    assert slugs(nobody, "?favorited=bo") == (both[1:], 1)
    assert slugs(bo, "/feed") == (both[1:], 1)
    assert nobody("GET", "/tags") == {"tags": ["dragons", "training"]}

    said = bo("POST", f"/articles/{made['slug']}/comments", {"comment": {"body": "Thank you."}}, 201)["comment"]
    assert (said["body"], said["author"]["username"]) == ("Thank you.", "bo")
    assert [each["id"] for each in nobody("GET", f"/articles/{made['slug']}/comments")["comments"]] == [said["id"]]
    ada("DELETE", f"/articles/{made['slug']}/comments/{said['id']}", status=403)
    bo("DELETE", f"/articles/{made['slug']}/comments/{said['id']}", status=204)

    changed = ada("PUT", f"/articles/{made['slug']}", {"article": {"title": "Dragons"}})["article"]
    assert (changed["slug"], changed["body"]) == ("dragons", new["body"])
    assert changed["updatedAt"] > made["updatedAt"]
    assert bo("DELETE", "/articles/dragons/favorite")["article"]["favoritesCount"] == 0
    assert bo("DELETE", "/profiles/ada/follow")["profile"]["following"] is False
    ada("DELETE", "/articles/dragons", status=204)
    assert slugs(nobody, "") == (both[:1], 1)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "errors"),
    [
        ("GET", "/articles/none", None, 404, {"body": ["There is no such row in articles"]}),
        ("GET", "/articles?limit=x", None, 422, {"limit": ['invalid input syntax for type bigint: "x"']}),
        ("GET", "/nowhere", None, 404, {"body": ["Could not find the collection 'nowhere'"]}),
        ("POST", "/articles", {"article": {"title": ""}}, 422, {
            "title": ["title has 0 characters; it takes at least 1"],
            "description": ["description is missing"],
            "body": ["body is missing"],
        }),
        ("POST", "/articles", {}, 422, {"article": ["article is missing"]}),
    ],
)  # fmt: skip
def test_errors_have_its_format(
    callers: tuple[Caller, Caller, Caller], method: str, path: str, body: Any, status: int, errors: Any
) -> None:
    assert callers[0](method, path, body, status) == {"errors": errors}


def test_who_is_nobody_may_only_read(callers: tuple[Caller, Caller, Caller]) -> None:
    assert callers[2]("POST", "/articles", {"article": {}}, 401) == {
        "errors": {"body": ["permission denied for function publish"]}
    }
