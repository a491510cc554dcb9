"""How large a request may be. Beyond a limit it is refused as TOO_COMPLEX (URL_TOO_LONG for its length)."""

from __future__ import annotations

from typing import NoReturn

from msgspec import Struct

from backsmith.errors import TOO_COMPLEX, RequestError


class Limits(Struct, frozen=True, kw_only=True):
    """Limits of one request; each is the largest number allowed."""

    query_length: int = 16_384
    """Characters of the query string, as sent."""
    embed_depth: int = 8
    """Embeds inside one another."""
    select_items: int = 250
    """Fields and embeds selected, at all levels together."""
    filters: int = 100
    """Conditions, those inside `and` and `or` included."""
    logic_depth: int = 8
    """`and` and `or` inside one another."""
    order_terms: int = 32
    """Terms of all orders together."""
    path_steps: int = 16
    """Steps of one JSON path."""
    list_items: int = 1_000
    """Values of one `in.(…)` or `{…}`."""
    name_length: int = 255
    """Characters of a name."""
    pattern_length: int = 1_000
    """Characters of a pattern (`like`, `match`) or a full-text query."""
    rows: int = 10_000
    """Rows of a body, those within rows included."""
    json_depth: int = 100
    """Arrays and objects inside one another in a JSON value."""


LIMITS = Limits()


def too_complex(message: str, setting: str, limit: int) -> NoReturn:
    """Refuse what is larger than the limit named `setting`."""
    raise RequestError(TOO_COMPLEX, message, details=f"The limit is {limit:,}.", hint=None, limit=setting)
