"""Bodies of `/auth`: from JSON to the struct of an endpoint, or a refusal that says where the mistake is."""

from __future__ import annotations

import re
from typing import TypeVar

import msgspec

from backsmith import errors
from backsmith.errors import RequestError
from backsmith.http.request import Request

T = TypeVar("T", bound=msgspec.Struct)

_CODE = "22023"
_PLACE = re.compile(r"^(.*?)(?: - at `\$(.*)`)?$", re.DOTALL)
_NAMED = re.compile(r"Object (?:missing required|contains unknown) field `(.*)`", re.DOTALL)
_STEP = re.compile(r"\.(\w+)|\[(\d+|\.\.\.)\]")


def read_body(type: type[T], request: Request) -> T:
    """The body of a request. Raises RequestError UNSUPPORTED_BODY, BAD_BODY, INVALID."""
    kind = (request.header("content-type") or "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise RequestError(
            errors.UNSUPPORTED_BODY,
            "The body has to be JSON",
            hint="Send it with Content-Type: application/json.",
            headers=(("accept-post", "application/json"),),
        )
    try:
        return msgspec.json.decode(request.body, type=type)
    except msgspec.ValidationError as error:
        raise misfit(str(error)) from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise RequestError(errors.BAD_BODY, f"The body is no JSON: {error}", hint='Send {"name": value, …}.') from error


def misfit(message: str) -> RequestError:
    """The refusal of a body whose JSON doesn't have the form, by msgspec's message."""
    found = _PLACE.match(message)
    said, place = (found[1], found[2] or "") if found else (message, "")
    pointer = "".join(f"/{step[1] or step[2]}" for step in _STEP.finditer(place))
    named = _NAMED.fullmatch(said)
    if named is not None:
        name = named[1].replace("~", "~0").replace("/", "~1")
        pointer = f"{pointer}/{name[:200]}"
        said = f"{named[1][:200]} is missing" if "missing" in said else f"There is no {named[1][:200]}"
    return invalid(pointer, said)


def invalid(pointer: str, message: str, hint: str | None = None) -> RequestError:
    """The refusal of one value of a body; `pointer` (RFC 6901) says which."""
    return RequestError(
        errors.INVALID,
        message,
        details=f"At {pointer}." if pointer else None,
        hint=hint,
        code=_CODE,
        errors=[{"pointer": pointer, "code": _CODE, "message": message, **({} if hint is None else {"hint": hint})}],
    )
