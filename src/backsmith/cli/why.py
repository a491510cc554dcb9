"""`backsmith why`: explain how a request is decided."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal
from urllib.parse import urlsplit

from cyclopts import Parameter
from msgspec.structs import replace

from backsmith.accounts.claims import account_reader
from backsmith.app import account_key, asgi, database_of
from backsmith.blueprint.asker import NOBODY, Asker
from backsmith.blueprint.scopes import mistake_in
from backsmith.cli.loading import named_model
from backsmith.cli.talk import write, write_json
from backsmith.cli.why_english import in_english
from backsmith.engine.methods import READING
from backsmith.engine.reading import read
from backsmith.engine.sealed.seals import unlock
from backsmith.engine.why import Explanation, explain
from backsmith.engine.why_writes import explain_write
from backsmith.errors import RequestError, UsageError
from backsmith.evolution.create import check_readable
from backsmith.http.request import Request


def why(
    method: Literal["GET", "HEAD", "POST", "PATCH", "PUT", "DELETE"],
    path: str,
    /,
    *,
    asker: Annotated[str | None, Parameter(name="--as")] = None,
    role: Annotated[tuple[str, ...], Parameter(show_default=False)] = (),
    scope: Annotated[tuple[str, ...], Parameter(show_default=False)] = (),
    body: str | None = None,
    prefer: str | None = None,
    model: str | None = None,
    database: str | None = None,
    json: bool = False,
) -> None:
    """Explain how a request is decided: which rules were tried, which clause of which rule failed for the row and by
    which value, the SQL, and the database's plan for it.

    A request that writes is tried and undone: nothing is changed, and hooks aren't run. Rules are shown for the row as
    it is and as it would be.

    Example: `backsmith why PATCH '/api/orders/7' --as 12 --body '{"status": "placed"}'`

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
    scope
        What the API key is good for with which it is asked, such as read:orders; give it again for each scope.
    body
        The body of a request that writes, as JSON.
    prefer
        Its header Prefer, such as resolution=merge-duplicates.
    model
        The model's file, package or dotted name.
    database
        URL of the database: sqlite:///file.db, postgresql://user@host/name or postgresql:embedded.
    json
        Write JSON, for programs.
    """
    if role and asker is None:
        raise UsageError("Nobody has no roles. Say who asks with --as.")
    if scope and asker is None:
        raise UsageError("An API key is one of an account's. Say of which with --as.")
    named = named_model(model, option="--model ")
    explanation = asyncio.run(_explain(named, database, method, path, asker, role, scope, body, prefer))
    if json:
        write_json(explanation)
    else:
        write(in_english(explanation))


async def _explain(
    model: str,
    url: str | None,
    method: str,
    path: str,
    asker: str | None,
    roles: tuple[str, ...],
    scopes: tuple[str, ...],
    body: str | None,
    prefer: str | None,
) -> Explanation:
    app = asgi(model, database=url)
    target = urlsplit(path)
    prefix = app.settings.prefix
    if not target.path.startswith(f"{prefix}/"):
        raise UsageError(f"{path} is not below {prefix}. Write a path such as {prefix}/orders/7.")
    segments = tuple(target.path.removeprefix(f"{prefix}/").rstrip("/").split("/"))
    headers = {} if prefer is None else {"prefer": prefer}
    request = Request(method, segments, target.path, target.query, headers, (body or "").encode())
    reads = method in READING
    who = NOBODY
    if asker is not None:
        type = account_key(app.blueprint)
        key = account_reader(type)(asker)
        if key is None:
            raise UsageError(f"--as {asker} is not the key of an account.")
        who = Asker(key, frozenset(roles), "token")
        for each in scopes:
            mistake = mistake_in(each, app.blueprint)
            if mistake is not None:
                raise UsageError(f"--scope: {'. '.join(mistake)}")
        if scopes:
            who = replace(who, via="key", scopes=frozenset(scopes))
    database = database_of(app.settings, read_only=reads)
    try:
        asked = read(request, app.engine.catalogue, app.engine.limits) if reads else None
        await database.open()
        await check_readable(database, app.blueprint)
        if asked is None:
            await unlock(app.secrets, database, app.blueprint)
            return await explain_write(app.engine, database, request, who)
        return await explain(app.engine, database, request, asked, who)
    except RequestError as error:
        hint = f" {error.hint}" if error.hint else ""
        raise UsageError(f"The request can't be read: {error.message}.{hint}") from error
    finally:
        await database.close()
