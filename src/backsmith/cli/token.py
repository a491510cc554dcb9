"""`backsmith token`: sign a token for trying the API out."""

from __future__ import annotations

from time import time
from typing import Annotated

from cyclopts import Parameter

from backsmith.accounts.development import sign
from backsmith.cli.loading import named_model
from backsmith.cli.talk import say, write
from backsmith.settings import read_settings


def token(
    model: str | None = None,
    /,
    *,
    account: str,
    role: Annotated[tuple[str, ...], Parameter(show_default=False)] = (),
    minutes: int = 60,
) -> None:
    """Sign a token for trying the API out, in development.

    The token goes to standard output. The secret it is signed with is made at first use and lies in
    .backsmith/secret beside the model; a server in development accepts it, one in production doesn't.

    Example: `curl -H "Authorization: Bearer $(backsmith token shop.py --account 12 --role staff)" http://127.0.0.1:8000/api/orders`

    Parameters
    ----------
    model
        The model's file, package or dotted name.
    account
        Key of the account that asks.
    role
        A role of the account; give it again for each role.
    minutes
        How long the token is valid.
    """
    settings = read_settings(named_model(model))
    write(sign(settings, account, role, now=time(), lifetime=minutes * 60))
    say(f"Valid for {minutes} minutes. Send it as: Authorization: Bearer …")
