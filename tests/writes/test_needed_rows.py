"""Rows that others need, in ways beyond a plain reference: by links, and by rows that a delete would take along."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backsmith.app import asgi
from tests.engine.client import Client

MODEL = """
from typing import Annotated

from backsmith import Entity, OnDelete, Through, allow


class Open(Entity, abstract=True):
    @allow("read", "create", "update", "delete")
    def everyone(self) -> bool:
        return True


class Song(Open):
    name: str
    lists: list["Playlist"]


class Playlist(Open):
    name: str
    songs: Annotated[list[Song], Through("listed", on_delete="no_action")]


class House(Open):
    name: str


class Room(Open):
    name: str
    house: Annotated[House, OnDelete("cascade")]


class Guest(Open):
    name: str
    room: Annotated[Room, OnDelete("restrict")]
"""


@pytest.fixture
def client(database_url: str, tmp_path: Path, run: Any) -> Iterator[Client]:
    path = tmp_path / "needed_rows.py"
    path.write_text(MODEL, encoding="utf-8")
    client = Client(asgi(path, database=database_url, access_log=False), run)
    run(client.application.start())
    yield client
    run(client.application.close())


def ask(client: Client, method: str, target: str, body: Any = None) -> Any:
    content = b"" if body is None else json.dumps(body).encode()
    return client.get(target, method=method, body=content, content_type="application/json")


def made(client: Client, collection: str, **fields: Any) -> int:
    answer = ask(client, "POST", f"/api/{collection}?select=id", fields)
    assert answer.status == 201, answer.text
    return int(answer.headers["location"].rsplit("/", 1)[1])


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize(("which", "target"), [("playlists", "songs"), ("songs", "playlists")])
def test_links_that_stay_keep_the_rows_they_link(client: Client, which: str, target: str, several: bool) -> None:
    song = made(client, "songs", name="Yesterday")
    playlist = made(client, "playlists", name="Old ones", songs=[song])
    row = playlist if which == "playlists" else song
    where = f"/api/{which}?id=eq.{row}" if several else f"/api/{which}/{row}"
    answer = ask(client, "DELETE", where)
    assert (answer.status, answer.json["code"]) == (409, "23503")
    assert answer.json["message"] == f"links to {target} still point at this row of {which}"
    assert ask(client, "PATCH", f"/api/playlists/{playlist}", {"songs": []}).status < 300
    assert ask(client, "DELETE", where).status == 204
    assert ask(client, "GET", f"/api/{which}?select=id").json == []


@pytest.mark.parametrize("several", [False, True])
def test_what_a_delete_would_take_along_may_be_needed_itself(client: Client, several: bool) -> None:
    house = made(client, "houses", name="Mill")
    room = made(client, "rooms", name="Attic", house_id=house)
    guest = made(client, "guests", name="Ada", room_id=room)
    where = f"/api/houses?id=eq.{house}" if several else f"/api/houses/{house}"
    answer = ask(client, "DELETE", where)
    assert (answer.status, answer.json["code"]) == (409, "23503")
    assert ask(client, "DELETE", f"/api/guests/{guest}").status == 204
    assert ask(client, "DELETE", where).status == 204
    assert ask(client, "GET", "/api/rooms?select=id").json == []
