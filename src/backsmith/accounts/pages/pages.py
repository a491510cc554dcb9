"""`SignInPages`: answers browsers at `/auth/…`.

In: a request for a page, or a form of one. Out: a page, or the way to the next one. A form is made the body of the
endpoint that takes it as JSON too, and its answer becomes a redirect (so that nothing is sent twice by going back) or,
where it shows something once, a page. A refusal is the same page again with what was typed, except for secrets.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote

from msgspec.structs import replace

from backsmith import errors
from backsmith.accounts.browsers import SAFE
from backsmith.accounts.endpoint import Answer, Call, Endpoint
from backsmith.accounts.oidc.own_paths import HOME, own_path
from backsmith.accounts.pages.forms import FORMS, PAGES, UNSAVED, WAY_BACK, Form, Page, body_of, read_form, token_of
from backsmith.accounts.pages.remembered import Remembered, cookie_of, remembered
from backsmith.accounts.pages.view import View
from backsmith.accounts.pages.words import DONE, refusal, wrong_fields
from backsmith.accounts.proofs import MailSent
from backsmith.accounts.serving import MAX_BODY, PREFIX, AuthEndpoints
from backsmith.accounts.signing_in import SecondFactorNeeded
from backsmith.errors import RequestError
from backsmith.http.beside import Noted
from backsmith.http.reply import Headers, Reply
from backsmith.http.request import Request
from backsmith.settings import Settings

_ACCOUNT = "/auth/account"
_SIGN_IN = "/auth/sign-in"


class _Asked(NamedTuple):
    """A request of a browser."""

    request: Request
    noted: Noted
    call: Call
    kept: Remembered
    fields: Mapping[str, str]
    """Of the form, or of the address."""


class SignInPages:
    """Answers browsers (`serving.Pages`)."""

    max_body = MAX_BODY

    def __init__(self, settings: Settings, auth: AuthEndpoints, endpoints: Sequence[Endpoint]) -> None:
        self._settings = settings
        self._auth = auth
        self._endpoints = {(each.method, each.path): each for each in reversed(endpoints)}
        self.view = View(settings)

    def serves(self, path: tuple[str, ...]) -> bool:
        """As Beside."""
        name = "/".join(path[1:])
        return name in {"", *PAGES, *FORMS} or _provider_of(path) is not None

    def methods(self, path: tuple[str, ...]) -> str:
        """As Beside."""
        name = "/".join(path[1:])
        found = ["GET"] if name in {"", *PAGES} or name not in FORMS else []
        return ", ".join([*found, "POST"] if name in FORMS else found)

    async def answer(self, request: Request, noted: Noted) -> Reply:
        """As Beside."""
        name = "/".join(part for part in request.path[2:])
        provider = _provider_of(request.path[1:])
        noted.route = f"/{PREFIX}/{name if provider is None else WAY_BACK}"
        changes = request.method not in SAFE
        fields = read_form(request) if changes and name in FORMS else dict(parse_qsl(request.query))
        parameters = {"provider": provider} if provider is not None else dict(fields)
        call = await self._auth.call(request, noted, "cookie", parameters)
        asked = _Asked(request, noted, call, remembered(request), fields)
        if provider is not None and not changes:
            return await self._come_back(asked)
        if changes and name in FORMS:
            return await self._do(asked, FORMS[name])
        if changes or name not in {"", *PAGES}:
            allow = (("allow", self._auth.methods(request.path[1:])),)
            raise RequestError(errors.METHOD_NOT_ALLOWED, f"{request.method} isn't allowed here", headers=allow)
        if not name:
            return _see(_SIGN_IN if call.asker.id is None else _ACCOUNT, [])
        return await self._show(asked, name)

    async def _show(
        self, asked: _Asked, name: str, *, refused: RequestError | None = None, headers: Headers | None = None
    ) -> Reply:
        """A page, perhaps with the refusal of a form on it."""
        page = PAGES[name]
        if page.account and asked.call.asker.session is None:
            return _see(f"{_SIGN_IN}?next={quote(_target(asked.request), safe='/')}", headers or [])
        values = {
            **self._common(asked, refused),
            "flow": page.flow is not None and page.flow in asked.kept.flows,
            **await self._read(asked.call, page),
        }
        status = 200 if refused is None else refused.status
        head = asked.request.method == "HEAD"
        return self.view.page(page.template, values, status=status, headers=headers, head=head)

    def _common(self, asked: _Asked, refused: RequestError | None) -> dict[str, Any]:
        """What every page may show."""
        sent = asked.request.method not in SAFE
        return {
            "next": self._next(asked),
            "done": None if sent else DONE.get(asked.fields.get("done", "")),
            "problem": None if refused is None else refusal(refused),
            "wrong": frozenset[str]() if refused is None else wrong_fields(refused),
            "values": _shown_again(asked.fields, refused) if sent else defaultdict[str, str](str),
            "email": asked.kept.email,
            "signed_in": asked.call.asker.session is not None,
        }

    async def _read(self, call: Call, page: Page) -> dict[str, Any]:
        """The answers of the endpoints that a page shows, by name: `second_factor`."""
        found: dict[str, Any] = {}
        for path in page.reads:
            endpoint = self._endpoints.get(("GET", path))
            there = endpoint is not None and (path != "/teams" or call.services.teams is not None)
            answer = await endpoint.handle(call) if endpoint is not None and there else None
            found[path[1:].replace("-", "_")] = None if answer is None else answer.body
        return found

    async def _do(self, asked: _Asked, form: Form) -> Reply:
        """What a form asks for."""
        endpoint, call = self._endpoints[form.endpoint], asked.call
        kept = _with_typed(asked, self._next(asked))
        try:
            await self._auth.refuse_others(endpoint, call)
            if endpoint.body is None:
                answer = await endpoint.handle(call)
            else:
                flow = None if form.flow is None else kept.flows.get(form.flow)
                answer = await endpoint.handle(call, body_of(endpoint.body, asked.fields, flow))
            return await self._after(asked, form, kept, answer)
        except RequestError as error:
            return await self._refused(asked, form, error)

    async def _refused(self, asked: _Asked, form: Form, error: RequestError) -> Reply:
        """The page of a form again, or the one where what it needs is to be had."""
        if error.kind is errors.CONFIRM_FIRST:
            return _see(f"/auth/confirm?next={_ACCOUNT}", [])
        if error.kind is errors.UNAUTHENTICATED:
            return _see(f"{_SIGN_IN}?next={_ACCOUNT}", [])
        if error.kind is errors.INTERNAL:
            raise error
        extra = [(name.lower(), value) for name, value in error.headers if name.lower() == "retry-after"]
        if form.page not in PAGES:
            values = {**self._common(asked, error), "answer": defaultdict(str, asked.fields)}
            return self.view.page(form.page, values, status=error.status, headers=extra)
        page = "invitation" if asked.fields.get("way") == "invitation" else form.page
        return await self._show(asked, page, refused=error, headers=extra)

    async def _after(self, asked: _Asked, form: Form, kept: Remembered, answer: Answer) -> Reply:
        """Where a browser goes on after a form."""
        cookies: Headers = [("set-cookie", each) for each in await self._auth.cookies(asked.call, answer)]
        shown = answer.body
        if answer.signed_in is not None:
            return _see(kept.next or _ACCOUNT, [*cookies, ("set-cookie", cookie_of(Remembered()))])
        if isinstance(shown, SecondFactorNeeded):
            kept = replace(kept, flows={"factor": shown.flow})
            return _see("/auth/second-factor", [*cookies, ("set-cookie", cookie_of(kept))])
        if isinstance(shown, MailSent) and form.flow is not None:
            kept = replace(kept, flows={**kept.flows, form.flow: shown.flow})
            return _see(form.to, [*cookies, ("set-cookie", cookie_of(kept))])
        if form.shows is not None:
            values = {**self._common(asked, None), "answer": shown}
            return self.view.page(form.shows, values, headers=cookies)
        ended = replace(kept, flows={name: flow for name, flow in kept.flows.items() if name != form.flow})
        return _see(form.to, [*cookies, ("set-cookie", cookie_of(ended))])

    async def _come_back(self, asked: _Asked) -> Reply:
        """A browser comes back from another provider: what happened is for people to read."""
        endpoint = self._endpoints["GET", f"/{WAY_BACK}"]
        try:
            answer = await endpoint.handle(asked.call)
        except RequestError as error:
            return await self._show(asked, "sign-in", refused=error)
        cookies: Headers = [("set-cookie", each) for each in await self._auth.cookies(asked.call, answer)]
        if isinstance(answer.body, SecondFactorNeeded):
            kept = replace(asked.kept, flows={"factor": answer.body.flow})
            return _see("/auth/second-factor", [*cookies, ("set-cookie", cookie_of(kept))])
        location = answer.location if answer.location not in {None, HOME} else asked.kept.next or _ACCOUNT
        return _see(location or _ACCOUNT, cookies)

    def _next(self, asked: _Asked) -> str:
        """Where this browser wants to go on; empty: nowhere in particular."""
        wanted = asked.fields.get("next", "")
        found = own_path(wanted) if wanted else asked.kept.next and own_path(asked.kept.next)
        return "" if found == HOME and wanted != HOME else found


def _shown_again(fields: Mapping[str, str], refused: RequestError | None) -> defaultdict[str, str]:
    """What was typed, as far as it is shown again; fields that aren't there are empty."""
    found = {name: value for name, value in fields.items() if name not in UNSAVED}
    if refused is not None and refused.kind is errors.SPENT:
        found.pop("token", None)
    elif fields.get("link"):
        found["token"] = token_of(fields["link"])
    return defaultdict(str, found)


def _with_typed(asked: _Asked, next: str) -> Remembered:
    email = asked.fields.get("email", "")
    kept = replace(asked.kept, next=next)
    return replace(kept, email=email) if email and len(email) <= 254 else kept


def _provider_of(path: tuple[str, ...]) -> str | None:
    """The provider from which a browser comes back at that path."""
    return path[2] if len(path) == 4 and path[1] == "oidc" and path[3] == "callback" else None


def _target(request: Request) -> str:
    return own_path(request.target.partition("?")[0])


def _see(location: str, headers: Headers) -> Reply:
    """On to another page."""
    return Reply(303, [("location", location), ("content-length", "0"), ("cache-control", "no-store"), *headers], b"")
