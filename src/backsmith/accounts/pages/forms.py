"""The forms and pages of `/auth` as data, and a form's fields as the body of its endpoint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import msgspec

from backsmith import errors
from backsmith.accounts.endpoint import Body
from backsmith.accounts.problems import misfit
from backsmith.errors import RequestError
from backsmith.http.request import Request

MOST_FIELDS = 30
UNSAVED = frozenset({"password", "current", "code", "recovery_code", "link"})
"""Fields that a form which was refused doesn't show again."""


class Form(NamedTuple):
    """A form: where it goes, and what comes after it."""

    endpoint: tuple[str, str]
    """Method and path of the endpoint that does it."""
    page: str
    """The page that it stands on, and that shows its refusal."""
    to: str = "/auth/account"
    """Where the browser goes on; who signed in goes on to where they wanted."""
    shows: str | None = None
    """The page that shows the answer, which is there once."""
    flow: str | None = None
    """The name under which the flow of the answer, or that the form ends, is remembered."""


class Page(NamedTuple):
    """A page."""

    template: str
    account: bool = False
    """Only for who is signed in."""
    reads: tuple[str, ...] = ()
    """Endpoints whose answers it shows."""
    flow: str | None = None


_ACCOUNT_READS = ("/me", "/sessions", "/second-factor", "/passkeys", "/identities", "/oidc", "/keys", "/teams")

PAGES: Mapping[str, Page] = {
    "sign-in": Page("sign_in", reads=("/oidc",)),
    "sign-up": Page("sign_up", reads=("/oidc",)),
    "sign-up/confirm": Page("sign_up_confirm", flow="sign-up"),
    "code": Page("code"),
    "code/confirm": Page("code_confirm", flow="code"),
    "reset": Page("reset"),
    "reset/confirm": Page("reset_confirm", flow="reset"),
    "second-factor": Page("second_factor", flow="factor"),
    "invitation": Page("invitation"),
    "confirm": Page("confirm", account=True, reads=("/me",)),
    "account": Page("account", account=True, reads=_ACCOUNT_READS),
    "email/confirm": Page("email_confirm", account=True, flow="email"),
    "email/undo": Page("email_undo"),
    "verify/confirm": Page("verify_confirm", account=True, flow="verify"),
}
"""By their path below /auth."""

FORMS: Mapping[str, Form] = {
    "sign-in": Form(("POST", "/sign-in"), "sign-in"),
    "sign-up": Form(("POST", "/sign-up"), "sign-up", "/auth/sign-up/confirm", flow="sign-up"),
    "sign-up/confirm": Form(("POST", "/sign-up/confirm"), "sign-up/confirm", flow="sign-up"),
    "code": Form(("POST", "/code"), "code", "/auth/code/confirm", flow="code"),
    "code/confirm": Form(("POST", "/code/confirm"), "code/confirm", flow="code"),
    "reset": Form(("POST", "/reset"), "reset", "/auth/reset/confirm", flow="reset"),
    "reset/confirm": Form(("POST", "/reset/confirm"), "reset/confirm", "/auth/sign-in?done=reset", flow="reset"),
    "second-factor": Form(("POST", "/second-factor"), "second-factor", flow="factor"),
    "confirm": Form(("POST", "/confirm"), "confirm"),
    "sign-out": Form(("POST", "/sign-out"), "account", "/auth/sign-in?done=out"),
    "sign-out-everywhere": Form(("POST", "/sign-out-everywhere"), "account", "/auth/sign-in?done=everywhere"),
    "invitation": Form(("POST", "/invitations/accept"), "invitation", "/auth/account?done=team"),
    "password": Form(("POST", "/password"), "account", "/auth/account?done=password"),
    "email": Form(("POST", "/email"), "account", "/auth/email/confirm", flow="email"),
    "email/confirm": Form(("POST", "/email/confirm"), "email/confirm", "/auth/account?done=email", flow="email"),
    "email/undo": Form(("POST", "/email/undo"), "email/undo", "/auth/sign-in?done=undone"),
    "verify": Form(("POST", "/verify"), "account", "/auth/verify/confirm", flow="verify"),
    "verify/confirm": Form(("POST", "/verify/confirm"), "verify/confirm", "/auth/account?done=verified", flow="verify"),
    "totp": Form(("POST", "/totp"), "account", shows="totp"),
    "totp/confirm": Form(("POST", "/totp/confirm"), "totp", shows="recovery_codes"),
    "recovery-codes": Form(("POST", "/recovery-codes"), "account", shows="recovery_codes"),
    "account/end-session": Form(("DELETE", "/sessions/{id}"), "account", "/auth/account?done=session"),
    "account/remove-totp": Form(("DELETE", "/totp"), "account", "/auth/account?done=totp-removed"),
    "account/remove-passkey": Form(("DELETE", "/passkeys/{id}"), "account", "/auth/account?done=passkey-removed"),
    "account/unlink": Form(("DELETE", "/identities/{id}"), "account", "/auth/account?done=unlinked"),
    "account/revoke-key": Form(("DELETE", "/keys/{id}"), "account", "/auth/account?done=key"),
    "account/leave-team": Form(("POST", "/teams/{team}/leave"), "account", "/auth/account?done=left"),
}
"""By their path below /auth."""

WAY_BACK = "oidc/{provider}/callback"
"""Where browsers come back from another provider: an endpoint's answer that isn't for people."""


def read_form(request: Request) -> dict[str, str]:
    """The fields of a form. Raises RequestError BAD_FORM."""
    kind = (request.header("content-type") or "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise RequestError(errors.UNSUPPORTED_BODY, "Forms here are sent URL-encoded")
    try:
        fields = parse_qsl(
            request.body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS
        )
    except ValueError as error:
        raise RequestError(errors.BAD_FORM, "The form can't be read") from error
    if len(dict(fields)) != len(fields):
        raise RequestError(errors.BAD_FORM, "A field of the form is there twice")
    return dict(fields)


def body_of(type: type[Body], fields: Mapping[str, str], flow: str | None) -> Body:
    """The body of an endpoint made of a form: fields that it doesn't have and empty ones are left out. A link that was
    pasted is its token. Raises RequestError INVALID."""
    given: dict[str, Any] = {name: value for name, value in fields.items() if value.strip()}
    if "link" in given:
        given["token"] = token_of(given["link"])
    if flow is not None:
        given.setdefault("flow", flow)
    if "token" in given:
        given.pop("code", None)
    if "way" in given and "token" in given:
        given["invitation"] = given["token"]
    known = {field.encode_name for field in msgspec.structs.fields(type)}
    further = {name.removeprefix("field-"): value for name, value in given.items() if name.startswith("field-")}
    if further and "fields" in known:
        given["fields"] = further
    try:
        return msgspec.convert({name: value for name, value in given.items() if name in known}, type)
    except msgspec.ValidationError as error:
        raise misfit(str(error)) from error


def token_of(link: str) -> str:
    """The token of a link, or of itself."""
    return link.strip().rpartition("#")[2]
