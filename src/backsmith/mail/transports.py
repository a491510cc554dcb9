"""Ways that mails go: over SMTP, or into a folder of files for developers.

In: the setting `mail`. Out: a `Transport`. What can be tried again raises `LaterError`, what can't `RefusedError`.
"""

from __future__ import annotations

import os
import re
import ssl
from email import message_from_bytes
from email.policy import SMTPUTF8
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from backsmith.errors import BacksmithError, UsageError
from backsmith.mail.message import Envelope
from backsmith.settings import Settings

TIMEOUT = 30.0
"""Seconds that a server may take for each answer; RFC 5321 (4.5.3.2) grants minutes, but mails wait behind."""
_PORTS = {"smtp": 587, "smtps": 465}
_MEANT_AS_SERVER = re.compile(r"smtps?[:/]|[^/]*:\d+$|[^/]*:[^/]*@", re.IGNORECASE)
"""What is no folder, though it has no `://`: a password in it mustn't become the name of one."""


class LaterError(BacksmithError):
    """The mail wasn't taken; it may be later. `all`: nor would any other be at the moment."""

    def __init__(self, message: str, *, all: bool = False) -> None:
        super().__init__(message)
        self.all = all


class RefusedError(BacksmithError):
    """The mail will never be taken."""


class Transport(Protocol):
    """Brings mails on their way."""

    async def send(self, envelope: Envelope) -> None:
        """Hand a mail over. Raises LaterError, RefusedError."""
        ...

    async def rest(self) -> None:
        """Nothing is to be sent for now: let go of connections."""
        ...

    def said(self, envelope: Envelope) -> str | None:
        """What the log is to say once a mail has gone; None: nothing."""
        ...


def missing(settings: Settings) -> str | None:
    """What is wrong with serving an application that sends mails by these settings; None: nothing."""
    if settings.development or settings.mail:
        return None
    return (
        "No mail can be sent: the setting mail isn't set, and codes and links have to reach people. Set BACKSMITH_MAIL "
        "to smtp://user:password@host:587 or smtps://user:password@host:465."
    )


def transport_of(settings: Settings, *, local: str) -> Transport:
    """The way that the settings name; `local` is what this host calls itself to servers. Raises UsageError."""
    if problem := missing(settings):
        raise UsageError(problem)
    if "://" in settings.mail or _MEANT_AS_SERVER.match(settings.mail):
        return Smtp(server_of(settings.mail), local=local)
    return Folder(Path(settings.mail) if settings.mail else Path(settings.folder) / ".backsmith" / "mail")


def server_of(mail: str) -> SplitResult:
    """The server that the setting names. Raises UsageError, without the password."""
    problem = None
    parts = urlsplit(mail)
    try:
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, problem = None, "its port is no number"
    if "://" not in mail:
        problem = "it has no :// and looks like a server"
    elif parts.scheme not in _PORTS:
        problem = f"{parts.scheme}:// is no way to send mails"
    elif problem is None and not host:
        problem = "it names no host"
    elif parts.path.strip("/") or parts.query or parts.fragment:
        problem = "something stands behind the port; a password with / ? # is written with %2F %3F %23"
    elif (parts.username is None) != (parts.password is None):
        problem = "user and password belong together"
    if problem is not None:
        raise UsageError(
            f"The setting mail can't be used: {problem}. Write smtp://user:password@host:587, "
            "smtps://user:password@host:465, or the path of a folder."
        )
    return parts


def is_loopback(host: str) -> bool:
    """Whether what is sent to that host stays on this machine."""
    return host in {"localhost", "::1"} or host.startswith("127.")


def _readable(content: bytes) -> bytes:
    """A mail with its texts as they are, so that a link can be copied in one piece."""
    mail = message_from_bytes(content, policy=SMTPUTF8)
    for part in mail.walk():
        if part.get_content_maintype() == "text":
            part.set_content(part.get_content(), subtype=part.get_content_subtype(), charset="utf-8", cte="8bit")
    return mail.as_bytes()


class Folder:
    """Writes a file for each mail, for developers, who read the codes there."""

    def __init__(self, path: Path) -> None:
        self.path = path

    async def send(self, envelope: Envelope) -> None:
        """As Transport."""
        file = self._file(envelope)
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            part = file.with_suffix(".part")
            part.unlink(missing_ok=True)
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
                opened.write(_readable(envelope.content))
            part.replace(file)
        except OSError as error:
            raise LaterError(f"{self.path} can't be written to: {error.strerror}", all=True) from error

    async def rest(self) -> None:
        """As Transport."""

    def said(self, envelope: Envelope) -> str | None:
        """As Transport."""
        return f'Mail "{envelope.subject}" to {envelope.to.spec}: {self._file(envelope)}'

    def _file(self, envelope: Envelope) -> Path:
        return self.path / f"{envelope.id}.eml"


class Smtp:
    """Hands mails to a server, which is to bring them on. One connection serves a batch."""

    def __init__(
        self, server: SplitResult, *, local: str, tls: ssl.SSLContext | None = None, timeout: float = TIMEOUT
    ) -> None:
        """`tls` takes the place of the certificates that this machine trusts."""
        import aiosmtplib  # noqa: PLC0415  slow to import

        host = server.hostname or ""
        implicit = server.scheme == "smtps"
        self._known = aiosmtplib
        self._client = aiosmtplib.SMTP(
            hostname=host,
            port=server.port or _PORTS[server.scheme],
            username=None if server.username is None else unquote(server.username),
            password=None if server.password is None else unquote(server.password),
            local_hostname=local,
            timeout=timeout,
            use_tls=implicit,
            start_tls=False if implicit else tls is not None or not is_loopback(host),
            tls_context=tls or ssl.create_default_context(),
        )

    async def send(self, envelope: Envelope) -> None:
        """As Transport."""
        known, client = self._known, self._client
        if not client.is_connected:
            await self._connect()
        if envelope.utf8 and not client.supports_extension("smtputf8"):
            raise RefusedError("The mail server doesn't take addresses beyond ASCII (SMTPUTF8)")
        try:
            await client.sendmail(
                envelope.sender.spec,
                [envelope.to.spec],
                envelope.content,
                mail_options=["SMTPUTF8"] if envelope.utf8 else [],
            )
        except known.SMTPRecipientsRefused as error:
            await self._again()
            raise _refusal(error.recipients[0].code, error.recipients[0].message) from error
        except known.SMTPResponseException as error:
            await self._again()
            raise _refusal(error.code, error.message) from error
        except (known.SMTPException, OSError, ValueError) as error:
            await self._drop()
            raise LaterError(f"The connection to the mail server was lost: {error}") from error

    async def rest(self) -> None:
        """As Transport."""
        if self._client.is_connected:
            try:
                await self._client.quit(timeout=2)
            except (self._known.SMTPException, OSError):
                self._client.close()

    def said(self, envelope: Envelope) -> str | None:
        """As Transport."""
        return None

    async def _connect(self) -> None:
        known = self._known
        try:
            await self._client.connect()
            if self._client.is_ehlo_or_helo_needed:
                await self._client.ehlo()
        except known.SMTPAuthenticationError as error:
            await self._drop()
            raise LaterError(f"The mail server doesn't know this user and password ({error.code})", all=True) from error
        except ssl.SSLCertVerificationError as error:
            await self._drop()
            raise LaterError(f"The mail server's certificate isn't good: {error.verify_message}", all=True) from error
        except (known.SMTPException, OSError, ValueError) as error:
            await self._drop()
            cause = error.__cause__
            if isinstance(cause, ssl.SSLCertVerificationError):
                raise LaterError(
                    f"The mail server's certificate isn't good: {cause.verify_message}", all=True
                ) from error
            raise LaterError(f"The mail server can't be reached: {error}", all=True) from error

    async def _again(self) -> None:
        """After a refusal the connection is good for the next mail, or is given up."""
        try:
            if self._client.is_connected:
                await self._client.rset()
        except (self._known.SMTPException, OSError):
            await self._drop()

    async def _drop(self) -> None:
        self._client.close()


def _refusal(code: int, message: str) -> BacksmithError:
    """What a server's answer means: 5xx is for ever, but for those about who we are, which somebody mends."""
    said = f"The mail server said {code} {' '.join(message.split())[:200]}"
    if code in {530, 535, 538} or code < 500:
        return LaterError(said, all=code in {421, 530, 535, 538})
    return RefusedError(said)
