"""The types that a request may cast to, by the names PostgreSQL has for them."""

from __future__ import annotations

from backsmith import errors
from backsmith.blueprint.types import Boolean, Date, DateTime, Float, Integer, Json, Numeric, Text, Type
from backsmith.errors import RequestError

CASTS: dict[str, Type] = {
    **dict.fromkeys(("text", "varchar", "character varying"), Text()),
    **dict.fromkeys(("int", "int2", "int4", "int8", "integer", "smallint", "bigint"), Integer()),
    **dict.fromkeys(("float", "float4", "float8", "real", "double precision"), Float()),
    **dict.fromkeys(("numeric", "decimal"), Numeric(18, 6)),
    **dict.fromkeys(("bool", "boolean"), Boolean()),
    "date": Date(),
    **dict.fromkeys(("timestamptz", "timestamp with time zone", "timestamp"), DateTime()),
    **dict.fromkeys(("json", "jsonb"), Json()),
}


def cast_type(name: str | None) -> Type | None:
    """The type a cast's name stands for, None for None. Raises RequestError BAD_QUERY for a name that isn't known."""
    if name is None:
        return None
    try:
        return CASTS[name.strip().lower()]
    except KeyError:
        raise RequestError(
            errors.UNKNOWN_TYPE,
            f'type "{name}" does not exist',
            hint="Cast to one of: text, bigint, float8, numeric, boolean, date, timestamptz, json.",
        ) from None
