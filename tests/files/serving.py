"""The album application, served in-process from a database and a store of any kind."""

from __future__ import annotations

from typing import Any

from backsmith.app import asgi
from backsmith.blueprint.asker import Asker
from tests.engine.client import Answer, Client
from tests.engine.rows import fill
from tests.files import album, forms

ADA, BO = Asker(1), Asker(2)
HELPER = Asker(3, roles=frozenset({"helper"}))
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(200))
GIF = b"GIF89a" + bytes(range(100))

ROWS: dict[str, list[dict[str, Any]]] = {
    "Account": [{"id": id, "email": None, "name": None} for id in (1, 2, 3)],
    "Album": [
        {"id": 1, "title": "Summer", "public": True, "owner_id": 1},
        {"id": 2, "title": "Private", "public": False, "owner_id": 1},
        {"id": 3, "title": "Bo's", "public": True, "owner_id": 2},
    ],
}


class Albums(Client):
    """A client, and a look behind the scenes."""

    def send(self, method: str, target: str, body: bytes = b"", asker: Asker = ADA, **headers: str) -> Answer:
        if body and "content_length" not in headers:
            headers["content_length"] = str(len(body))
        return self.get(target, asker, method, body, **{name: text for name, text in headers.items() if text})

    def form(
        self, method: str, target: str, asker: Asker = ADA, prefer: str = "return=representation", **members: Any
    ) -> Answer:
        return self.send(method, target, forms.form(**members), asker, content_type=forms.TYPE, prefer=prefer)

    def photo(self, album: int = 1, content: bytes = PNG) -> dict[str, Any]:
        """A new photo."""
        answer = self.form("POST", "/api/photos", ADA, album_id=str(album), image=("me.png", content))
        assert answer.status == 201, answer.text
        return answer.json[0]

    def records(self) -> dict[str, str]:
        """The states of all files by id."""
        found = self._run(self.application.database.fetch("SELECT id, state FROM backsmith_files", ()))
        return {row[0]: row[1] for row in found}

    def sweep(self) -> int:
        return self._run(self.application.files.sweeper.sweep())


def serve(url: str, run: Any, **settings: Any) -> Albums:
    application = asgi(album, database=url, access_log=False, **settings)

    async def begin() -> None:
        await application.start()
        await application.files.sweeper.close()  # tests sweep when they want to
        await fill(application.database, application.blueprint, ROWS)

    run(begin())
    return Albums(application, run)


def id_of(file: dict[str, Any]) -> str:
    return file["url"].removeprefix("file/")
