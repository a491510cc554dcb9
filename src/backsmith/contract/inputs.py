"""What operations take and give beside bodies, the same for all collections: media types, parameters, headers."""

from __future__ import annotations

from backsmith.blueprint.types import Integer, Text
from backsmith.contract.contract import Input

JSON, CSV, OBJECT = "application/json", "text/csv", "application/vnd.pgrst.object+json"
PARTS = "multipart/form-data"
SELECT = Input(name="select", place="query", type=Text(), kind="select", doc="What a row shows; `*` unless given.")
ORDER = Input(name="order", place="query", type=Text(), kind="order", doc="What rows are ordered by.")
LIMIT = Input(name="limit", place="query", type=Integer(), kind="limit", doc="So many rows at most.")
OFFSET = Input(name="offset", place="query", type=Integer(), kind="offset", doc="So many rows are passed over.")
AFTER = Input(
    name="after", place="query", type=Text(), kind="cursor", doc="The cursor that the header `Link` of a page has."
)
PREFER = Input(
    name="Prefer", place="header", type=Text(), kind="prefer", doc="`return=representation`, `count=exact` and others."
)
IDEMPOTENCY = Input(
    name="Idempotency-Key", place="header", type=Text(max_length=255), doc="Sent again, nothing is done twice."
)
IF_MATCH = Input(name="If-Match", place="header", type=Text(), doc="The ETag that the row has to have still; else 412.")
IF_NONE_MATCH = Input(
    name="If-None-Match", place="header", type=Text(), doc="An ETag; where it is still the row's, the reply is 304."
)
LOGIC = tuple(
    Input(name=name, place="query", type=Text(), kind="logic", doc=f"Conditions in parentheses; `not.{name}` negates.")
    for name in ("and", "or")
)
ETAG = Input(name="ETag", place="header", type=Text(), doc="The version of what is shown.")
CONTENT_RANGE = Input(
    name="Content-Range", place="header", type=Text(), doc="Which rows these are, and of how many: `0-19/431`."
)
LINK = Input(name="Link", place="header", type=Text(), doc='Where the next page is, with `rel="next"`.')
RANGE = Input(name="Range", place="header", type=Text(), doc="The bytes that are wanted, `bytes=0-1023`.")
