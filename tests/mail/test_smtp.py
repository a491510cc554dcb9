"""Servers are spoken to over TLS whose certificate is checked, and know who we are."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from backsmith.errors import UsageError
from backsmith.mail.addresses import parse_sender
from backsmith.mail.message import Envelope, Mail, envelope
from backsmith.mail.transports import Folder, LaterError, RefusedError, Smtp, missing, transport_of
from backsmith.settings import Settings
from tests.mail.servers import Server, certificate, server

MAIL = Mail("ada@example.org", "Hello", "text\n.\n.dot\n")


def made(mail: Mail = MAIL, sender: str = "Notes <no-reply@notes.example>") -> Envelope:
    return envelope("id", mail, parse_sender(sender), datetime(2026, 1, 23, tzinfo=UTC))


async def send(to: Server, scheme: str, who: str = "", tls: ssl.SSLContext | None = None, mail: Mail = MAIL) -> None:
    transport = Smtp(urlsplit(f"{scheme}://{who}localhost:{to.port}"), local="notes.example", tls=tls, timeout=5)
    try:
        await transport.send(made(mail))
    finally:
        await transport.rest()


async def test_starttls_and_a_password_with_signs(tmp_path: Path) -> None:
    theirs, ours = certificate(tmp_path)
    with server(tls=theirs, auth=True) as taking:
        await send(taking, "smtp", "ada:p%2Fw%231@", ours)
    assert taking.taken[0].get_content() == "text\r\n.\r\n.dot\r\n"


async def test_tls_from_the_first_byte(tmp_path: Path) -> None:
    theirs, ours = certificate(tmp_path)
    with server(tls=theirs, wrapped=True, auth=True) as taking:
        await send(taking, "smtps", "ada:p%2Fw%231@", ours)
    assert len(taking.taken) == 1


@pytest.mark.parametrize("name", ["localhost", "mail.example"])
async def test_a_certificate_of_somebody_else_is_refused(tmp_path: Path, name: str) -> None:
    theirs, ours = certificate(tmp_path, name)
    trusted = ours if name != "localhost" else ssl.create_default_context()
    with server(tls=theirs, wrapped=True) as taking, pytest.raises(LaterError, match="certificate isn't good") as late:
        await send(taking, "smtps", "", trusted)
    assert (late.value.all, taking.taken) == (True, [])


async def test_a_server_without_starttls_gets_neither_password_nor_mail(tmp_path: Path) -> None:
    """What somebody on the way does, who takes the offer out: downgrading."""
    _, ours = certificate(tmp_path)
    with server() as taking, pytest.raises(LaterError) as late:
        await send(taking, "smtp", "ada:pw@", ours)
    assert (late.value.all, taking.taken) == (True, [])


async def test_a_wrong_password_is_for_somebody_to_mend_and_loses_no_mail(tmp_path: Path) -> None:
    theirs, ours = certificate(tmp_path)
    with server(tls=theirs, auth=True) as taking, pytest.raises(LaterError) as late:
        await send(taking, "smtp", "ada:wrong@", ours)
    assert (str(late.value), late.value.all) == ("The mail server doesn't know this user and password (535)", True)


async def test_no_password_where_one_is_wanted_loses_no_mail(tmp_path: Path) -> None:
    theirs, ours = certificate(tmp_path)
    with server(tls=theirs, auth=True) as taking, pytest.raises(LaterError, match="530"):
        await send(taking, "smtp", "", ours)


async def test_addresses_beyond_ascii() -> None:
    with server() as taking:
        await send(taking, "smtp", mail=Mail("jörg@müller.example", "Grüße", "ä"))
        await send(taking, "smtp", mail=Mail("ada@müller.example", "Grüße", "ä"))
    assert [envelope.rcpt_tos for envelope in taking.envelopes] == [
        ["jörg@xn--mller-kva.example"],
        ["ada@xn--mller-kva.example"],
    ]
    assert [envelope.smtp_utf8 for envelope in taking.envelopes] == [True, False]


async def test_a_server_that_knows_ascii_alone() -> None:
    class Old(Smtp):
        def __init__(self, port: int) -> None:
            super().__init__(urlsplit(f"smtp://localhost:{port}"), local="notes.example")
            self._client.supports_extension = lambda extension: False  # type: ignore

    with server() as taking:
        transport = Old(taking.port)
        with pytest.raises(RefusedError, match="SMTPUTF8"):
            await transport.send(made(Mail("jörg@example.org", "x", "y")))
        await transport.rest()


@pytest.mark.parametrize(
    ("mail", "why"),
    [
        ("http://host", "http:// is no way to send mails"),
        ("smtp://", "it names no host"),
        ("smtp://host:x", "its port is no number"),
        ("smtp://ada:p/w@host", "something stands behind the port"),
        ("smtp://ada@host", "user and password belong together"),
        ("smtp://ada:pw@host/path", "something stands behind the port"),
        ("smtp//host", "it has no :// and looks like a server"),
        ("smtp:ada:pw@host", "it has no ://"),
        ("ada:pw@host", "it has no ://"),
        ("mail.example:587", "it has no ://"),
    ],
)
def test_a_wrong_address_is_told_without_its_password(mail: str, why: str) -> None:
    with pytest.raises(UsageError, match=why) as refused:
        transport_of(Settings(mail=mail), local="x")
    assert "pw" not in str(refused.value).replace("password", "")


def test_where_mails_go() -> None:
    development = Settings(folder="somewhere")
    folder = transport_of(development, local="x")
    assert isinstance(folder, Folder)
    assert folder.path == Path("somewhere/.backsmith/mail")
    assert isinstance(transport_of(Settings(mail="smtp://localhost", environment="production"), local="x"), Smtp)
    assert missing(development) is None
    assert "BACKSMITH_MAIL" in (missing(Settings(environment="production")) or "")
    with pytest.raises(UsageError):
        transport_of(Settings(environment="production"), local="x")
    assert "pw" not in repr(Settings(mail="smtp://ada:pw@host"))
