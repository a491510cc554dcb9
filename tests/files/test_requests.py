"""A file of a row: sent, read, replaced and deleted over HTTP, alike on both databases and in both stores."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from backsmith.blueprint.asker import NOBODY
from tests.files import forms
from tests.files.serving import ADA, BO, GIF, HELPER, PNG, Albums, id_of

Stored = Callable[[], list[str]]


def said_of(file: dict[str, Any]) -> dict[str, Any]:
    """What is known of a file, but for its random id."""
    assert len(id_of(file)) == 32
    return {**file, "url": "file/…"}


def described(name: str, type: str, content: bytes) -> dict[str, Any]:
    sha256 = hashlib.sha256(content).hexdigest()
    return {"name": name, "type": type, "size": len(content), "sha256": sha256, "url": "file/…"}


def test_a_form_makes_a_row_with_its_files(albums: Albums, stored: Stored) -> None:
    answer = albums.form(
        "POST",
        "/api/photos",
        album_id="1",
        caption="Grüße",
        image=("C:\\fakepath\\Ich.png", PNG),
        notes=("n.html", b"<p>"),
    )
    assert answer.status == 201
    [row] = answer.json
    assert said_of(row.pop("image")) == described("Ich.png", "image/png", PNG)
    assert said_of(row.pop("notes"))["name"] == "n.html"
    assert row == {"id": 1, "caption": "Grüße", "album_id": 1}
    assert len(stored()) == 2
    assert set(albums.records().values()) == {"kept"}


def test_a_file_is_downloaded(albums: Albums) -> None:
    photo = albums.photo()
    answer = albums.get("/api/photos/1/image", NOBODY)
    assert (answer.status, answer.body) == (200, PNG)
    shown = {
        name: answer.headers[name]
        for name in (
            "content-type", "content-length", "content-disposition", "content-security-policy",
            "x-content-type-options",
            "cross-origin-resource-policy", "accept-ranges", "etag", "cache-control",
        )
    }  # fmt: skip
    assert shown == {
        "content-type": "image/png",
        "content-length": str(len(PNG)),
        "content-disposition": 'inline; filename="me.png"',
        "content-security-policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
        "x-content-type-options": "nosniff",
        "cross-origin-resource-policy": "cross-origin",
        "accept-ranges": "bytes",
        "etag": f'"{id_of(photo["image"])}"',
        "cache-control": "no-cache",
    }
    assert albums.get(f"/api/{photo['image']['url']}", NOBODY).body == PNG


def test_parts_of_a_file(albums: Albums) -> None:
    tag = f'"{id_of(albums.photo()["image"])}"'
    part = albums.get("/api/photos/1/image", range="bytes=1-3")
    assert (part.status, part.body, part.headers["content-range"]) == (206, b"PNG", f"bytes 1-3/{len(PNG)}")
    assert albums.get("/api/photos/1/image", range="bytes=-2").body == PNG[-2:]
    beyond = albums.get("/api/photos/1/image", range="bytes=999-")
    assert (beyond.status, beyond.headers["content-range"]) == (416, f"bytes */{len(PNG)}")
    assert albums.get("/api/photos/1/image", range="bytes=0-1,3-4").status == 200
    assert albums.get("/api/photos/1/image", range="bytes=0-1", if_range=tag).status == 206
    assert albums.get("/api/photos/1/image", range="bytes=0-1", if_range='"other"').status == 200
    assert albums.get("/api/photos/1/image", if_none_match=tag).status == 304
    assert albums.get("/api/photos/1/image", if_match='"other"').status == 412
    head = albums.get("/api/photos/1/image", method="HEAD")
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(PNG)))


def test_an_upload_replaces_a_file(albums: Albums, stored: Stored) -> None:
    first = id_of(albums.photo()["image"])
    answer = albums.send("PUT", "/api/photos/1/image?name=neu.gif", GIF)
    assert (answer.status, said_of(answer.json)) == (200, described("neu.gif", "image/gif", GIF))
    second = id_of(answer.json)
    assert albums.get("/api/photos/1/image").body == GIF
    assert albums.get(f"/api/file/{first}").status == 404
    assert albums.records() == {first: "gone", second: "kept"}
    assert albums.sweep() == 1
    assert albums.records() == {second: "kept"}
    assert stored() == [second]


def test_an_upload_into_an_empty_field(albums: Albums) -> None:
    albums.photo()
    assert albums.get("/api/photos/1/notes", ADA).status == 404
    answer = albums.send(
        "PUT", "/api/photos/1/notes", b"hello", content_disposition="attachment; filename*=UTF-8''gr%C3%BC.txt"
    )
    assert (answer.status, said_of(answer.json)) == (201, described("grü.txt", "text/plain", b"hello"))
    notes = albums.get("/api/photos/1/notes", ADA)
    assert notes.headers["content-type"] == "application/octet-stream"
    assert notes.headers["content-disposition"] == "attachment; filename=\"gru.txt\"; filename*=UTF-8''gr%C3%BC.txt"
    assert notes.headers["cross-origin-resource-policy"] == "same-origin"
    assert notes.headers["cache-control"] == "private, no-cache"


def test_a_file_is_deleted(albums: Albums, stored: Stored) -> None:
    albums.photo()
    albums.send("PUT", "/api/photos/1/notes", b"hello")
    assert albums.send("DELETE", "/api/photos/1/notes").status == 204
    assert albums.get("/api/photos?select=notes", ADA).json == [{"notes": None}]
    refused = albums.send("DELETE", "/api/photos/1/image")
    assert (refused.status, refused.json["errors"][0]["message"]) == (422, "image can't be null")
    assert albums.sweep() == 1
    assert len(stored()) == 1


def test_files_go_with_their_row(albums: Albums, stored: Stored) -> None:
    albums.photo()
    albums.send("PUT", "/api/photos/1/notes", b"hello")
    assert albums.send("DELETE", "/api/photos/1").status == 204
    assert albums.sweep() == 2
    assert (stored(), albums.records()) == ([], {})


def test_files_go_with_rows_that_the_database_deletes(albums: Albums, stored: Stored) -> None:
    albums.photo()
    albums.photo()
    assert albums.send("DELETE", "/api/albums/1").status == 204
    assert albums.sweep() == 2
    assert (stored(), albums.records()) == ([], {})


def test_a_form_changes_a_row_and_its_files(albums: Albums) -> None:
    albums.photo()
    answer = albums.form("PATCH", "/api/photos/1", caption="new", notes=("a.txt", b"a"), image=("", b""))
    assert answer.status == 200, answer.text
    row = answer.json if isinstance(answer.json, dict) else answer.json[0]
    assert (row["caption"], row["notes"]["name"], row["image"]["name"]) == ("new", "a.txt", "me.png")
    cleared = albums.form("PATCH", "/api/photos/1", notes="")
    assert (cleared.json if isinstance(cleared.json, dict) else cleared.json[0])["notes"] is None


def test_files_are_read_like_other_fields(plain_albums: Albums) -> None:
    plain_albums.photo()
    ask = plain_albums.get
    assert ask("/api/photos?select=image->>name,image->size&notes=is.null&image->>type=eq.image/png", ADA).json == [
        {"name": "me.png", "size": len(PNG)}
    ]
    assert ask("/api/albums?select=title,photos(image->>name)&photos=not.is.null", NOBODY).json == [
        {"title": "Summer", "photos": [{"name": "me.png"}]}
    ]


def test_what_is_refused_leaves_nothing(albums: Albums, stored: Stored) -> None:
    large = PNG + b"x" * 100_000
    answers = [
        albums.form("POST", "/api/photos", album_id="1", image=("a.png", b"<!DOCTYPE html><script>1</script>")),
        albums.form("POST", "/api/photos", album_id="1", image=("a.png", b"MZ\x90\0" + b"\0" * 100)),
        albums.form("POST", "/api/photos", album_id="1", image=("a.png", large)),
        albums.form("POST", "/api/photos", album_id="x", image=("a.png", PNG)),
        albums.form("POST", "/api/photos", album_id="1", image=("a.png", PNG), colour="red"),
        albums.form("POST", "/api/photos", album_id="1"),
        albums.form("POST", "/api/photos", album_id="1", image="no file"),
        albums.form("POST", "/api/photos", asker=BO, album_id="1", image=("a.png", PNG)),
        albums.form("POST", "/api/photos", asker=NOBODY, album_id="1", image=("a.png", PNG)),
        albums.send(
            "POST", "/api/photos", forms.form(album_id="1", image=("a.png", PNG))[:-9], content_type=forms.TYPE
        ),
    ]
    assert [answer.status for answer in answers] == [415, 415, 413, 422, 422, 422, 422, 403, 401, 400]
    assert answers[0].json["message"] == "The file is text/html, by its content"
    assert (stored(), albums.records()) == ([], {})
    assert albums.get("/api/photos", ADA).json == []


def test_a_picture_that_could_hold_a_script_is_not_shown(plain_albums: Albums) -> None:
    plain_albums.photo(content=b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
    answer = plain_albums.get("/api/photos/1/image", NOBODY)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == 'attachment; filename="me.png"'


def test_uploads_that_are_refused_leave_what_was_there(albums: Albums, stored: Stored) -> None:
    albums.photo()
    before = stored()
    answers = [
        albums.send("PUT", "/api/photos/1/image", b"plain text"),
        albums.send("PUT", "/api/photos/1/image", PNG, content_length=""),
        albums.send("PUT", "/api/photos/1/image", PNG, content_length="100001"),
        albums.send("PUT", "/api/photos/1/image", PNG, content_length=str(len(PNG) + 1)),
        albums.send("PUT", "/api/photos/1/image", forms.form(image=("a.png", PNG)), content_type=forms.TYPE),
        albums.send("PUT", "/api/photos/1/image", PNG, if_match='"other"'),
        albums.send("PUT", "/api/photos/1/image", PNG, if_none_match="*"),
        albums.send("PUT", "/api/photos/1/notes", PNG, if_match="*"),
        albums.send("PUT", "/api/photos/2/image", PNG),
        albums.send("PUT", "/api/photos/1/caption", PNG),
        albums.send("POST", "/api/photos/1/image", PNG),
    ]
    assert [answer.status for answer in answers] == [415, 411, 413, 400, 415, 412, 412, 412, 404, 404, 405]
    assert (stored(), list(albums.records().values())) == (before, ["kept"])


def test_a_file_may_be_read_where_its_field_may(plain_albums: Albums) -> None:
    albums = plain_albums
    albums.photo(album=1)
    albums.photo(album=2)
    albums.send("PUT", "/api/photos/1/notes", b"hello")
    asked = [(1, "image"), (2, "image"), (1, "notes")]
    statuses = {
        who: [albums.get(f"/api/photos/{id}/{field}", asker).status for id, field in asked]
        for who, asker in {"nobody": NOBODY, "ada": ADA, "bo": BO, "helper": HELPER}.items()
    }
    assert statuses["ada"] == [200, 200, 200]
    assert statuses["helper"] == [200, 200, 200]
    assert statuses["bo"] == [200, 404, 404]
    assert statuses["nobody"] == [200, 404, 403]
    [url] = [row["image"]["url"] for row in albums.get("/api/photos?id=eq.2", ADA).json]
    assert [albums.get(f"/api/{url}", asker).status for asker in (NOBODY, ADA, BO)] == [404, 200, 404]


def test_a_file_may_be_written_where_its_field_may(plain_albums: Albums) -> None:
    albums = plain_albums
    albums.photo(album=1)
    albums.photo(album=2)
    puts = [
        albums.send("PUT", f"/api/photos/{id}/image", GIF, who).status for id in (1, 2) for who in (BO, HELPER, NOBODY)
    ]
    assert puts == [403, 403, 401, 404, 403, 401]
    assert albums.form("PATCH", "/api/photos/1", HELPER, image=("a.gif", GIF)).status == 403
    assert albums.send("DELETE", "/api/photos/1/notes", asker=BO).status == 403
    assert list(albums.records().values()) == ["kept", "kept"]


@pytest.mark.parametrize(
    "value", ['{"url": "file/%s"}', '"%s"', '{"name":"x","type":"x","size":1,"sha256":"","url":"file/%s"}']
)
def test_nobody_takes_the_file_of_another_row(plain_albums: Albums, value: str) -> None:
    """Who could write a file's id could read what they may not."""
    albums = plain_albums
    secret = id_of(albums.photo(album=2)["image"])
    body = ('{"album_id": 3, "image": ' + value % secret + "}").encode()
    answer = albums.send("POST", "/api/photos", body, BO, content_type="application/json")
    assert (answer.status, answer.json["errors"][0]["hint"]) == (422, "Upload it.")
    text = albums.send(
        "POST",
        "/api/photos",
        f"album_id=3&image={value % secret}".encode(),
        BO,
        content_type="application/x-www-form-urlencoded",
    )
    assert text.status == 422


def test_a_file_belongs_to_one_row(plain_albums: Albums) -> None:
    albums = plain_albums
    for _ in range(2):
        albums.photo()
    answer = albums.form("PATCH", "/api/photos?album_id=eq.1", notes=("a.txt", b"for both"))
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/notes")
    assert list(albums.records().values()) == ["kept", "kept"]
    one = albums.form("PATCH", "/api/photos?id=eq.1", notes=("a.txt", b"for one"))
    assert (one.status, one.json[0]["notes"]["name"]) == (200, "a.txt")


def test_the_same_request_twice(plain_albums: Albums) -> None:
    """An Idempotency-Key: one row and one file."""
    albums, body = plain_albums, forms.form(album_id="1", image=("a.png", PNG))
    key = {"idempotency_key": "8ab1c0de-0000-4000-8000-000000000001", "prefer": "return=representation"}
    first, second = (albums.send("POST", "/api/photos", body, content_type=forms.TYPE, **key) for _ in range(2))
    assert (first.status, second.status, first.body) == (201, 201, second.body)
    other = forms.form(album_id="1", image=("a.png", GIF))
    assert albums.send("POST", "/api/photos", other, content_type=forms.TYPE, **key).status == 422
    assert list(albums.records().values()) == ["kept"]
    assert len(albums.get("/api/photos", ADA).json) == 1


def test_a_write_that_is_undone_keeps_no_file(plain_albums: Albums) -> None:
    answer = plain_albums.form("POST", "/api/photos", prefer="tx=rollback", album_id="1", image=("a.png", PNG))
    assert (answer.status, plain_albums.records()) == (201, {})


def test_what_methods_a_file_has(plain_albums: Albums) -> None:
    plain_albums.photo()
    assert (
        plain_albums.get("/api/photos/1/image", method="OPTIONS").headers["allow"] == "GET, HEAD, PUT, DELETE, OPTIONS"
    )
    assert plain_albums.get("/api/file/" + "0" * 32).status == 404
    assert plain_albums.get("/api/file/..%2f..%2fetc").status == 404
