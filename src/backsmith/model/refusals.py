"""What the application's own functions raise to refuse a request: each becomes a problem document of its status.

Any other exception is a mistake of the application: the reply is a 500 that tells nothing, and the log has it all.
"""

from __future__ import annotations

from typing import Any

from backsmith.errors import INVALID, REFUSED, Kind, RequestError


class Refused(RequestError):  # noqa: N818 - these names say to people who raise them what they are
    """The application refuses a request: `raise Refused(402, "The card was declined.")`."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        details: str | None = None,
        hint: str | None = None,
        headers: tuple[tuple[str, str], ...] = (),
        **members: Any,
    ) -> None:
        """`status` is from 400 to 599; `members` are further members of the problem document."""
        if not 400 <= status <= 599:
            raise ValueError(f"A refusal has a status from 400 to 599, not {status}.")
        kind = Kind(REFUSED.slug, status, f"PT{status}", REFUSED.title)
        super().__init__(kind, message, details=details, hint=hint, headers=headers, **members)


class BadRequest(Refused):
    """400: the request can't be meant."""

    def __init__(self, message: str, *, details: str | None = None, hint: str | None = None, **members: Any) -> None:
        super().__init__(400, message, details=details, hint=hint, **members)


class SignInFirst(Refused):
    """401: who asks has to say who they are."""

    def __init__(self, message: str, *, details: str | None = None, hint: str | None = None, **members: Any) -> None:
        super().__init__(401, message, details=details, hint=hint, headers=(("www-authenticate", "Bearer"),), **members)


class Forbidden(Refused):
    """403: who asks may not do this."""

    def __init__(self, message: str, *, details: str | None = None, hint: str | None = None, **members: Any) -> None:
        super().__init__(403, message, details=details, hint=hint, **members)


class NotFound(Refused):
    """404: there is no such thing, or none that who asks may know of."""

    def __init__(self, message: str, *, details: str | None = None, hint: str | None = None, **members: Any) -> None:
        super().__init__(404, message, details=details, hint=hint, **members)


class Conflict(Refused):
    """409: things aren't in the state that this needs."""

    def __init__(self, message: str, *, details: str | None = None, hint: str | None = None, **members: Any) -> None:
        super().__init__(409, message, details=details, hint=hint, **members)


class Invalid(RequestError):  # noqa: N818 - see Refused
    """422: values that can't be. `Invalid(email="is taken")` names the fields and what is wrong with each;
    `Invalid("These dates overlap.")` speaks of the whole."""

    def __init__(self, message: str | None = None, /, **fields: str) -> None:
        found = [{"pointer": f"/{name}", "code": CODE, "message": text} for name, text in fields.items()]
        said = "; ".join(f"{name} {text}" for name, text in fields.items())
        super().__init__(INVALID, message or said or "The values aren't valid", errors=found)


CODE = "P0001"
"""The code of a value that the application itself refuses: PostgreSQL's for an error that a function raises."""
