"""Whether a running peer writes what it should and refuses what it should, before anything is measured.

Each request is looked at from both sides: what the reply shows, and what is in the database afterwards. What is refused
must leave nothing, also where only one row of many is refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import islice
from typing import Any

import httpx
from peers.writer import Counts, Order, Writer
from processes import BenchError
from rows import ACCOUNT_OFFSET, Rows
from scenarios import ASKERS
from writes import RETITLED, UNIQUE, Comment, Kind, Line, Write, writes

SAMPLES = 6
"""Writes of each kind."""


def verify_writes(peer: Writer, port: int, *, hooked: bool) -> int:
    """The number of requests compared. Raises BenchError at the first that is wrong. Leaves nothing behind."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        checked = Checked(peer, client)
        if hooked:
            checked.hook()
        else:
            checked.written()
            checked.refused()
    peer.restore()
    return checked.compared


class Checked:
    """A peer under examination."""

    def __init__(self, peer: Writer, client: httpx.Client) -> None:
        self.peer = peer
        self.client = client
        self.compared = 0

    @property
    def rows(self) -> Rows:
        return self.peer.place.rows

    def samples(self, kind: Kind) -> list[Write]:
        """The first requests of a load."""
        count = 1 if kind == "bulk" else SAMPLES
        return [each for each in islice(writes(kind, self.rows, 3), count) if isinstance(each, Write)]

    def send(self, write: Write) -> httpx.Response:
        """The reply to a write."""
        call = self.peer.call(write)
        self.compared += 1
        text = json.dumps(call.body, default=float).replace(UNIQUE, f"{self.compared:015}")
        headers = {"Content-Type": "application/json"}
        if call.asker is not None:
            headers["Authorization"] = f"Bearer {self.peer.token(call.asker)}"
        if call.prefer:
            headers["Prefer"] = call.prefer
        return self.client.request(call.method, call.path, content=text, headers=headers)

    def done(self, write: Write, shown: Any) -> None:
        """It is done, and the reply shows it so."""
        reply = self.send(write)
        if reply.status_code not in {200, 201}:
            raise self.wrong(write, f"was answered {reply.status_code}: {reply.text[:600]}")
        if write.kind != "bulk":
            self.same(write, self.peer.shown(write, reply.json()), shown)

    def same(self, write: Write, got: Any, right: Any) -> None:
        if got != right:
            raise self.wrong(write, f"was wrong.\n  got   {got!r}\n  right {right!r}")

    def wrong(self, write: Write, what: str) -> BenchError:
        call = self.peer.call(write)
        return BenchError(f"{self.peer.title}: {call.method} {call.path} ({write.kind}, for {write.asker}) {what}")

    def written(self) -> None:
        """What may be written is there, to the letter, and once."""
        for write in self.samples("create"):
            self.done(write, write.comments[0])
            self.same(write, self.peer.new_comments(), [write.comments[0]])
            self.peer.restore()
        for write in self.samples("bulk"):
            self.done(write, None)
            self.same(write, self.peer.new_comments(), list(write.comments))
            self.peer.restore()
        for write in self.samples("order"):
            self.done(write, set(write.lines))
            assert write.asker is not None, "orders are of somebody"
            right = Order(write.asker, write.note, "draft", tuple(sorted(write.lines)))
            self.same(write, self.peer.orders(), [right])
            self.peer.restore()
        for write in self.samples("update"):
            title = f"{RETITLED}{self.compared + 1:015}"
            self.done(write, title)
            self.same(write, self.peer.title_of(write.post), title)

    def refused(self) -> None:
        """What may not be written isn't, nor what stands beside it."""
        good = self.samples("create")[0]
        one = good.comments[0]
        other = next(author for author in ASKERS if author != one.author)
        draft = next(post.id for post in self.rows.posts if post.status == "draft")
        self.nothing(good._replace(asker=None))
        for bad in (one._replace(author=other), one._replace(post=draft), one._replace(body=""),
                    one._replace(body="x" * 2_001), one._replace(post=10**9)):  # fmt: skip
            self.nothing(good._replace(comments=(bad,)))

        bulk = self.samples("bulk")[0]
        own = bulk.comments[0].author
        for bad in (Comment("Not mine.", bulk.comments[0].post, next(each for each in ASKERS if each != own)),
                    bulk.comments[0]._replace(body="")):  # fmt: skip
            self.nothing(bulk._replace(comments=(*bulk.comments[:500], bad, *bulk.comments[501:])))

        order = self.samples("order")[0]
        for line in (order.lines[9]._replace(quantity=0), Line(10**9, order.lines[9].price, 1)):
            self.nothing(order._replace(lines=(*order.lines[:9], line)))

        update = self.samples("update")[0]
        for write in (update._replace(asker=None),
                      update._replace(asker=self.somebody_but(update.asker)),
                      update._replace(changes=(("score", -1),))):  # fmt: skip
            self.unchanged(write)

    def nothing(self, write: Write) -> None:
        """It is refused, and nothing is written."""
        reply = self.send(write)
        if not 400 <= reply.status_code < 500:
            raise self.wrong(write, f"should be refused and was answered {reply.status_code}: {reply.text[:300]}")
        self.same(write, self.peer.added(), Counts(0, 0, 0))

    def unchanged(self, write: Write) -> None:
        """The change is refused, and the post is as it was."""
        look: Callable[[], Any] = lambda: (self.peer.title_of(write.post), self.peer.score_of(write.post))  # noqa: E731 (short)
        before = look()
        reply = self.send(write)
        if not 400 <= reply.status_code < 500:
            raise self.wrong(write, f"should be refused and was answered {reply.status_code}: {reply.text[:300]}")
        self.same(write, look(), before)

    def hook(self) -> None:
        """The hook tidies what is written."""
        write = self.samples("create")[0]
        tidy = write.comments[0]
        untidy = tidy._replace(body="  " + tidy.body.replace(" ", " \n "))
        self.done(write._replace(comments=(untidy,)), tidy)
        self.same(write, self.peer.new_comments(), [tidy])

    @staticmethod
    def somebody_but(account: int | None) -> int:
        return next(author + ACCOUNT_OFFSET for author in ASKERS if author + ACCOUNT_OFFSET != account)
