"""The exit codes of the command line, the same in every command."""

from __future__ import annotations

from backsmith.errors import BacksmithError, DatabaseError, ModelError

DONE = 0
MISTAKES = 1
"""The model has mistakes, or what was checked doesn't hold."""
USAGE = 2
"""A mistake in the command or a setting."""
DATABASE = 3
"""The database can't be used."""
UNAPPROVED = 4
"""A plan isn't carried out, because something in it needs approval."""
NO_CHANGE, SAFE, NEEDS_APPROVAL, IMPOSSIBLE = 0, 10, 11, 12
"""What `backsmith plan` says of a change of the model."""
INTERRUPTED = 130
"""Ctrl-C, as shells have it."""


def exit_code(error: BacksmithError) -> int:
    """The code with which an error ends a command."""
    if isinstance(error, ModelError):
        return MISTAKES
    return DATABASE if isinstance(error, DatabaseError) else USAGE
