"""What production needs: an application with anything weak doesn't start, and says all that is, each with its mending.

In: settings, the blueprint, what lies on the disk. Out: one UsageError with every mistake, or nothing. In development
nothing of it is asked for: there everything is made at the first start.
"""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from backsmith.accounts.accounts import keeps_accounts
from backsmith.blueprint.blueprint import Blueprint
from backsmith.databases.own_tables import has_secret_fields
from backsmith.errors import UsageError
from backsmith.mail.transports import missing
from backsmith.secrets.root import find_root, root_file, weakness
from backsmith.settings import Settings

_log = logging.getLogger("backsmith")
_EASY = frozenset({"", "postgres", "password", "secret", "changeme", "admin", "root", "backsmith", "123456"})
"""Passwords of databases that are tried first."""
_NOBODY = 'Where nobody signs in, write accounts = "off".'


class Mistake(NamedTuple):
    """Something weak."""

    setting: str
    message: str
    """What it is, and what to write instead."""


def check_production(settings: Settings, blueprint: Blueprint) -> None:
    """Raise UsageError with everything that is too weak for production; warn of what may be meant."""
    if settings.development:
        return
    mistakes = list(mistakes_of(settings, blueprint))
    if mistakes:
        count = len(mistakes)
        head = f"Not started: {count} {'things are' if count > 1 else 'thing is'} too weak for production."
        raise UsageError("\n\n".join((head, *(f"{each.setting}\n  {each.message}" for each in mistakes))))
    for warning in warnings_of(settings):
        _log.warning("%s", warning)


def mistakes_of(settings: Settings, blueprint: Blueprint) -> Iterator[Mistake]:
    """Everything that is too weak."""
    accounts = keeps_accounts(settings, blueprint)
    if accounts:
        yield from _address(settings)
        problem = missing(settings)
        if problem is not None:
            yield Mistake("mail", f"{problem} {_NOBODY}")
    if accounts or has_secret_fields(blueprint):
        yield from _root(settings)
        yield from _files(settings)
    yield from _jwt_key(settings)


def warnings_of(settings: Settings) -> Iterator[str]:
    """What is weak where it isn't meant so."""
    parts = urlsplit(settings.database)
    password = unquote(parts.password or "")
    if parts.password is not None and (password.lower() in _EASY or password == parts.username):
        yield (
            "The password of the database is one of those that are tried first. Give its user another one, or let it "
            "in by a certificate or a socket."
        )
    if settings.log_level == "debug":
        yield "log_level is debug: what libraries write then may be more than a log should hold. Leave it out."


def _address(settings: Settings) -> Iterator[Mistake]:
    parts = urlsplit(settings.address)
    if not settings.address:
        yield Mistake(
            "address",
            "Links in mails are built from it, and nothing says where people reach the application. Write "
            f'address = "https://shop.example". {_NOBODY}',
        )
    elif parts.scheme != "https":
        yield Mistake(
            "address",
            "Passwords and cookies would cross the network in the clear. "
            f"Write https://{parts.netloc or 'shop.example'}, and let a proxy in front do TLS.",
        )
    elif not parts.hostname or parts.username or parts.path.strip("/") or parts.query or parts.fragment:
        yield Mistake(
            "address", f"This is more than scheme and host. Write https://{parts.hostname or 'shop.example'}."
        )


def _root(settings: Settings) -> Iterator[Mistake]:
    name = "secret" if settings.secret else "secret_file"
    try:
        root = find_root(settings)
    except UsageError as error:
        yield Mistake(name, str(error))
        return
    if root is None:
        if not settings.secret_file and not settings.database.startswith("sqlite:"):
            yield Mistake(
                name,
                "The database outlives this machine, and the root secret, without which nothing that is encrypted "
                "there can be read, would be made on it. Say where it is kept: secret_file, or BACKSMITH_SECRET set to "
                "what `backsmith secrets new` prints.",
            )
        return
    why = weakness(root)
    if why is not None:
        yield Mistake(name, f"The root secret can be guessed: it {why}. Make one with: backsmith secrets new")
    if not settings.secret:
        yield from _private(name, root_file(settings), 0o077)


def _files(settings: Settings) -> Iterator[Mistake]:
    file = _database_file(settings)
    if file is not None:
        yield from _private("database", file, 0o007)
    if settings.mail and "://" not in settings.mail:
        yield from _private("mail", Path(settings.mail), 0o007)


def _private(name: str, path: Path, others: int) -> Iterator[Mistake]:
    """That nobody else of this machine can read a file or folder; `others` are the bits of those who mustn't."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return  # what isn't there yet is made for its owner alone
    if os.name == "posix" and mode & others & 0o444 and _reachable(path):
        wanted = "700" if path.is_dir() else "600"
        yield Mistake(name, f"{path} can be read by other users of this machine. Write: chmod {wanted} {path}")


def _reachable(path: Path) -> bool:
    """Whether other users get as far as the folder that it is in."""
    return all(folder.stat().st_mode & 0o011 for folder in path.absolute().parents)


def _jwt_key(settings: Settings) -> Iterator[Mistake]:
    name, key = "jwt_key", settings.jwt_key
    if settings.jwt_key_file:
        name = "jwt_key_file"
        try:
            key = Path(settings.jwt_key_file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return  # who reads it to check tokens says why it can't be read
    if not key or key.lstrip().startswith("-----BEGIN"):
        return
    why = weakness(key)
    if why is not None:
        yield Mistake(name, f"Tokens could be forged: this secret {why}. Make one with: openssl rand -base64 32")
    if name == "jwt_key_file":
        yield from _private(name, Path(settings.jwt_key_file), 0o077)


def _database_file(settings: Settings) -> Path | None:
    prefix = "sqlite:///"
    if not settings.database.startswith(prefix) or ":memory:" in settings.database:
        return None
    return Path(unquote(settings.database.removeprefix(prefix).partition("?")[0]))
