"""`/auth/admin`: who may administer accounts, what they may do, and that all of it holds at once and is noted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from backsmith.databases.transaction import Transaction
from tests.accounts.application import Answer, Served, serve
from tests.accounts.people import Known, mails, sign_in, trail

MODEL = """
    from backsmith import Account, Entity, allow

    class Note(Entity, log=True):
        owner: Account
        text: str

        @allow("read", "create", "update")
        def own(self, user: Account) -> bool:
            return self.owner == user

        @allow("read")
        def staff(self, user: Account) -> bool:
            return "staff" in user.roles
"""


@pytest.fixture(scope="module")
def served(
    database_kind: str, new_url: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory, run: Any
) -> Iterator[Served]:
    one = run(serve(MODEL, new_url(database_kind), tmp_path_factory.mktemp("office")))
    yield one
    run(one.application.close())


class Office:
    """An administrator and somebody else."""

    def __init__(self, served: Served, run: Any, number: int) -> None:
        self._run = run
        self.served = served
        self.address = f"10.1.{number}.1"
        self.services = served.application.accounts.services  # type: ignore[union-attr]
        run(self._alone())
        self.admin = run(sign_in(served, f"admin{number}@example.org", roles=["admin"]))
        self.ann = run(sign_in(served, f"ann{number}@example.org"))

    async def _alone(self) -> None:
        async def work(transaction: Transaction) -> None:
            await self.services.tables.roles.delete(transaction, role="admin")

        await self.services.database.transact(work)

    def ask(self, who: Known, method: str, target: str, body: Any = None) -> Answer:
        return self._run(who.ask(method, target, body, address=self.address))

    def act(self, what: str, whom: Known, method: str = "POST", body: Any = None, by: Known | None = None) -> Answer:
        return self.ask(by or self.admin, method, f"/auth/admin/accounts/{whom.key}{what}", body)

    def events(self, *events: str) -> list[tuple[str, str | None, str | None]]:
        people = {str(each.key) for each in (self.admin, self.ann)}
        found = self._run(trail(self.served, *events))
        return [(each["event"], each["account"], each["actor"]) for each in found if each["account"] in people]


_numbers = iter(range(10_000))


@pytest.fixture
def office(served: Served, run: Any) -> Office:
    return Office(served, run, next(_numbers))


def said(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json["message"]


# Who may --------------------------------------------------------------------------------------------------------------

EVERYTHING = [
    ("GET", "/auth/admin/accounts"),
    ("GET", "/auth/admin/accounts/1"),
    ("POST", "/auth/admin/accounts/1/roles/staff"),
    ("DELETE", "/auth/admin/accounts/1/roles/staff"),
    ("POST", "/auth/admin/accounts/1/disable"),
    ("POST", "/auth/admin/accounts/1/enable"),
    ("POST", "/auth/admin/accounts/1/sign-out"),
    ("POST", "/auth/admin/accounts/1/reset"),
    ("POST", "/auth/admin/accounts/1/second-factor/reset"),
    ("POST", "/auth/admin/accounts/1/impersonate"),
    ("POST", "/auth/admin/invitations"),
    ("GET", "/auth/admin/invitations"),
    ("DELETE", "/auth/admin/invitations/x"),
]


@pytest.mark.parametrize(("method", "target"), EVERYTHING)
def test_administrators_alone_administer(office: Office, run: Any, method: str, target: str) -> None:
    refused = office.ask(office.ann, method, target, {})
    assert said(refused) == (403, "Only accounts with the role admin may do that")
    assert run(office.served.ask(method, target, {})).status == 401


def test_who_isnt_an_administrator_any_more_is_refused_at_once(office: Office, run: Any) -> None:
    other = run(sign_in(office.served, "other@example.org", roles=["admin"]))
    assert office.ask(other, "GET", "/auth/admin/accounts").status == 200
    assert office.act("/roles/admin", other, "DELETE").status == 204
    assert office.ask(other, "GET", "/auth/admin/accounts").status == 403


# Roles ----------------------------------------------------------------------------------------------------------------


def test_a_role_holds_from_the_next_request_on(office: Office) -> None:
    office.ask(office.admin, "POST", "/api/notes", {"owner": office.admin.key, "text": "secret"})
    mine = f"/api/notes?owner_id=eq.{office.admin.key}&select=text"
    assert office.ask(office.ann, "GET", mine).json == []
    assert office.act("/roles/staff", office.ann).status == 204
    assert office.ask(office.ann, "GET", mine).json == [{"text": "secret"}]
    assert office.act("/roles/staff", office.ann, "DELETE").status == 204
    assert office.ask(office.ann, "GET", mine).json == []
    ann, admin = str(office.ann.key), str(office.admin.key)
    assert office.events("role.granted", "role.revoked") == [
        ("role.granted", ann, admin),
        ("role.revoked", ann, admin),
    ]


def test_a_role_that_nothing_asks_for_is_refused(office: Office) -> None:
    refused = office.act("/roles/stuff", office.ann)
    assert said(refused) == (422, "There is no role 'stuff'. Did you mean 'staff'?")
    assert refused.json["hint"] == "The application's rules ask for 'admin' and 'staff'."
    assert said(office.act("/roles/staff", office.ann, "DELETE")) == (404, "The account hasn't got the role 'staff'")


def test_there_is_always_an_administrator(office: Office, run: Any) -> None:
    message = "This is the last account that may administer others."
    assert said(office.act("/roles/admin", office.admin, "DELETE")) == (409, message)
    assert said(office.act("/disable", office.admin)) == (409, message)
    assert office.act("/roles/admin", office.ann).status == 204
    assert office.act("/disable", office.ann).status == 204
    assert said(office.act("/roles/admin", office.admin, "DELETE")) == (409, message), "the other one is disabled"


def test_of_two_administrators_who_go_at_once_one_stays(office: Office, run: Any) -> None:
    office.act("/roles/admin", office.ann)

    async def at_once() -> list[int]:
        pairs = ((office.admin, office.ann), (office.ann, office.admin))
        asked = (by.ask("DELETE", f"/auth/admin/accounts/{whom.key}/roles/admin") for by, whom in pairs)
        return [answer.status for answer in await asyncio.gather(*asked)]

    statuses = sorted(run(at_once()))
    assert statuses in ([204, 403], [204, 409]), statuses


# Accounts -------------------------------------------------------------------------------------------------------------


def test_accounts_are_listed_with_what_is_known_of_them(office: Office) -> None:
    [shown] = office.ask(office.admin, "GET", f"/auth/admin/accounts?search={office.ann.email}").json["accounts"]
    assert shown.pop("seen_at")
    assert shown.pop("created_at")
    assert shown == {
        "id": office.ann.key,
        "email": office.ann.email,
        "name": None,
        "kind": "person",
        "disabled_at": None,
        "verified": True,
        "roles": [],
        "factors": [],
        "sessions": 1,
    }
    one = office.ask(office.admin, "GET", f"/auth/admin/accounts/{office.ann.key}").json
    assert (one["email"], one["roles"]) == (office.ann.email, [])


def test_accounts_come_in_pages(office: Office) -> None:
    found: list[Any] = []
    after = ""
    while True:
        page = office.ask(office.admin, "GET", f"/auth/admin/accounts?limit=3{after}").json
        found += [each["id"] for each in page["accounts"]]
        assert len(page["accounts"]) <= 3
        if page["after"] is None:
            break
        after = f"&after={page['after']}"
    assert found == sorted(found)
    assert {office.admin.key, office.ann.key} <= set(found)
    for limit in ("0", "201", "x", "-1", "1e2", "%D9%A3"):
        assert office.ask(office.admin, "GET", f"/auth/admin/accounts?limit={limit}").status == 400


@pytest.mark.parametrize("key", ["0", "x", "1.0", "99999999999999999999", "%00", "1%27--"])
def test_an_account_that_isnt_there(office: Office, key: str) -> None:
    assert office.ask(office.admin, "GET", f"/auth/admin/accounts/{key}").status == 404


def test_a_disabled_account_is_out_at_once(office: Office, run: Any) -> None:
    assert office.act("/disable", office.ann).status == 204
    assert office.ask(office.ann, "GET", "/api/notes").status == 401
    assert office.act("/disable", office.ann).status == 204, "twice does no harm"
    assert office.act("/enable", office.ann).status == 204
    assert office.ask(office.ann, "GET", "/api/notes").status == 401, "the session stays ended"
    again = run(sign_in(office.served, office.ann.email))
    assert office.ask(again, "GET", "/api/notes").status == 200
    assert [event for event, *_ in office.events("account.disabled", "account.enabled")] == [
        "account.disabled",
        "account.enabled",
    ]


def test_sessions_of_an_account_are_ended(office: Office) -> None:
    assert office.act("/sign-out", office.ann).status == 204
    assert office.ask(office.ann, "GET", "/api/notes").status == 401
    assert office.ask(office.admin, "GET", "/api/notes").status == 200


def test_a_second_factor_is_taken_away(office: Office, run: Any) -> None:
    assert said(office.act("/second-factor/reset", office.ann)) == (404, "The account has no second factor")
    sent, text, tables = mails(office.served), str(office.ann.key), office.services.tables

    async def add(transaction: Transaction) -> None:
        sealed = office.services.secrets.seal("totp", b"x" * 20, about=text)
        await tables.totp.insert(
            transaction, account=text, secret=sealed, last_step=0, created_at=office.services.clock()
        )
        await tables.recovery_codes.insert(transaction, account=text, digest=b"y" * 32)

    run(office.services.database.transact(add))
    assert office.act("", office.ann, "GET").json["factors"] == ["totp"]
    assert office.act("/second-factor/reset", office.ann).status == 204
    assert office.act("", office.ann, "GET").json["factors"] == []
    assert run(tables.recovery_codes.find(office.services.database, account=text)) == []
    assert [(each.template, each.to) for each in sent] == [("second-factor.reset", office.ann.email)]
    assert office.ask(office.ann, "GET", "/api/notes").status == 401
    assert office.events("second-factor.reset") == [("second-factor.reset", text, str(office.admin.key))]


def test_a_reset_is_sent(office: Office) -> None:
    sent = mails(office.served)
    assert office.act("/reset", office.ann).status == 204
    assert [(each.template, each.to) for each in sent] == [("reset", office.ann.email)]


def test_no_reset_for_an_address_that_may_be_of_somebody_else(office: Office, run: Any) -> None:
    unverified = run(sign_in(office.served, f"un{office.ann.email}", verified=False))
    assert office.act("/reset", unverified).status == 422


# Invitations ----------------------------------------------------------------------------------------------------------


def test_people_are_invited_with_roles(office: Office) -> None:
    sent = mails(office.served)
    made = office.ask(office.admin, "POST", "/auth/admin/invitations", {"email": "Bo@example.org", "roles": ["staff"]})
    assert (made.status, made.json["email"], made.json["roles"]) == (201, "bo@example.org", ["staff"])
    assert [(each.template, each.to) for each in sent] == [("invitation", "bo@example.org")]
    listed = office.ask(office.admin, "GET", "/auth/admin/invitations").json["invitations"]
    assert [each["id"] for each in listed if each["email"] == "bo@example.org"] == [made.json["id"]]
    assert office.ask(office.admin, "DELETE", f"/auth/admin/invitations/{made.json['id']}").status == 204
    assert office.ask(office.admin, "DELETE", f"/auth/admin/invitations/{made.json['id']}").status == 404


def test_an_invitation_gives_no_role_that_there_isnt(office: Office) -> None:
    refused = office.ask(office.admin, "POST", "/auth/admin/invitations", {"email": "bo@example.org", "roles": ["x"]})
    assert said(refused) == (422, "There is no role 'x'.")


def test_who_has_an_account_gets_the_roles_by_accepting(office: Office) -> None:
    sent = mails(office.served)
    office.ask(office.admin, "POST", "/auth/admin/invitations", {"email": office.ann.email, "roles": ["staff"]})
    accepted = office.ask(office.ann, "POST", "/auth/invitations/accept", {"token": sent[-1].token})
    assert (accepted.status, accepted.json) == (200, {"team": None})
    assert office.act("", office.ann, "GET").json["roles"] == ["staff"]
    assert office.events("role.granted")[-1] == ("role.granted", str(office.ann.key), str(office.admin.key))


def test_invitations_of_who_isnt_an_administrator_any_more_are_spent(office: Office, run: Any) -> None:
    sent = mails(office.served)
    other = run(sign_in(office.served, "former@example.org", roles=["admin"]))
    office.ask(other, "POST", "/auth/admin/invitations", {"email": office.ann.email, "roles": ["admin"]})
    assert office.act("/roles/admin", other, "DELETE").status == 204
    assert office.ask(office.ann, "POST", "/auth/invitations/accept", {"token": sent[-1].token}).status == 400


# Acting as somebody else ----------------------------------------------------------------------------------------------


def impersonate(office: Office, whom: Known, reason: str = "a ticket") -> Answer:
    return office.act("/impersonate", whom, body={"reason": reason})


def acting(office: Office, run: Any) -> Known:
    begun = impersonate(office, office.ann)
    assert begun.status == 201, begun.text
    return office.ann._replace(token=begun.json["access_token"], session=begun.json["session"])


def test_an_administrator_acts_as_somebody_and_the_log_says_so(office: Office, run: Any) -> None:
    as_ann = acting(office, run)
    made = office.ask(as_ann, "POST", "/api/notes?select=id", {"owner": office.ann.key, "text": "for her"})
    assert made.status == 201
    row = run(
        office.services.database.fetch(
            "SELECT account, impersonator FROM backsmith_log ORDER BY position DESC LIMIT 1", []
        )
    )[0]
    assert (row[0], row[1]) == (str(office.ann.key), str(office.admin.key))
    entry = run(trail(office.served, "impersonation.begun"))[-1]
    assert (entry["account"], entry["actor"]) == (str(office.ann.key), str(office.admin.key))
    assert '"reason":"a ticket"' in entry["details"]


def test_it_takes_a_reason(office: Office) -> None:
    assert impersonate(office, office.ann, "").status == 422
    assert impersonate(office, office.ann, "x" * 501).status == 422


def test_nobody_acts_as_an_administrator(office: Office, run: Any) -> None:
    other = run(sign_in(office.served, "second@example.org", roles=["admin"]))
    message = "Nobody acts as themselves, or as an administrator"
    assert said(impersonate(office, other)) == (403, message)
    assert said(impersonate(office, office.admin)) == (403, message)


def test_nobody_acts_as_a_disabled_account(office: Office) -> None:
    office.act("/disable", office.ann)
    assert impersonate(office, office.ann).status == 403


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", "/auth/sessions"),
        ("POST", "/auth/sign-out-everywhere"),
        ("POST", "/auth/keys"),
        ("GET", "/auth/export"),
        ("DELETE", "/auth/me"),
        ("POST", "/auth/totp"),
        ("POST", "/auth/invitations/accept"),
        *EVERYTHING,
    ],
)
def test_who_acts_as_somebody_changes_nothing_of_the_account(
    office: Office, run: Any, method: str, target: str
) -> None:
    body = {"token": "x.y"} if "accept" in target else {}
    assert office.ask(acting(office, run), method, target, body).status == 403


def test_it_ends_after_an_hour(office: Office, run: Any) -> None:
    as_ann = acting(office, run)
    row = run(office.services.tables.sessions.one(office.services.database, id=as_ann.session))
    assert (row["expires_at"] - row["created_at"]).total_seconds() == 3600


def test_it_ends_when_told(office: Office, run: Any) -> None:
    as_ann = acting(office, run)
    assert office.ask(as_ann, "POST", "/auth/impersonation/end").status == 204
    assert office.ask(as_ann, "GET", "/api/notes").status == 401
    assert office.ask(office.ann, "GET", "/api/notes").status == 200
    assert office.events("impersonation.ended") == [("impersonation.ended", str(office.ann.key), str(office.admin.key))]
    assert said(office.ask(office.ann, "POST", "/auth/impersonation/end")) == (403, "You don't act as somebody else")


@pytest.mark.parametrize("how", ["role", "disable", "sign-out"])
def test_it_ends_with_whoever_acts(office: Office, run: Any, how: str) -> None:
    other = run(sign_in(office.served, f"third-{how}@example.org", roles=["admin"]))
    begun = office.act("/impersonate", office.ann, body={"reason": "a ticket"}, by=other)
    as_ann = office.ann._replace(token=begun.json["access_token"])
    assert office.ask(as_ann, "GET", "/api/notes").status == 200
    ended = office.act("/roles/admin", other, "DELETE") if how == "role" else office.act(f"/{how}", other)
    assert ended.status == 204
    assert office.ask(as_ann, "GET", "/api/notes").status == 401


def test_a_confirmation_of_long_ago_isnt_enough(office: Office, run: Any) -> None:
    from datetime import timedelta  # noqa: PLC0415

    async def age(transaction: Transaction) -> None:
        before = office.services.clock() - timedelta(hours=1)
        await office.services.tables.sessions.update(transaction, {"id": office.admin.session}, confirmed_at=before)

    run(office.services.database.transact(age))
    assert office.ask(office.admin, "GET", "/auth/admin/accounts").status == 403
