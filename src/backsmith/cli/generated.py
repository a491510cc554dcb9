"""What commands that generate a folder of files end with: writing or checking it, and saying so."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from backsmith.blueprint.source import shown
from backsmith.cli.exit_codes import DONE, MISTAKES
from backsmith.cli.talk import counted, next_command, say
from backsmith.cli.talk import write as write_out
from backsmith.errors import UsageError

if TYPE_CHECKING:
    from backsmith.contract.files import Files

# Imported where it is used: the command line itself starts without the engine.


def write_or_check(files: Files, out: Path, *, check: bool, command: str) -> int:
    """Write the files into a folder or, to `check`, name those that are out of date there. Gives the exit code.

    Arguments:
        command: What writes them, to be repeated.

    Raises:
        UsageError: The folder is none, can't be written, or has something of that name that wasn't generated.
    """
    from backsmith.contract.files import outdated, write  # noqa: PLC0415  see above

    place = shown(str(out))
    if out.exists() and not out.is_dir():
        raise UsageError(f"{place} is a file. Name a folder, which is made if it isn't there.")
    if check:
        stale = outdated(files, out)
        if not stale:
            say(f"{place} is up to date.")
            return DONE
        write_out("\n".join(stale))
        if out.exists():
            say(f"{counted(len(stale), 'file', 'files')} in {place} {'is' if len(stale) == 1 else 'are'} out of date.")
        else:
            say(f"There is no folder {place}, seen from {shown(str(Path.cwd()))}.")
        next_command(command)
        return MISTAKES
    _spare(files, out)
    try:
        written, removed = write(files, out)
    except OSError as error:
        raise UsageError(f"{place} can't be written: {error.strerror}.") from error
    if written or removed:
        gone = f", and removed {len(removed)} that {'is' if len(removed) == 1 else 'are'} generated no more"
        say(f"Wrote {counted(len(written), 'file', 'files')} in {place}{gone if removed else ''}.")
    else:
        say(f"{place} is up to date.")
    next_command(f"{command} --check, in CI")
    return DONE


def _spare(files: Files, out: Path) -> None:
    """Refuse to write over what wasn't generated. Raises UsageError."""
    from backsmith.contract.files import mark_of  # noqa: PLC0415  see above

    for path in files:
        place = out / path
        if place.is_file() and mark_of(place) is None:
            raise UsageError(f"{shown(str(place))} wasn't made by Backsmith. Move it, or choose another folder.")
