"""SMTP servers on this machine, in threads of their own: `Server` keeps what it takes, and says what it is told to."""

from __future__ import annotations

import ssl
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


class Server:
    """What a server has taken, and what it will say."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.envelopes: list[Envelope] = []
        self.sessions: set[int] = set()
        self.says: list[str] = []
        """Its next answers to a mail; empty: 250. `drop` takes it and drops the connection without an answer."""
        self.port = 0

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Envelope) -> str:
        """Called by aiosmtpd for each mail."""
        answer = self.says.pop(0) if self.says else "250 OK"
        if answer == "drop" or answer.startswith("250"):
            self.sessions.add(id(session))
            self.envelopes.append(envelope)
            assert isinstance(envelope.content, bytes)
            self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
        if answer == "drop":
            server.transport.close()
        return answer

    @property
    def ids(self) -> list[str]:
        return [str(message["Message-ID"]) for message in self.taken]


@contextmanager
def server(*, tls: ssl.SSLContext | None = None, wrapped: bool = False, auth: bool = False) -> Iterator[Server]:
    """A server at a free port of localhost: with STARTTLS where it has `tls`, or `wrapped` in TLS from the start."""
    one = Server()

    def check(server: SMTP, session: Any, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=data == LoginPassword(b"ada", b"p/w#1"), handled=False)

    class Fitting(Controller):
        def factory(self) -> SMTP:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # that AUTH without STARTTLS is unsafe
                return SMTP(
                    one,
                    hostname="mail.example",
                    enable_SMTPUTF8=True,
                    tls_context=None if wrapped else tls,
                    require_starttls=tls is not None and not wrapped,
                    auth_required=auth,
                    auth_require_tls=not wrapped,
                    authenticator=check if auth else None,
                )

        def _trigger_server(self) -> None:  # which needs to know the port that was free
            one.port = self.port = self.server.sockets[0].getsockname()[1]
            super()._trigger_server()

    controller = Fitting(one, hostname="127.0.0.1", port=0, ssl_context=tls if wrapped else None)
    controller.start()
    yield one
    controller.stop()


def certificate(folder: Path, name: str = "localhost") -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's TLS with a certificate for that name, and a client's that trusts it alone."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(made.public_bytes(pem) + private)
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(file)
    return ours, ssl.create_default_context(cafile=str(file))
