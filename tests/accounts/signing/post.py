"""A client of `shop` from an address of its own, with an e-mail address that nobody else has, and the mails to it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

from backsmith.accounts.services import Services
from tests.accounts.application import Answer, Served
from tests.accounts.people import Mail

PASSWORD = "correct horse battery"
_numbers = count(1)


class Post:
    """Somebody at the other end."""

    def __init__(self, shop: Served, everything: Sequence[Mail]) -> None:
        number = next(_numbers)
        self.shop = shop
        self.address = f"198.51.{number // 250}.{number % 250 + 1}"
        self.email = f"ann{number}@shop.example"
        self.everything = everything
        self.token: str | None = None

    @property
    def services(self) -> Services:
        accounts = self.shop.application.accounts
        assert accounts is not None
        return accounts.services

    async def ask(self, method: str, target: str, body: Any = None, **headers: str) -> Answer:
        """A request, with the session where there is one."""
        if self.token is not None:
            headers["authorization"] = f"Bearer {self.token}"
        return await self.shop.ask(method, f"/auth/{target}", body, address=self.address, **headers)

    def mails(self, to: str | None = None) -> list[Mail]:
        return [mail for mail in self.everything if mail.to == (to or self.email)]

    def last(self, template: str, to: str | None = None) -> Mail:
        """The last mail to the address, which is of that template."""
        mail = self.mails(to)[-1]
        assert mail.template == template
        return mail

    async def sign_up(self, **values: Any) -> Answer:
        """An account with a password, and a session."""
        begun = await self.ask("POST", "sign-up", {"email": self.email, "password": PASSWORD, **values})
        assert begun.status == 202, begun.text
        code = self.last("sign-up").values["code"]
        done = await self.ask("POST", "sign-up/confirm", {"flow": begun.json["flow"], "code": code})
        assert done.status == 200, done.text
        self.token = done.json["access_token"]
        return done

    async def sign_in(self, password: str = PASSWORD, email: str | None = None) -> Answer:
        """A sign-in as a client without a session sends it."""
        token, self.token = self.token, None
        answer = await self.ask("POST", "sign-in", {"email": email or self.email, "password": password})
        self.token = token
        return answer

    async def fields(self) -> dict[str, Any]:
        """The account's row as it is in the database."""
        me = await self.ask("GET", "me")
        rows = await self.services.database.fetch_named("SELECT * FROM users", [])
        return next(row for row in rows if row["id"] == me.json["id"])
