"""What the pages say beside their templates: that something is done, and refusals in words for people."""

from __future__ import annotations

from backsmith import errors
from backsmith.errors import Kind, RequestError

DONE = {
    "reset": "Your new password is set. Sign in with it.",
    "out": "You are signed out.",
    "everywhere": "You are signed out everywhere.",
    "undone": "Your address is as it was, and nobody is signed in to your account. Choose a new password.",
    "password": "Your password is changed. You stay signed in here, and nowhere else.",
    "email": "Your e-mail address is changed.",
    "verified": "Your e-mail address is confirmed.",
    "session": "That session has ended.",
    "totp-removed": "Signing in no longer takes a code of your app.",
    "passkey": "The passkey is added.",
    "passkey-removed": "The passkey is taken away.",
    "unlinked": "That account no longer signs you in here.",
    "key": "The key is revoked.",
    "team": "You are in.",
    "left": "You have left the team.",
}
"""By the `done` of the address, so that nobody puts words of their own on our pages."""

_SAID: dict[Kind, str] = {
    errors.SPENT: "This code or link isn’t right, or it is too old. Type the code again, or ask for a new one.",
    errors.UNAUTHENTICATED: "Sign in first.",
    errors.BAD_TOKEN: "You were signed out. Sign in again.",
    errors.NOT_LINKED: "Nobody here signs in by that account yet. Sign in another way, then add it to your account.",
}
_FIELDS = {
    "email": "The e-mail address",
    "password": "The password",
    "current": "The current password",
    "code": "The code",
    "recovery_code": "The recovery code",
    "name": "The name",
    "flow": "The first step",
    "token": "The link",
}


def refusal(error: RequestError) -> str:
    """A refusal as people read it: hints that are for programs are left out."""
    said = _SAID.get(error.kind, error.message)
    for name, label in _FIELDS.items():
        if said == f"{name} is missing":
            said = f"{label} is missing"
    if said.startswith("Give either"):
        said = "Type in the code"
    if not said.endswith((".", "!", "?")):
        said += "."
    hint = error.hint
    if hint is None or error.kind in _SAID or any(word in hint for word in ("POST /", "GET /", "Send ", "`")):
        return said
    return f"{said} {hint}"


def wrong_fields(error: RequestError) -> frozenset[str]:
    """The fields that are at fault."""
    pointers = [each["pointer"] for each in error.errors]
    return frozenset(pointer.rpartition("/")[2] for pointer in pointers)


_PROGRAMS = {
    "Edg": "Edge", "OPR": "Opera", "SamsungBrowser": "Samsung Internet", "Firefox": "Firefox", "FxiOS": "Firefox",
    "CriOS": "Chrome", "Chrome": "Chrome", "Safari": "Safari",
}  # fmt: skip
_SYSTEMS = {
    "iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows", "Mac OS X": "macOS",
    "CrOS": "ChromeOS", "Linux": "Linux",
}  # fmt: skip


def program(user_agent: str | None) -> str:
    """What a client most likely is, as its owner knows it; its own words where nobody can tell."""
    if not user_agent:
        return "An unknown program"
    name = next((shown for sign, shown in _PROGRAMS.items() if f"{sign}/" in user_agent), None)
    system = next((shown for sign, shown in _SYSTEMS.items() if sign in user_agent), None)
    if name is None or system is None:
        return user_agent[:80]
    return f"{name} on {system}"
