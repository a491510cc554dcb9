"""`/auth/code`: signing in by a code or link that comes by mail.

In: an e-mail address, then what came there. Out: a session, or the flow of a second factor. Whoever gets the mail of an
account's verified address is taken for its owner; so is the first one at an account that the application made itself.
"""

from __future__ import annotations

from backsmith.accounts.by_password import EmailGiven, need_way
from backsmith.accounts.endpoint import Answer, Body, Call, Endpoint, SignedInShown
from backsmith.accounts.flows import Flow, Kind, spent
from backsmith.accounts.people import normal_email
from backsmith.accounts.proofs import ByMail, MailSent, began, begin, limit, paced, take
from backsmith.accounts.signing_in import SecondFactorNeeded, complete
from backsmith.accounts.states import Standing, standing_of, verified
from backsmith.databases.transaction import Transaction


class Code(Body, frozen=True):
    """Where the mail is to go."""

    email: EmailGiven


async def ask(call: Call, body: Code) -> Answer:
    """Send a code and a link to sign in with."""
    need_way(call, "code")
    return await ask_by_mail(call, "code", body.email)


async def confirm(call: Call, body: ByMail) -> Answer:
    """Sign in by what came by mail."""
    services, client = call.services, call.client
    need_way(call, "code")
    await services.throttle.take("code", address=client.address)

    async def work(transaction: Transaction) -> Answer | None:
        flow = await take(call, transaction, "code", body)
        if flow is None:
            return None
        found = await owner_of(call, transaction, flow)
        assert found.person is not None
        await verified(services, transaction, found.account, flow.content["email"])
        return await complete(call, transaction, found.person, ("code",))

    answer = await services.database.transact(work, retry=True)
    if answer is None:
        await services.throttle.failed("code", address=client.address)
        raise spent()
    await services.throttle.succeeded("code", address=client.address)
    return answer


async def ask_by_mail(call: Call, kind: Kind, email: str) -> Answer:
    """Send a code and a link, or the news that there is no account; the same is done for both."""
    services, start, address = call.services, began(), normal_email(email)
    await limit(call, "mail", address)

    async def work(transaction: Transaction) -> str:
        found = await standing_of(services, transaction, await services.people.by_email(transaction, address))
        known = found.by_mail is not None
        account = found.account if known else None
        begun, values = await begin(call, transaction, kind, account=account, content={"email": address})
        await services.outbox.put(transaction, kind if known else "no-account", address, values if known else {})
        await services.trail.note(
            transaction,
            f"{kind}.asked",
            client=call.client,
            request_id=call.request_id,
            account=None if found.person is None else found.person.key,
            details={"who": services.trail.unknown(address)},
        )
        return begun.handle

    handle = await services.database.transact(work, retry=True)
    await paced(start)
    return Answer(202, MailSent(flow=handle))


async def owner_of(call: Call, transaction: Transaction, flow: Flow) -> Standing:
    """Whose account a mail was about, where its address is still theirs. Raises RequestError SPENT."""
    services = call.services
    person = None
    if flow.account is not None:
        person = await services.people.find(transaction, services.people.key(flow.account))
    found = await standing_of(services, transaction, person)
    owner = found.by_mail
    if owner is None or normal_email(owner.email or "") != flow.content["email"]:
        raise spent()
    return found


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("POST", "/code", "Send a code to sign in with by mail", ask, Code, MailSent, status=202),
    Endpoint("POST", "/code/confirm", "Sign in by a code by mail", confirm, ByMail, SignedInShown | SecondFactorNeeded),
)
