"""A mail as it goes over the wire: In: who, what, when. Out: bytes of RFC 5322, each line shorter than 998 bytes.

Texts go as UTF-8 in quoted-printable, so that no server on the way has to be trusted with long lines or 8 bits.
"""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address as Shown
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8

from msgspec import Struct

from backsmith.mail.addresses import Address, one_line, parse_address


class Mail(Struct, frozen=True):
    """A mail as it is kept until it is sent."""

    to: str
    subject: str
    text: str
    html: str | None = None


class Envelope(Struct, frozen=True):
    """A mail as a transport takes it."""

    id: str
    sender: Address
    to: Address
    subject: str
    content: bytes

    @property
    def utf8(self) -> bool:
        """Whether the server has to know SMTPUTF8."""
        return not (self.to.ascii and self.sender.ascii)


def envelope(id: str, mail: Mail, sender: Address, at: datetime) -> Envelope:
    """The mail to be sent; the same bytes each time. Raises RequestError INVALID for an address that is none."""
    to = parse_address(mail.to)
    utf8 = not (to.ascii and sender.ascii)
    message = EmailMessage(policy=SMTPUTF8 if utf8 else SMTP)
    message["From"] = Shown(sender.name, sender.local, sender.domain)
    message["To"] = Shown("", to.local, to.domain)
    message["Subject"] = one_line(mail.subject)
    message["Date"] = at
    message["Message-ID"] = f"<{id}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence is to be answered with
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(mail.text, charset="utf-8", cte="quoted-printable")
    if mail.html is not None:
        message.add_alternative(mail.html, subtype="html", charset="utf-8", cte="quoted-printable")
        message.set_boundary(f"={id}=")  # quoted-printable text can't hold it
    return Envelope(id, sender, to, one_line(mail.subject), message.as_bytes())
