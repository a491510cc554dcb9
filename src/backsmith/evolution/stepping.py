"""One step of a plan, carried out and recorded: in the transaction that does it, or before and after it where it can't
be in one.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import assert_never

from backsmith.databases.session import LockedError, RefusedError
from backsmith.databases.steps import Alone, Batches, Statements, Step, TransformRows
from backsmith.evolution.batches import carry_out_batches
from backsmith.evolution.carrying import Carrier, Options
from backsmith.evolution.transforming import carry_out_transform


async def carry_out(carrier: Carrier, number: int, step: Step, *, again: bool) -> None:
    """Do the step of that number; `again`: the rest of it, for it was begun before.

    Raises RefusedError, StepError, StoppedError, or DatabaseError where the connection is lost.
    """
    records, run = carrier.records, carrier.run
    match step:
        case Statements():
            recorded = [records.step_begun(run, number), records.step_done(run, number)]
            await carrier.transact(
                number,
                [*((sql, ()) for sql in step.statements), *recorded],
                lock_timeout=_lock_timeout(step, carrier.options),
                foreign_keys=step.foreign_keys,
            )
        case Alone():
            if not again:
                await carrier.transact(number, [records.step_begun(run, number)])
            await _run_alone(carrier, number, step, again=again)
            await carrier.transact(number, [records.step_done(run, number)])
        case Batches():
            await carry_out_batches(carrier, number, step)
        case TransformRows():
            await carry_out_transform(carrier, number, step)
        case _:
            assert_never(step)


async def _run_alone(carrier: Carrier, number: int, step: Alone, *, again: bool) -> None:
    """Run the statement; before each further try, what leaves nothing of the one before."""
    run = partial(carrier.session.run_alone, lock_timeout=_lock_timeout(step, carrier.options))
    tried = again

    async def once() -> None:
        nonlocal tried
        if tried and step.undo is not None:
            await run(step.undo)
        tried = True
        await run(step.statement)

    try:
        await carrier.patiently(number, once)
    except RefusedError:
        if step.undo is not None:
            with suppress(RefusedError, LockedError):  # an index that isn't valid would slow down whoever writes
                await run(step.undo)
        raise


def _lock_timeout(step: Statements | Alone, options: Options) -> float:
    """For how long the step waits for its locks: as long as it likes where nobody has to wait behind it."""
    patient = step.locks and all(lock.blocks in ("nothing", "schema changes") for lock in step.locks)
    return max(options.patience, options.lock_timeout) if patient else options.lock_timeout
