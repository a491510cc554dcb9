"""Carrying a plan out from the command line: what is wanted comes in, an exit code goes out.

The plan is made, shown and asked about; whoever else applies one meanwhile has it made again. Signals end it after the
statement or batch at hand, a second one at once.
"""

from __future__ import annotations

import asyncio
import shlex
import signal
import sys
from contextlib import suppress
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from backsmith.blueprint.blueprint import Blueprint
from backsmith.blueprint.lock import Lock
from backsmith.blueprint.source import shown
from backsmith.cli.apply_progress import Talker
from backsmith.cli.asking import ask, can_ask
from backsmith.cli.exit_codes import DONE, INTERRUPTED, MISTAKES, UNAPPROVED
from backsmith.cli.loading import Compiled, compiled, named_model, opened, recompiled
from backsmith.cli.noting import note_rights
from backsmith.cli.plan_english import plan_in_english
from backsmith.cli.talk import next_command, say, write_json
from backsmith.databases.database import Database
from backsmith.databases.dialect import Dialect
from backsmith.engine.sealed.seals import unlock
from backsmith.errors import UsageError
from backsmith.evolution.applying import (
    ChangedMeanwhileError,
    UnfinishedError,
    abandon,
    apply,
    needed_approvals,
    unfinished,
)
from backsmith.evolution.carrying import Options, StepError, StoppedError
from backsmith.evolution.history import Run, fingerprint
from backsmith.evolution.matching import aligned
from backsmith.evolution.plan import Plan, verdict
from backsmith.evolution.records import read_head, read_last_run, read_unfinished
from backsmith.evolution.servers import StillRunningError
from backsmith.secrets import Secrets
from backsmith.settings import read_settings

SHORTEST, LONGEST = 0.5, 3.0
"""Seconds of a lock timeout: enough to get a lock between others, and too few for them to mind."""


class Wanted(Struct, frozen=True, kw_only=True):
    """What the command line asks for."""

    model: str | None
    database: str | None
    release: Literal["direct", "expand", "contract", "rollback"]
    approvals: tuple[str, ...] = ()
    yes: bool = False
    lock_timeout: float = 1.0
    patience: float = 300.0
    throttle: float = 0.5
    """A share."""
    abandon: bool = False
    json: bool = False


def carry_out(wanted: Wanted) -> int:
    """Carry it out and return the exit code. Raises UsageError for what can't be wanted."""
    if not SHORTEST <= wanted.lock_timeout <= LONGEST:
        raise UsageError(f"--lock-timeout is {SHORTEST:g} to {LONGEST:g} seconds, not {wanted.lock_timeout:g}.")
    if not 0 < wanted.throttle <= 1:
        raise UsageError(f"--throttle is 1 to 100 percent, not {wanted.throttle * 100:g}.")
    model = named_model(wanted.model)
    found = compiled(model)
    try:
        return asyncio.run(_Command(wanted, model, found).run())
    except asyncio.CancelledError:
        say(f"Interrupted. What was done is kept, and nothing is half done.\nNext: {_command(wanted, model)}")
        return INTERRUPTED


class _Command:
    """One run of the command."""

    def __init__(self, wanted: Wanted, model: str, found: Compiled) -> None:
        self._wanted = wanted
        self._model = model
        self._found = found
        self._stop = asyncio.Event()
        self._talker = Talker()
        self._settings = read_settings(model, flags={"database": wanted.database})

    async def run(self) -> int:
        self._listen()
        async with opened(self._settings) as database:
            if self._wanted.abandon:
                run = await abandon(database, stop=self._stop)
                say("There is no unfinished plan." if run is None else f"{unfinished(run)} It is forgotten.")
            while True:
                try:
                    code = await self._once(database)
                    if code is not None:
                        return code
                except ChangedMeanwhileError as error:
                    say(f"{error} Planning again.")

    async def _once(self, database: Database) -> int | None:
        """Plan and carry out; None where that led to a version on the way, and there is more to do."""
        from backsmith.cli.model_history import next_goal  # noqa: PLC0415  takes a while to import

        last_run = await read_last_run(database)
        run = await read_unfinished(database)
        goal = await next_goal(self._found, database, self._wanted.release)
        if run is not None:
            if not self._leads_here(run, goal.blueprint):
                return self._unfinished(run)
            plan, blueprint = run.plan, run.blueprint
        else:
            from backsmith.evolution.releases import plan_release  # noqa: PLC0415  takes a while to import

            planned = await plan_release(
                database, goal.blueprint, self._wanted.release, approvals=self._wanted.approvals
            )
            plan, blueprint = planned.plan, planned.blueprint
            if goal.stop is not None:
                say(f"On the way to the model: {goal.stop.file}, which has data migrations of its own.")
            elif plan.questions and await self._answered(database, plan):
                return await self._once(database)
            code = self._look_at(plan, database.dialect)
            if code is not None:
                return code
        head = await read_head(database)
        former = () if head is None else (head.blueprint,)
        await unlock(Secrets(self._settings), database, blueprint, *former)
        if not self._may_go_on(resuming=run is not None):
            say("Nothing was done.")
            return MISTAKES
        outcome = await self._apply(database, plan, blueprint, last_run)
        if isinstance(outcome, int):
            return outcome
        if outcome == "applied":
            await note_rights(self._settings, database, blueprint, plan)
        if goal.stop is not None:
            say(f"The database has {goal.stop.file} now.")
            return None
        self._ended(outcome, plan, database.dialect)
        return DONE

    def _leads_here(self, run: Run, own: Blueprint) -> bool:
        """Whether an unfinished run leads to the blueprint at hand, by whichever way."""
        if run.plan.mode == "rollback" or self._wanted.release == "rollback":
            return run.plan.mode == self._wanted.release
        expansion = run.blueprint.expansion
        if expansion is not None:
            return expansion.target == fingerprint(own)
        return run.plan.to_hash in (fingerprint(own), fingerprint(aligned(own, run.blueprint)))

    def _unfinished(self, run: Run) -> int:
        """Say that another plan comes first."""
        say(
            f"{unfinished(run)} It leads to another version of the model ({run.plan.to_hash}).\n"
            "Finish it: check that version out and run backsmith apply there. Or, if nothing of it needed approval,\n"
            f"forget it and plan anew from what is there: {_command(self._wanted, self._model)} --abandon"
        )
        return MISTAKES

    async def _answered(self, database: Database, plan: Plan) -> bool:
        """Ask what only a person knows; whether that makes another plan."""
        head = await read_head(database)
        if head is None or not can_ask():
            return False
        lock = msgspec.json.decode(self._found.lock, type=Lock)
        answered = ask(plan.questions, lock, head.blueprint, self._found.blueprint)
        if answered == lock:
            return False
        self._found = recompiled(self._found, answered)
        return True

    def _look_at(self, plan: Plan, dialect: Dialect) -> int | None:
        """Show the plan; an exit code where it isn't carried out."""
        outcome = verdict(plan)
        if outcome == "none":
            self._ended("nothing", plan, dialect)
            return DONE
        say(plan_in_english(plan))
        if outcome == "impossible":
            say("Nothing was done.")
            return MISTAKES
        missing = needed_approvals(plan, self._wanted.approvals)
        if not missing:
            return None
        say("Nothing was done.")
        slips = {finding.about for finding in plan.findings if finding.kind == "note"}
        kept = tuple(name for name in self._wanted.approvals if f"--approve {name}" not in slips)
        words = [word for name in missing for word in ("--approve", name)]
        next_command(f"{_command(replace(self._wanted, approvals=kept), self._model)} {shlex.join(words)}")
        return UNAPPROVED

    def _may_go_on(self, *, resuming: bool) -> bool:
        """What the person says. Raises UsageError where nobody is there who could say anything."""
        if self._wanted.yes:
            return True
        if not can_ask():
            raise UsageError("There is no terminal to ask at. Add --yes to apply the plan.")
        say("Go on with the unfinished plan? [y/N]" if resuming else "Apply this plan? [y/N]")
        return sys.stdin.readline().strip().lower() in {"y", "yes"}

    async def _apply(
        self, database: Database, plan: Plan, blueprint: Blueprint, last_run: int
    ) -> int | Literal["applied", "nothing"]:
        """How it ended, or the exit code where it didn't come to an end."""
        options = Options(
            lock_timeout=self._wanted.lock_timeout, patience=self._wanted.patience, throttle=self._wanted.throttle
        )
        try:
            outcome = await apply(
                database,
                plan,
                blueprint,
                approvals=self._wanted.approvals,
                options=options,
                report=self._talker,
                stop=self._stop,
                last_run=last_run,
            )
        except UnfinishedError as error:
            return self._unfinished(error.run)
        except StoppedError as error:
            self._talker.end()
            say(f"{error} What was done is kept, and nothing is half done.")
            next_command(_command(self._wanted, self._model))
            return INTERRUPTED if error.told else MISTAKES
        except (StepError, StillRunningError) as error:
            self._talker.end()
            say(str(error))
            if isinstance(error, StepError):
                say("What was done before is kept. Put right what is the matter, and apply again to go on.")
            next_command(_command(self._wanted, self._model))
            return MISTAKES
        return outcome

    def _ended(self, outcome: Literal["applied", "nothing"], plan: Plan, dialect: Dialect) -> None:
        say("Done." if outcome == "applied" else "Nothing to do: the database has the shape of the model.")
        if self._found.lock_changed and plan.mode != "rollback":
            self._found.lock_file.write_text(self._found.lock, encoding="utf-8")
            say(f"Wrote {shown(str(self._found.lock_file))}; commit it.")
        if outcome == "applied" and plan.mode != "rollback" and self._settings.development:
            from backsmith.cli.model_history import write_applied  # noqa: PLC0415  takes a while to import

            write_applied(self._found, dialect, {each.name for each in plan.approvals})
        if self._wanted.json:
            write_json({"outcome": outcome, "mode": plan.mode, "hash": plan.to_hash, "steps": len(plan.steps)})
        database = ["--database", self._wanted.database] if self._wanted.database else []
        words = ["backsmith", "serve", self._model, *database]
        if plan.mode == "expand":
            words = ["backsmith", "plan", self._model, "--contract", *database]
        next_command(shlex.join(words))

    def _listen(self) -> None:
        """A first signal stops it at a good moment, a second one at once."""
        task = asyncio.current_task()

        def stop() -> None:
            self._talker.end()
            if self._stop.is_set() and task is not None:
                task.cancel()
                return
            say("Stopping after the statement or batch at hand; once more to stop at once.")
            self._stop.set()

        for number in (signal.SIGINT, signal.SIGTERM):
            with suppress(NotImplementedError, ValueError):  # not on Windows, nor beside the main thread
                asyncio.get_running_loop().add_signal_handler(number, stop)


def _command(wanted: Wanted, model: str) -> str:
    """The command to be given again."""
    words = ["backsmith", "rollback" if wanted.release == "rollback" else "apply", model]
    words += ["--database", wanted.database] if wanted.database else []
    words += [f"--{wanted.release}"] if wanted.release in ("expand", "contract") else []
    words += [word for name in wanted.approvals for word in ("--approve", name)]
    return shlex.join([*words, *(["--yes"] if wanted.yes else [])])
