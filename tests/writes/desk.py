"""A desk with tickets: the model whose actions and queries batches call."""

from backsmith import Account, Conflict, Data, Entity, action, allow, query, route


class Ticket(Entity):
    """What somebody wants."""

    title: str
    state: str = "open"

    @allow("read", "create", "close", "take")
    def everyone(self) -> bool:
        return True

    @allow("close")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles


@action
async def close(ticket: Ticket, data: Data, why: str) -> Ticket:
    """Close an open ticket."""
    if ticket.state != "open":
        raise Conflict("This ticket is closed.")
    return await data.as_system().update(ticket, state=f"closed: {why}")


@action(transaction=False)
async def take(ticket: Ticket, data: Data) -> None:
    """Do something that takes a while."""


@action(allow="signed_in", retry=True)
async def open_many(data: Data, titles: list[str]) -> int:
    """Open several at once."""
    for title in titles:
        await data.as_system().create(Ticket, title=title)
    return len(titles)


@query(allow="everyone")
async def states(data: Data) -> list[str]:
    """The states of all tickets."""
    return [ticket.state for ticket in await data.find(Ticket, order="id")]


@route("POST", "/api/own/path", allow="everyone")
async def own_path(data: Data) -> None:
    """An address of the application's own."""
