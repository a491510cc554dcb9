"""`backsmith check`: find every mistake of a model."""

from __future__ import annotations

from backsmith.blueprint.source import shown
from backsmith.cli.loading import compiled, named_model
from backsmith.cli.talk import counted, next_command, say


def check(model: str | None = None, /, *, locked: bool = False) -> int:
    """Find every mistake of a model, and keep its lock file.

    Each mistake is shown with its place and what to write instead; with any, the exit code is 1. The lock file holds
    the ids that make a rename a rename; commit it.

    Example: `backsmith check shop.py --locked`

    Parameters
    ----------
    model
        The model's file, package or dotted name.
    locked
        For CI: change nothing, and exit with 1 where the lock file would have to change.
    """
    model = named_model(model)
    found = compiled(model)
    made = found.blueprint
    parts = [counted(len(made.entities), "entity", "entities"), counted(len(made.queries), "query", "queries")]
    parts += [counted(len(made.actions), "action", "actions")] if made.actions else []
    parts += [counted(len(made.hooks), "hook", "hooks")] if made.hooks else []
    parts += [counted(len(made.routes), "route", "routes")] if made.routes else []
    say(f"No mistakes: {', '.join(parts)}.")
    if found.lock_changed:
        if locked:
            say(f"{shown(str(found.lock_file))} is not up to date. Run backsmith check {model} and commit it.")
            return 1
        found.lock_file.write_text(found.lock, encoding="utf-8")
        say(f"Wrote {shown(str(found.lock_file))}; commit it.")
    next_command(f"backsmith serve {model}")
    return 0
