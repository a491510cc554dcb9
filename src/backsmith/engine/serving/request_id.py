"""Request ids: the caller's own where it is sane, else one made here for the price of a counter."""

from __future__ import annotations

import re
import secrets
from itertools import count

_SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@/+=-]{0,127}").fullmatch


class RequestIds:
    """The ids of one worker: a random beginning, so that no two workers or starts give the same, and a number."""

    def __init__(self) -> None:
        self._beginning = secrets.token_hex(6)
        self._numbers = count(1)

    def next(self, given: str | None = None) -> str:
        """The id of a request whose header X-Request-Id is `given`.

        One that isn't plain (or too long) is replaced: it goes into logs and headers.
        """
        if given is not None and _SANE(given) is not None:
            return given
        return f"{self._beginning}-{next(self._numbers):x}"
