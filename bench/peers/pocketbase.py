"""PocketBase: its own server on its own SQLite file, its collections imported through its own HTTP interface.

For a rule that mentions a relation PocketBase joins it for every asker and counts distinct rows, so that a count takes
seconds under load. So as not to measure that where it isn't the question, the rules are only `published` except in the
scenario of the rule by relation; the other peers keep both halves throughout.

The rows are written straight into the file while it is stopped (100,000 creates through the interface would only take
longer). Ids have PocketBase's default form, fifteen characters; they are the numbers with leading zeros.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import scenarios
from processes import free_port, running
from rows import ACCOUNT_OFFSET
from scenarios import ASKERS, PAGE, RULE, Ask, Scenario

from peers.peer import HERE, VENV, Place
from peers.pocketbase_ids import key, moment
from peers.pocketbase_writing import PocketBaseWriting

EMAIL, PASSWORD = "bench@example.com", "correct-horse-battery"
BINARY = str(VENV / "pocketbase")


class PocketBase(PocketBaseWriting):
    name = "pocketbase"
    title = "PocketBase"
    needs = ("python",)
    postgres = False

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self.own_tokens: dict[int, str] = {}

    @property
    def version(self) -> str:
        said = subprocess.run([BINARY, "--version"], capture_output=True, text=True, check=True).stdout
        return f"PocketBase {said.split()[-1]}"

    @property
    def data(self) -> Path:
        return self.folder / "pb_data"

    @property
    def file(self) -> Path:
        return self.data / "data.db"

    def command(self, port: int) -> list[str]:
        return [BINARY, "serve", "--http", f"127.0.0.1:{port}", "--dir", str(self.data)]

    def prepare(self) -> None:
        upsert = [BINARY, "superuser", "upsert", EMAIL, PASSWORD, "--dir", str(self.data)]
        subprocess.run(upsert, cwd=self.folder, check=True, capture_output=True, timeout=60)
        self.with_superuser(self.import_collections)
        self.with_superuser(self.allow_batches)
        with closing(sqlite3.connect(self.file)) as connection:
            self.load(connection)
        self.with_superuser(self.impersonate)

    def with_superuser(self, work: Callable[[httpx.Client], None]) -> None:
        """Starts the server, runs `work` with a client that is signed in as the superuser, and stops the server."""
        port = free_port()
        log = self.folder / "prepare.log"
        with (
            running(self.command(port), port, "/api/health", log=log, cwd=self.folder, env={}),
            superuser(port) as client,
        ):
            work(client)

    def before(self, scenario: Scenario, port: int) -> None:
        with superuser(port) as client:
            for collection in self.collections():
                rule = collection["viewRule"]
                chosen = rule if scenario is RULE else rule.split(" || ")[0]
                change = {"listRule": chosen, "viewRule": chosen}
                client.patch(f"/api/collections/{collection['name']}", json=change).raise_for_status()

    def collections(self) -> list[dict[str, Any]]:
        """The collections, as PocketBase takes them."""
        return json.loads((HERE / "pocketbase_app" / "collections.json").read_text())

    def import_collections(self, client: httpx.Client) -> None:
        """Creates the collections; the relations name them, PocketBase wants their ids."""
        ids = {"_pb_users_auth_": "_pb_users_auth_"}
        for collection in self.collections():
            for one in collection["fields"]:
                if one["type"] == "relation":
                    one["collectionId"] = ids[one["collectionId"]]
            created = client.post("/api/collections", json=collection)
            assert created.status_code == 200, created.text
            ids[collection["name"]] = created.json()["id"]

    def load(self, connection: sqlite3.Connection) -> None:
        """Fills the tables."""
        rows = self.place.rows
        connection.executemany(
            "insert into users (id, email, tokenKey, password, verified) values (?, ?, ?, '', true)",
            ((key(one.id), one.email, f"{one.id:050}") for one in rows.accounts),
        )
        connection.executemany(
            "insert into authors (id, name, bio, active, account) values (?, ?, ?, ?, ?)",
            ((key(one.id), one.name, one.bio, one.active, key(one.account_id)) for one in rows.authors),
        )
        connection.executemany(
            "insert into posts (id, title, body, published_at, score, status, author) values (?, ?, ?, ?, ?, ?, ?)",
            (
                (key(one.id), one.title, one.body, moment(one.published_at), one.score, one.status, key(one.author_id))
                for one in rows.posts
            ),
        )
        connection.executemany(
            "insert into comments (id, body, created_at, post, author) values (?, ?, ?, ?, ?)",
            (
                (key(one.id), one.body, moment(one.created_at), key(one.post_id), key(one.author_id))
                for one in rows.comments
            ),
        )
        connection.executemany(
            "insert into products (id, name, price, active) values (?, ?, ?, ?)",
            ((key(one.id), one.name, float(one.price), one.active) for one in rows.products),
        )
        connection.commit()
        connection.execute("analyze")
        connection.commit()

    def impersonate(self, client: httpx.Client) -> None:
        """A token of PocketBase's own for each account that asks."""
        for author in ASKERS:
            account = author + ACCOUNT_OFFSET
            reply = client.post(f"/api/collections/users/impersonate/{key(account)}", json={"duration": 864_000})
            self.own_tokens[account] = reply.raise_for_status().json()["token"]

    def token(self, account: int) -> str:
        return self.own_tokens[account]

    def path(self, ask: Ask) -> str:
        records = "/api/collections/posts/records"
        page = f"{records}?expand=author&sort=-published_at&perPage={PAGE}&skipTotal=1&filter="
        match ask.scenario:
            case "single":
                return f"{records}/{key(ask.post)}?expand=author"
            case "nested":
                return f"{records}/{key(ask.post)}?expand=author,comments_via_post.author"
            case "list":
                return page + quote(f"score >= {ask.score}")
            case "count":
                return f"{records}?perPage=1&fields=id&filter=" + quote(f"score >= {ask.score}")
            case "rule":
                return page + quote(f"author = '{key(ask.author)}'")
            case name:
                raise ValueError(name)

    def read(self, ask: Ask, reply: Any) -> Any:
        match ask.scenario:
            case "single":
                return scenarios.plain_post(unexpanded(reply))
            case "nested":
                replies = sorted(reply.get("expand", {}).get("comments_via_post", []), key=lambda one: one["id"])
                comments = [scenarios.plain_comment(unexpanded(one)) for one in replies]
                return scenarios.plain_post(unexpanded(reply)) | {"comments": comments}
            case "count":
                return reply["totalItems"]
            case _:
                return [scenarios.plain_post(unexpanded(post)) for post in reply["items"]]


@contextmanager
def superuser(port: int) -> Iterator[httpx.Client]:
    """A client that is signed in as the superuser."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        who = {"identity": EMAIL, "password": PASSWORD}
        signed_in = client.post("/api/collections/_superusers/auth-with-password", json=who).raise_for_status()
        client.headers["Authorization"] = signed_in.json()["token"]
        yield client


def unexpanded(record: dict[str, Any]) -> dict[str, Any]:
    """The record with its expanded author in the author's place."""
    return record | {"author": record["expand"]["author"]}
