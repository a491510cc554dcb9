"""PocketBase writing: requests of its own interface, durable, with or without a hook.

Several rows in one transaction are its /api/batch: a request for each row. Rows that point at one another have to be
numbered by the client, so the load generator makes up the ids of orders.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import httpx
from processes import BenchError
from scenarios import money
from writes import BULK_ROWS, UNIQUE, Comment, Line, Write

from peers.peer import HERE
from peers.pocketbase_ids import key
from peers.writer import Call, OnSqlite

RECORDS = "/api/collections/{}/records"
FULL = 2
"""SQLite's number for synchronous=FULL."""


class PocketBaseWriting(OnSqlite):
    """The half of the peer that writes."""

    number = "rowid"

    def column(self, relation: str) -> str:
        return f'"{relation}"'

    def hooks_folder(self, *, hooked: bool) -> Path:
        """A folder with the scripts it is to run."""
        folder = self.folder / ("hooked" if hooked else "unhooked")
        folder.mkdir(exist_ok=True)
        for name in ("durable.pb.js", *(["tidy.pb.js"] if hooked else [])):
            shutil.copy(HERE / "pocketbase_app" / name, folder)
        return folder

    def writing_command(self, port: int, *, hooked: bool) -> list[str]:
        return [*self.command(port), "--hooksDir", str(self.hooks_folder(hooked=hooked)), "--hooksWatch=false"]

    def ready(self, port: int) -> None:
        said = httpx.post(f"http://127.0.0.1:{port}/bench/durable").raise_for_status().json()
        if said["synchronous"] != FULL:
            raise BenchError(f"PocketBase doesn't write durably: synchronous={said['synchronous']}.")

    @staticmethod
    def allow_batches(client: httpx.Client) -> None:
        """Of as many rows as the loads have; they are off unless allowed."""
        limits = {"enabled": True, "maxRequests": BULK_ROWS + 100, "timeout": 30}
        client.patch("/api/settings", json={"batch": limits}).raise_for_status()

    def call(self, write: Write) -> Call:
        match write.kind:
            case "create":
                return Call("POST", RECORDS.format("comments"), write.asker, written(write.comments[0]))
            case "update":
                return Call("PATCH", f"{RECORDS.format('posts')}/{key(write.post)}", write.asker, dict(write.changes))
            case "bulk":
                return batch(write, [("comments", written(comment)) for comment in write.comments])
            case "order":
                assert write.asker is not None, "PocketBase is told whose the order is"
                order = {"id": UNIQUE, "account": key(write.asker), "note": write.note, "status": "draft"}
                return batch(write, [("orders", order), *(("lines", line(one)) for one in write.lines)])
            case kind:
                raise ValueError(kind)

    def shown(self, write: Write, reply: Any) -> Any:
        match write.kind:
            case "create":
                return Comment(reply["body"], int(reply["post"]), int(reply["author"]))
            case "update":
                return reply["title"]
            case "order":
                lines = (one["body"] for one in reply[1:])
                return {Line(int(one["product"]), money(one["price"]), one["quantity"]) for one in lines}
            case _:
                return None


def batch(write: Write, rows: list[tuple[str, dict[str, Any]]]) -> Call:
    """Rows of collections, made together."""
    requests = [{"method": "POST", "url": RECORDS.format(name), "body": body} for name, body in rows]
    return Call("POST", "/api/batch", write.asker, {"requests": requests})


def written(comment: Comment) -> dict[str, Any]:
    """A comment as it is sent."""
    return {"body": comment.body, "post": key(comment.post), "author": key(comment.author)}


def line(one: Line) -> dict[str, Any]:
    """A line as it is sent."""
    return {"order": UNIQUE, "product": key(one.product), "price": one.price, "quantity": one.quantity}
