"""Addresses of mails: whether a text is one, and how it is spelled for a server.

What is let through is narrower than RFC 5322: no quoted local parts, no comments, no address literals, nothing that
isn't seen. A domain goes as ASCII (IDNA 2008); a local part beyond ASCII needs a server with SMTPUTF8 (RFC 6531).
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from backsmith import errors
from backsmith.errors import RequestError

MOST_LOCAL, MOST = 64, 254
"""Bytes of the part before the @, and of the whole (RFC 5321, 4.5.3.1)."""
_ATOM = re.compile(r"[a-zA-Z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+", re.ASCII)
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp"})
_FROM = re.compile(r"\s*(.*?)\s*<([^<>]+)>\s*", re.DOTALL)


class Address(NamedTuple):
    """An address that mail can go to or come from."""

    name: str
    """What people read; may be empty."""
    local: str
    domain: str
    """ASCII."""

    @property
    def spec(self) -> str:
        """The address alone."""
        return f"{self.local}@{self.domain}"

    @property
    def ascii(self) -> bool:
        """Whether any server takes it."""
        return self.local.isascii()


def parse_address(text: str, name: str = "") -> Address:
    """The address that the text is. Raises RequestError INVALID."""
    local, at, domain = unicodedata.normalize("NFC", text.strip(" ")).rpartition("@")
    spelled = _domain(domain)
    if not at or spelled is None or not _is_local(local) or len(f"{local}@{spelled}".encode()) > MOST:
        raise RequestError(
            errors.INVALID, "This is no e-mail address that mail can go to", hint="Write one such as ada@example.org."
        )
    return Address(one_line(name), local, spelled)


def parse_sender(text: str) -> Address:
    """`Name <address>`, or an address. Raises RequestError INVALID."""
    found = _FROM.fullmatch(text)
    return parse_address(text) if found is None else parse_address(found[2], found[1].strip('"'))


def is_address(text: str) -> bool:
    """Whether mail can go to an address."""
    try:
        parse_address(text)
    except RequestError:
        return False
    return True


def one_line(text: str) -> str:
    """A text that can't end a header, nor hide or turn around what stands in it."""
    seen = "".join(" " if letter.isspace() else letter for letter in text)
    return " ".join("".join(each for each in seen if each == " " or unicodedata.category(each) not in _UNSEEN).split())


def _is_local(local: str) -> bool:
    if len(local.encode("utf-8", "replace")) > MOST_LOCAL:
        return False
    if any(unicodedata.category(letter) in _UNSEEN for letter in local):
        return False
    return all(_ATOM.fullmatch(atom) for atom in local.split("."))


def _domain(domain: str) -> str | None:
    """As ASCII; None where it is no domain."""
    import idna  # noqa: PLC0415  slow to import

    try:
        spelled = idna.encode(domain, uts46=True, std3_rules=True).decode().lower()
    except (idna.IDNAError, UnicodeError):
        return None
    labels = spelled.split(".")
    return None if not all(labels) or labels[-1].isdigit() else spelled
