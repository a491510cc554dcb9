"""`backsmith rollback`: from an expanded release back to the version before."""

from __future__ import annotations

from backsmith.cli.carrying_out import Wanted, carry_out


def rollback(
    model: str | None = None,
    /,
    *,
    database: str | None = None,
    yes: bool = False,
    lock_timeout: float = 1.0,
    patience: float = 300.0,
    json: bool = False,
) -> int:
    """Go back from an expanded release to the version before, until it is contracted.

    Exit codes: 0 done; 1 stopped before the end.

    Example: `backsmith rollback shop.py --yes`

    Parameters
    ----------
    model
        The model's file, package or dotted name.
    database
        URL of the database: sqlite:///file.db, postgresql://user@host/name or postgresql:embedded.
    yes
        Don't ask, as where there is no terminal.
    lock_timeout
        Seconds, 0.5 to 3, for which a step waits for a lock before it lets others go first.
    patience
        Seconds for which it tries again to get a lock, or to reach the database.
    json
        Write what was done as JSON.
    """
    return carry_out(
        Wanted(
            model=model,
            database=database,
            release="rollback",
            yes=yes,
            lock_timeout=lock_timeout,
            patience=patience,
            json=json,
        )
    )
