"""Keys that the database numbers: none is given twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from backsmith.app import asgi
from tests.engine.client import Client

MODEL = """
from backsmith import Entity, allow


class Song(Entity):
    name: str

    @allow("read", "create", "delete")
    def everyone(self) -> bool:
        return True
"""


def test_the_key_of_a_deleted_row_is_never_that_of_another(database_url: str, tmp_path: Path, run: Any) -> None:
    path = tmp_path / "numbered_songs.py"
    path.write_text(MODEL, encoding="utf-8")
    client = Client(asgi(path, database=database_url, access_log=False), run)
    run(client.application.start())
    keys: list[int] = []
    for _ in range(3):
        made = client.get(
            "/api/songs",
            method="POST",
            body=b'{"name": "Yesterday"}',
            content_type="application/json",
            prefer="return=representation",
        )
        keys.append(made.json[0]["id"])
        assert client.get(f"/api/songs/{keys[-1]}", method="DELETE").status == 204
    assert keys == [1, 2, 3]
    run(client.application.close())
