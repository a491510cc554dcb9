"""If-Match and If-None-Match of a row: whether it still is what the request was made for.

The row is locked first, then read as a GET of the same address with the same select would show it; the ETag of those
bytes is what is compared. So nobody changes the row between the comparison and the write.
"""

from __future__ import annotations

from collections.abc import Sequence

from backsmith import errors
from backsmith.databases.database import Row
from backsmith.engine.formats import comma_separated, without_nulls
from backsmith.engine.replies import etag_of, matches
from backsmith.engine.sealed.opening import Opening
from backsmith.engine.spelling.binding import Inputs
from backsmith.engine.writing.planning import WritePlan
from backsmith.engine.writing.reading import AskedWrite
from backsmith.engine.writing.work import Work
from backsmith.errors import RequestError


async def check(work: Work, asked: AskedWrite, plan: WritePlan, opening: Opening) -> bool:
    """Raise RequestError PRECONDITION_FAILED unless what the request says of the row's version is so; otherwise say
    whether there is such a row.

    A row that isn't there, or not to be seen, leaves it to the write to say NOT_FOUND; but a PUT with If-Match expects
    one.
    """
    inputs = Inputs(asked.values, work.asker, work.now)
    rows: Sequence[Row] = ()
    for statement in plan.current:
        rows = await work.transaction.fetch(statement.sql, statement.parameters(inputs))
    if not rows:
        if asked.method == "PUT" and asked.if_match is not None:
            raise _failed("There is no such row, and If-Match expects one")
        return False
    (text,) = await opening.texts(plan.sealed, [rows[0][0]])
    body = comma_separated([text], plan.names) if asked.form.form == "csv" else text.encode()
    etag = etag_of(without_nulls(body) if asked.form.strip_nulls else body)
    if asked.if_match is not None and not matches(asked.if_match, etag, strong=True):
        raise _failed("The row has changed since that version", etag)
    if asked.if_none_match is not None and matches(asked.if_none_match, etag):
        raise _failed("There is such a row already", etag)
    return True


def _failed(message: str, etag: str | None = None) -> RequestError:
    headers = () if etag is None else (("etag", etag),)
    hint = "Read it again with the same select, and send the ETag of that reply." if etag else None
    return RequestError(errors.PRECONDITION_FAILED, message, hint=hint, headers=headers)
