"""What is in the outbox is sent: once as far as can be, again where it wasn't, and by one process of several."""

from __future__ import annotations

import asyncio
import logging
import os
from datetime import timedelta
from pathlib import Path

import pytest

from backsmith.errors import RequestError
from backsmith.mail.message import Envelope
from backsmith.mail.transports import LaterError
from tests.mail.post import CODE, Clock, Post
from tests.mail.servers import server


def ours(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    """What we logged; the server of the tests does too."""
    return [record for record in caplog.records if record.name == "backsmith.mail"]


MANY = int(os.environ.get("BACKSMITH_MAILS", "120"))


async def test_a_mail_is_sent_once_its_transaction_is_kept(post: Post) -> None:
    folder = Path(post.settings.mail)
    await post.outbox.start()
    await post.put()
    for _ in range(200):
        if not await post.rows():
            break
        await asyncio.sleep(0.01)
    await post.outbox.close()
    (file,) = folder.glob("*.eml")
    assert "1234 5678" in file.read_text()
    assert f"{CODE['link']}\n" in file.read_text().replace("\r", "")  # in one piece, to be copied
    assert (file.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)


async def test_a_mail_of_a_transaction_that_is_undone_is_never_sent(post: Post) -> None:
    async def work(transaction: object) -> None:
        await post.outbox.put(transaction, "code", "ada@example.org", {"code": "1", "link": "x"})  # type: ignore
        raise KeyError

    with pytest.raises(KeyError):
        await post.database.transact(work)
    assert await post.rows() == []


async def test_what_was_put_a_moment_ago_goes_out_at_the_end_of_the_process(post: Post) -> None:
    await post.outbox.start()
    await post.put()
    await post.outbox.close()
    assert len(list(Path(post.settings.mail).glob("*.eml"))) == 1
    assert await post.rows() == []


async def test_the_end_waits_for_no_look_that_was_to_come(post: Post) -> None:
    """A nudge lets the sender look again for more than a second: its mail may take as long to be there."""
    sender = post.smtp(9)
    sender.start()
    await asyncio.sleep(0.05)
    sender.nudge()
    await asyncio.sleep(0.2)
    async with asyncio.timeout(0.5):
        await sender.close()


async def test_codes_and_addresses_are_sealed_in_the_database(post: Post) -> None:
    await post.put("ada@example.org")
    (row,) = await post.rows()
    assert set(row) == {"id", "template", "content", "attempts", "created_at", "due_at"}
    assert not any(word in row["content"] for word in (b"ada@", b"1234", b"handle.token"))


async def test_one_connection_serves_many_mails_and_each_is_sent_once(post: Post) -> None:
    await post.put_many(MANY)
    with server() as taking:
        await post.smtp(taking.port).send_due()
    assert sorted(str(mail["To"]) for mail in taking.taken) == sorted(f"{n}@example.org" for n in range(MANY))
    assert len(taking.sessions) == 1
    assert await post.rows() == []


async def test_each_mail_is_taken_by_one_of_several_senders(post: Post) -> None:
    await post.put_many(MANY)
    with server() as taking:
        await asyncio.gather(*(post.smtp(taking.port).send_due() for _ in range(3)))
    assert (len(taking.ids), len(set(taking.ids))) == (MANY, MANY)
    assert await post.rows() == []


async def test_greylisting_is_waited_for(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    await post.put()
    with server() as taking:
        taking.says = ["451 4.7.1 Greylisted, try again", "450 4.2.1 Not yet"]
        sender = post.smtp(taking.port, clock)
        await sender.send_due()
        await sender.send_due()
        assert taking.taken == []
        (row,) = await post.rows()
        assert (row["attempts"], timedelta(seconds=7) < row["due_at"] - clock() < timedelta(seconds=13)) == (1, True)
        clock.ahead += timedelta(seconds=13)
        await sender.send_due()
        clock.ahead += timedelta(seconds=26)
        await sender.send_due()
    assert len(taking.taken) == 1
    assert [record.levelname for record in ours(caplog)] == ["WARNING", "WARNING"]
    assert "The mail server said 451 4.7.1 Greylisted, try again" in caplog.text
    assert "1234" not in caplog.text


async def test_what_is_refused_for_ever_is_given_up_and_the_others_go(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    await post.put_many(3)
    with server() as taking:
        taking.says = ["250 OK", "550 5.1.1 No such mailbox"]
        await post.smtp(taking.port).send_due()
    assert len(taking.taken) == 2
    assert await post.rows() == []
    assert [(record.levelname, record.message.partition("given up. ")[2]) for record in ours(caplog)] == [
        ("ERROR", "The mail server said 550 5.1.1 No such mailbox")
    ]


async def test_a_dropped_connection_is_no_refusal(post: Post) -> None:
    clock = Clock()
    await post.put_many(3)
    with server() as taking:
        taking.says = ["250 OK", "drop"]
        sender = post.smtp(taking.port, clock)
        await sender.send_due()
        clock.ahead = timedelta(seconds=15)
        await sender.send_due()
    assert len(set(taking.ids)) == 3
    assert len(taking.ids) == 4, "the server may have taken what it didn't answer to: sent again, with the same id"
    assert await post.rows() == []


async def test_a_server_that_is_away_holds_all_mails_back_and_is_asked_once(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    await post.put_many(30)
    with server() as taking:
        port = taking.port
    await post.smtp(port).send_due()
    assert {row["attempts"] for row in await post.rows()} == {0, 1}
    assert "The mail server can't be reached" in caplog.text


async def test_after_a_day_a_mail_is_given_up(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    await post.put()
    with server() as taking:
        taking.says = ["451 Busy"] * 99
        sender, tries = post.smtp(taking.port, clock), 0
        while await post.rows():
            tries += await sender.send_due()
            clock.ahead += timedelta(minutes=10)
    assert timedelta(hours=24) < clock.ahead < timedelta(hours=28)
    assert 12 < tries < 30
    assert ours(caplog)[-1].levelno == logging.ERROR


async def test_what_a_process_took_that_died_is_sent_by_another(post: Post) -> None:
    """Killed between the server's answer and the note of it: sent twice, with one Message-ID."""
    clock = Clock()
    await post.put()

    class Dying:
        """Sends, and is gone before anything can be noted."""

        def __init__(self) -> None:
            self.sent: list[Envelope] = []

        async def send(self, envelope: Envelope) -> None:
            self.sent.append(envelope)
            raise asyncio.CancelledError

        async def rest(self) -> None: ...

        def said(self, envelope: Envelope) -> None: ...

    dying = Dying()
    with pytest.raises(asyncio.CancelledError):
        await post.sender(dying).send_due()
    with server() as taking:
        await post.smtp(taking.port, clock).send_due()
        assert taking.taken == [], "it is still the other's"
        clock.ahead = timedelta(minutes=4)
        await post.smtp(taking.port, clock).send_due()
    assert taking.ids == [f"<{dying.sent[0].id}@notes.example>"]
    assert taking.envelopes[0].content == dying.sent[0].content


async def test_a_process_that_was_too_slow_takes_nothing_from_the_next(post: Post) -> None:
    """Its lease has ended, and another sends the mail at this moment: what it notes then counts no more."""
    clock = Clock()
    await post.put()

    class Slow:
        """Sends nothing, while time goes by and another process takes the mail."""

        async def send(self, envelope: Envelope) -> None:
            clock.ahead = timedelta(minutes=4)
            await other._take()
            raise LaterError("too slow")

        async def rest(self) -> None: ...

        def said(self, envelope: Envelope) -> None: ...

    other = post.sender(Slow(), clock)
    await post.sender(Slow(), clock).send_due()
    (row,) = await post.rows()
    assert row["attempts"] == 2
    assert row["due_at"] - clock() > timedelta(minutes=2), "as the other process left it"


@pytest.mark.parametrize("to", ["", "ada", "ada@", "@example.org", "a b@example.org", "a@b@c.org", "ada@example.org\n"])
async def test_no_mail_goes_to_what_is_no_address(post: Post, to: str) -> None:
    with pytest.raises(RequestError) as refused:
        await post.put(to)
    assert (refused.value.kind.status, await post.rows()) == (422, [])
