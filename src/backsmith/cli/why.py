"""`backsmith why`: explain how a request is decided."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal
from urllib.parse import urlsplit

from cyclopts import Parameter

from backsmith.accounts.claims import account_reader
from backsmith.app import account_key, asgi, database_of
from backsmith.blueprint.asker import NOBODY, Asker
from backsmith.cli.loading import named_model
from backsmith.cli.talk import write, write_json
from backsmith.cli.why_english import in_english
from backsmith.engine.reading import read
from backsmith.engine.request import Request
from backsmith.engine.why import Explanation, explain
from backsmith.errors import RequestError, UsageError
from backsmith.evolution.create import check_readable


def why(
    method: Literal["GET", "HEAD"],
    path: str,
    /,
    *,
    asker: Annotated[str | None, Parameter(name="--as")] = None,
    role: Annotated[tuple[str, ...], Parameter(show_default=False)] = (),
    model: str | None = None,
    database: str | None = None,
    json: bool = False,
) -> None:
    """Explain how a request is decided: which rules were tried, which clause of which rule failed for the row and by
    which value, the SQL, and the database's plan for it.

    Example: `backsmith why GET '/api/orders/7' --as 12 --role staff`

    Parameters
    ----------
    method
        The request's method.
    path
        Its path and query, as it would be sent.
    asker
        Key of the account that asks; without it, nobody.
    role
        A role of the account; give it again for each role.
    model
        The model's file, package or dotted name.
    database
        URL of the database: sqlite:///file.db, postgresql://user@host/name or postgresql:embedded.
    json
        Write JSON, for programs.
    """
    if role and asker is None:
        raise UsageError("Nobody has no roles. Say who asks with --as.")
    explanation = asyncio.run(_explain(named_model(model), database, method, path, asker, role))
    if json:
        write_json(explanation)
    else:
        write(in_english(explanation))


async def _explain(
    model: str, url: str | None, method: str, path: str, asker: str | None, roles: tuple[str, ...]
) -> Explanation:
    app = asgi(model, database=url)
    target = urlsplit(path)
    prefix = app.settings.prefix
    if not target.path.startswith(f"{prefix}/"):
        raise UsageError(f"{path} is not below {prefix}. Write a path such as {prefix}/orders/7.")
    segments = tuple(target.path.removeprefix(f"{prefix}/").rstrip("/").split("/"))
    request = Request(method, segments, target.path, target.query, {})
    who = NOBODY
    if asker is not None:
        type = account_key(app.blueprint)
        key = account_reader(type)(asker)
        if key is None:
            raise UsageError(f"--as {asker} is not the key of an account.")
        who = Asker(key, frozenset(roles), "token")
    try:
        asked = read(request, app.engine.catalogue, app.engine.limits)
    except RequestError as error:
        hint = f" {error.hint}" if error.hint else ""
        raise UsageError(f"The request can't be read: {error.message}.{hint}") from error
    database = database_of(app.settings, read_only=True)
    await database.open()
    try:
        await check_readable(database, app.blueprint)
        return await explain(app.engine, database, request, asked, who)
    finally:
        await database.close()
