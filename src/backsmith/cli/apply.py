"""`backsmith apply`: carry out what `backsmith plan` says."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from backsmith.cli.carrying_out import Wanted, carry_out
from backsmith.errors import UsageError


def apply(
    model: str | None = None,
    /,
    *,
    database: str | None = None,
    expand: bool = False,
    contract: bool = False,
    approve: Annotated[
        list[str] | None, Parameter(help="Approve something by its name, such as drop:orders.note.")
    ] = None,
    yes: bool = False,
    lock_timeout: float = 1.0,
    patience: float = 300.0,
    throttle: int = 50,
    abandon: bool = False,
    json: bool = False,
) -> int:
    """Bring a database to the shape of its model, step by step, while it is used.

    Ctrl-C finishes the batch at hand; apply again to go on. Exit codes: 0 done, or nothing to do; 1 impossible, or
    stopped before the end; 4 needs approval.

    Example: `backsmith apply shop.py --approve drop:orders.note --yes`

    Parameters
    ----------
    model
        The model's file, package or dotted name.
    database
        URL of the database: sqlite:///file.db, postgresql://user@host/name or postgresql:embedded.
    expand
        Make a release in which the old and the new shape both work.
    contract
        Finish an expanded release: the old shape goes.
    yes
        Don't ask, as where there is no terminal. What needs approval needs it all the same.
    lock_timeout
        Seconds, 0.5 to 3, for which a step waits for a lock before it lets others go first.
    patience
        Seconds for which it tries again to get a lock, or to reach the database.
    throttle
        Percent of the time in which rows are filled; the rest is left to others.
    abandon
        Forget an unfinished plan, and plan anew from what is there.
    json
        Write what was done as JSON.
    """
    if expand and contract:
        raise UsageError("--expand begins a release and --contract ends it: give one of them.")
    return carry_out(
        Wanted(
            model=model,
            database=database,
            release="expand" if expand else "contract" if contract else "direct",
            approvals=tuple(approve or ()),
            yes=yes,
            lock_timeout=lock_timeout,
            patience=patience,
            throttle=throttle / 100,
            abandon=abandon,
            json=json,
        )
    )
