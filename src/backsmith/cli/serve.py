"""`backsmith serve`: serve the API of a model."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from backsmith.app import log_form
from backsmith.blueprint.load import place_of
from backsmith.cli.loading import compiled, named_model
from backsmith.cli.server import check_free, serve_forever
from backsmith.cli.talk import say
from backsmith.engine.front_end.listing import check_folder
from backsmith.settings import Settings, read_settings


def serve(
    model: str | None = None,
    /,
    *,
    database: str | None = None,
    host: str | None = None,
    port: str | None = None,
    workers: str | None = None,
    front_end: str | None = None,
    production: bool = False,
    **settings: Annotated[str, Parameter(help="Any other setting, as --max-rows 100; backsmith settings lists them.")],
) -> int:
    """Serve the API of a model.

    In development a change of the model takes effect at once. At the end (Ctrl-C, or SIGTERM) requests in work are
    answered first.

    Example: `backsmith serve shop.py --database postgresql://shop@db/shop --workers 4 --production`

    Parameters
    ----------
    model
        The model's file, package or dotted name.
    database
        URL of the database: sqlite:///file.db, postgresql://user@host/name or postgresql:embedded.
    host
        Address to listen on [default: 127.0.0.1].
    port
        Port to listen on [default: 8000].
    workers
        Processes that serve [default: 1].
    front_end
        Folder with a built front end, such as dist, which is served beside the API.
    production
        No reloading, JSON logs, no tokens of `backsmith token`.
    """
    model = named_model(model)
    place_of(model)
    flags: dict[str, str] = {name.replace("-", "_"): value for name, value in settings.items()}
    named = {"database": database, "host": host, "port": port, "workers": workers, "front_end": front_end}
    flags |= {name: value for name, value in named.items() if value is not None}
    if production:
        flags["environment"] = "production"
    read = read_settings(model, flags=flags)
    accounts = not read.development and _accounts(model, read)
    if read.front_end:
        check_folder(Path(read.front_end))
    check_free(read.host, read.port)
    # The workers are processes of their own and read the settings again, flags by way of the environment.
    os.environ |= {f"BACKSMITH_{name.upper()}": value for name, value in flags.items()}
    os.environ["BACKSMITH_MODEL"] = model
    _greet(model, read, accounts=accounts)
    with tempfile.TemporaryDirectory(prefix="backsmith-") as folder:
        if read.workers > 1:
            os.environ["BACKSMITH_SHARED"] = folder
        return serve_forever(read, _watched(model), Path(folder), log_form(read))


def _accounts(model: str, settings: Settings) -> bool:
    """Whether people sign in here. Raises ModelError, and UsageError for what is too weak for production: here, so that
    no worker is started in vain."""
    from backsmith.accounts.accounts import keeps_accounts  # noqa: PLC0415  development doesn't need it
    from backsmith.accounts.requirements import check_production  # noqa: PLC0415  as above

    blueprint = compiled(model).blueprint
    check_production(settings, blueprint)
    return keeps_accounts(settings, blueprint)


def _greet(model: str, settings: Settings, *, accounts: bool) -> None:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    root = f"http://{host}:{settings.port}"
    say(f"Serving {model} at {root}{settings.prefix} ({settings.environment}). Ctrl-C ends it.")
    if settings.front_end:
        say(f"The front end of {settings.front_end} is at {root}/")
    if settings.development and settings.documents != "off":
        say(f"Documentation, with a form for each request, is at {root}/docs")
    for line in warnings(settings, accounts=accounts):
        say(f"Note: {line}")


def warnings(settings: Settings, *, accounts: bool) -> list[str]:
    """What is allowed but seldom meant. `accounts`: people sign in here."""
    found: list[str] = []
    if not settings.development and not accounts and not settings.checks_tokens and not settings.api_keys:
        found.append("no key to check tokens with is set, so nobody can sign in. See jwt_key, jwks_url and api_keys.")
    if settings.development and settings.host not in ("127.0.0.1", "::1", "localhost"):
        found.append(
            "this is development, and other machines can reach it. Add --production where it is meant to last."
        )
    return found


def _watched(model: str) -> Path:
    """The folder whose changes matter: the model's own."""
    path = Path(model)
    if path.is_dir():
        return path
    return path.parent if path.suffix == ".py" else Path()
