"""`backsmith key`: make an API key for a program."""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import Annotated

from cyclopts import Parameter

from backsmith.accounts.authenticator import KEY_PREFIX
from backsmith.cli.talk import say, write
from backsmith.errors import UsageError


def key(name: str, /, *, account: str, role: Annotated[tuple[str, ...], Parameter(show_default=False)] = ()) -> None:
    """Make an API key for a program.

    The key goes to standard output, this once; only its hash is ever kept. What to add to pyproject.toml goes to
    standard error.

    Example: `backsmith key reporting --account 3 --role staff`

    Parameters
    ----------
    name
        Name of the program, for the settings and the log.
    account
        Key of the account that the program acts for.
    role
        A role it has; give it again for each role.
    """
    if not name.replace("-", "").replace("_", "").isalnum() or not name.isascii():
        raise UsageError(f"{name} is no name for a key. Use letters, digits, - and _, such as reporting.")
    made = KEY_PREFIX + secrets.token_urlsafe(32)
    say(setting(name, made, account, role))
    write(made)
    say("Send it as: X-API-Key: …")


def setting(name: str, made: str, account: str, roles: tuple[str, ...]) -> str:
    """The lines of pyproject.toml for that key."""
    lines = [
        "Add to pyproject.toml:\n",
        f"[tool.backsmith.api_keys.{name}]",
        f'sha256 = "{sha256(made.encode()).hexdigest()}"',
        f"account = {account}" if account.isdecimal() else f'account = "{account}"',
    ]
    if roles:
        lines.append("roles = [" + ", ".join(f'"{role}"' for role in roles) + "]")
    return "\n".join(lines) + "\n"
