"""Carrying a plan out: a plan goes in, and the database has the shape that it leads to, or says how to go on.

One applier works at once. What was done is recorded in the transaction that does it, so whatever ends the applier, the
next one goes on where it was: with the unfinished plan as it was made, since the database is between two shapes.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager, suppress
from typing import Literal

from backsmith.blueprint.blueprint import Blueprint
from backsmith.databases.database import Database
from backsmith.databases.own_tables import create_own_tables
from backsmith.databases.session import RefusedError, Session
from backsmith.errors import BacksmithError, DatabaseError, RequestError, UsageError
from backsmith.evolution.carrying import Carrier, Options, Patience, Progress, Report, StepError, StoppedError
from backsmith.evolution.history import Head, Run
from backsmith.evolution.plan import Plan
from backsmith.evolution.records import Records, read_head_there, read_unfinished
from backsmith.evolution.servers import StillRunningError, running_servers, wait_for_servers
from backsmith.evolution.stepping import carry_out

Outcome = Literal["applied", "nothing"]
"""The plan was carried out; or another applier had done it already."""


class NeedsApprovalError(BacksmithError):
    """Steps of the plan need approval, `names`; nothing was done."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(f"The plan needs approval: {', '.join(names)}. Nothing was done.")
        self.names = names


class UnfinishedError(BacksmithError):
    """Another plan, of `run`, is unfinished, and comes first."""

    def __init__(self, run: Run) -> None:
        super().__init__(unfinished(run))
        self.run = run


class ChangedMeanwhileError(BacksmithError):
    """The plan was made for a database that has been changed since; nothing was done, and it is to be planned again."""


def unfinished(run: Run) -> str:
    """What is to be said of a run that came to no end."""
    done = sum(step.done for step in run.steps)
    return f"An earlier plan is unfinished: {done} of its {len(run.plan.steps)} steps are done."


async def apply(
    database: Database,
    plan: Plan,
    blueprint: Blueprint,
    *,
    approvals: Collection[str] = (),
    options: Options | None = None,
    report: Report = lambda progress: None,
    stop: asyncio.Event | None = None,
    last_run: int | None = None,
) -> Outcome:
    """Carry the plan out, or an unfinished run of a plan to the same blueprint.

    Arguments:
        blueprint: The one whose shape the database has at the end.
        approvals: Names of what is approved, beside what the plan says is `given`.
        stop: Set to stop after the statement or batch at hand.
        last_run: What `records.read_last_run` said before the plan was made.

    Raises:
        NeedsApprovalError, ChangedMeanwhileError, UnfinishedError: Nothing was done.
        StillRunningError: Servers use what is to be contracted; nothing was done.
        StepError: A step can't be done; what was done before is kept.
        StoppedError: It was told to stop, or a lock or the database wasn't to be had in time.
        DatabaseError: The database can't be reached, or refuses what is done beside the steps.
    """
    needed = needed_approvals(plan, approvals)
    options, stop = options or Options(), stop or asyncio.Event()
    if not 0 < options.throttle <= 1:
        raise UsageError(f"A throttle is a share of the time, more than 0 and at most 1, not {options.throttle:g}.")
    connected, patience = False, Patience(options)

    def told(progress: Progress) -> None:
        nonlocal patience
        if progress.state in ("moved", "done"):
            patience = Patience(options)  # it gets on
        report(progress)

    while True:
        try:
            async with _alone(database, told, stop) as session:
                connected = True
                applier = _Applier(database, session, options, told, stop)
                outcome = await applier.apply(plan, blueprint, needed, last_run)
                break
        except RefusedError:
            raise
        except (DatabaseError, RequestError) as error:
            pause = patience.next_pause()
            if not connected:
                raise
            if pause is None:
                raise StoppedError(f"{error} It can't be reached again.", told=False) from error
            report(Progress(state="lost", text=str(error), pause=pause))
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)
            if stop.is_set():
                raise StoppedError("Stopped.", told=True) from error
    await create_own_tables(database, blueprint, await database.inspect())  # servers may not be allowed to
    return outcome


def needed_approvals(plan: Plan, approvals: Collection[str]) -> tuple[str, ...]:
    """The names that are still to be approved before the plan may be carried out."""
    asked = {approval.name: approval.given for approval in plan.approvals}
    if plan.mode == "direct":  # of others the plan itself says which need no asking
        asked = {step.approval: False for step in plan.steps if step.approval is not None} | asked
    return tuple(name for name, given in asked.items() if not given and name not in approvals)


async def abandon(database: Database, *, stop: asyncio.Event | None = None) -> Run | None:
    """Forget the unfinished run, so that what is there is planned anew; the run, or None where there is none.

    Raises UsageError where a step that needed approval was begun: what is there now isn't what any blueprint says, so
    a new plan would take what was renamed or converted for something else.
    """
    async with _alone(database, lambda progress: None, stop or asyncio.Event()) as session:
        run = await read_unfinished(database)
        if run is None:
            return None
        for record in run.steps:
            step = run.plan.steps[record.number - 1]
            if step.approval is not None:
                raise UsageError(
                    f"{unfinished(run)} It can't be abandoned, because {step.approval} was begun, and nothing leads"
                    " back from that. Finish it: apply the model that it was planned for."
                )
        await session.transact([Records(database.dialect).end(run, "abandoned")], lock_timeout=Options().lock_timeout)
        return run


@asynccontextmanager
async def _alone(database: Database, report: Report, stop: asyncio.Event) -> AsyncGenerator[Session]:
    """The session of the only applier."""
    async with database.session() as session:
        alone = session.alone(lambda other: report(Progress(state="waiting", text=other)))
        entering, stopping = asyncio.ensure_future(alone.__aenter__()), asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait((entering, stopping), return_when=asyncio.FIRST_COMPLETED)
            if not entering.done():
                raise StoppedError("Stopped while another one was applying.", told=True)
            entering.result()
        finally:
            stopping.cancel()
            if not entering.done():
                entering.cancel()
                await asyncio.wait((entering,))
        try:
            yield session
        finally:
            await alone.__aexit__(None, None, None)


class _Applier:
    """One try to carry a plan out on one session."""

    def __init__(
        self, database: Database, session: Session, options: Options, report: Report, stop: asyncio.Event
    ) -> None:
        self._database = database
        self._session = session
        self._options = options
        self._report = report
        self._stop = stop
        self._records = Records(database.dialect)

    async def apply(self, plan: Plan, blueprint: Blueprint, needed: tuple[str, ...], last_run: int | None) -> Outcome:
        run = await read_unfinished(self._database)
        if run is not None and (run.plan.to_hash, run.plan.mode) != (plan.to_hash, plan.mode):
            raise UnfinishedError(run)
        if run is not None:
            self._report(Progress(state="resumed", text=unfinished(run)))
        else:
            run = await self._begin(plan, blueprint, needed, last_run)
            if run is None:
                return "nothing"
        if plan.mode == "contract":
            await self._let_servers_follow()
        carrier = self._carrier(run)
        begun = {step.number: step for step in run.steps}
        for number, step in enumerate(run.plan.steps, 1):
            record = begun.get(number)
            if record is not None and record.done:
                continue
            carrier.go_on()
            carrier.report("begun", number, of=step.cost.rows, rows=0 if record is None else record.rows)
            try:
                await carry_out(carrier, number, step, again=record is not None)
            except RefusedError as error:
                raise StepError(
                    f"{carrier.where(number)} can't be done. The database said:\n  {error}\nto: {error.sql}"
                ) from error
            carrier.report("done", number)
        await carrier.transact(0, [self._records.head(_head_of(run)), self._records.end(run, "done")])
        return "applied"

    async def _begin(
        self, plan: Plan, blueprint: Blueprint, needed: tuple[str, ...], last_run: int | None
    ) -> Run | None:
        """Record that the plan is begun; None where another applier has carried it out."""
        if needed:
            raise NeedsApprovalError(needed)
        wanted = self._records.missing_tables(await self._database.inspect())
        nobody = self._carrier(Run(id=0, plan=plan, blueprint=blueprint))
        if wanted:
            await nobody.transact(0, wanted)
        head, last = await read_head_there(self._session), await self._records.read_last_run(self._session)
        there = None if head is None else head.hash
        if there == plan.to_hash != plan.from_hash:
            return None
        if there != plan.from_hash or last_run not in (None, last):
            raise ChangedMeanwhileError("The database was changed by another one since this was planned.")
        if plan.mode == "contract" and head is not None:
            old = [each.name for each in await running_servers(self._database) if each.fingerprint != head.target]
            if old:
                raise StillRunningError(f"Servers of the old version still run: {'; '.join(old)}.", old)
        run = Run(id=last + 1, plan=plan, blueprint=blueprint)
        contracting = [self._records.contracting()] if plan.mode == "contract" else []
        await nobody.transact(0, [self._records.begin(run), self._records.no_steps(run), *contracting])
        return run

    async def _let_servers_follow(self) -> None:
        """Wait until all servers use the new shape alone. Raises StoppedError for those that don't in time."""
        head = await read_head_there(self._session)
        assert head is not None  # nothing else is contracted
        try:
            await wait_for_servers(self._database, head, timeout=self._options.patience)
        except StillRunningError as error:
            raise StoppedError(f"{error} Nothing was taken away yet.", told=False) from error

    def _carrier(self, run: Run) -> Carrier:
        return Carrier(self._session, self._database.dialect, run, self._options, self._report, self._stop)


def _head_of(run: Run) -> Head:
    expansion = run.blueprint.expansion
    if expansion is None:
        return Head(hash=run.plan.to_hash, blueprint=run.blueprint, previous=run.plan.from_hash)
    return Head(
        hash=run.plan.to_hash,
        blueprint=run.blueprint,
        state="expanded",
        previous=expansion.previous,
        target=expansion.target,
    )
