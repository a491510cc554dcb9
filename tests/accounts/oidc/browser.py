"""A browser, as far as signing in by a provider needs one: it keeps our cookies and goes where it is sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.accounts.application import Answer, Served
from tests.accounts.factors.test_totp import other
from tests.accounts.oidc.provider import LyingProvider


@dataclass
class Browser:
    """One browser of one person."""

    shop: Served
    cookies: dict[str, str] = field(default_factory=dict[str, str])

    async def ask(self, method: str, target: str, body: Any = None, **headers: str) -> Answer:
        """A request of the browser's own, with its cookies."""
        if self.cookies:
            headers["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if method != "GET":
            headers.setdefault("sec_fetch_site", "same-origin")
        answer = await self.shop.ask(method, target, body, address=other(), **headers)
        self.cookies |= answer.cookies
        self.cookies = {name: value for name, value in self.cookies.items() if value}
        return answer

    async def begin(self, to: str | None = None, provider: str = "liar") -> dict[str, str]:
        """Go to the provider; what we tell it."""
        target = f"/auth/oidc/{provider}" + ("" if to is None else f"?{urlencode({'to': to})}")
        answer = await self.ask("GET", target)
        assert answer.status == 303, answer.text
        return asked_of(answer.header("location") or "")

    async def come_back(self, provider: str = "liar", **query: str) -> Answer:
        """Come from the provider with that."""
        return await self.ask("GET", f"/auth/oidc/{provider}/callback?{urlencode(query)}", sec_fetch_site="cross-site")

    async def sign_in(self, liar: LyingProvider, to: str | None = None) -> Answer:
        """All the way, at a provider that says who it is by itself."""
        asked = await self.begin(to)
        liar.nonce = asked["nonce"]
        return await self.come_back(state=asked["state"], code=f"code for {asked['state']}")

    async def me(self) -> list[str]:
        """Whom the session is of, by the accounts at providers that they have; empty for nobody."""
        answer = await self.ask("GET", "/auth/identities")
        return [each["email"] for each in answer.json["identities"]] if answer.status == 200 else []


def asked_of(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
