"""`backsmith openapi`: the OpenAPI document of an application, for an audience."""

from __future__ import annotations

from difflib import unified_diff
from pathlib import Path

from backsmith.blueprint.source import shown
from backsmith.cli.contracts import contract_named
from backsmith.cli.exit_codes import MISTAKES
from backsmith.cli.loading import named_model
from backsmith.cli.talk import next_command, say
from backsmith.cli.talk import write as write_out
from backsmith.errors import UsageError

_LINES = 40
"""Lines of a difference that are shown, at most."""


def openapi(
    model: str | None = None,
    /,
    *,
    audience: str = "everybody",
    output: Path | None = None,
    check: Path | None = None,
) -> int:
    """Write the OpenAPI 3.1 document of an application: what is served, with shapes, rights and errors.

    The same model and settings give the same bytes, so that the file can be committed.

    Example: `backsmith openapi shop.py --output openapi.json`

    Parameters
    ----------
    model
        The model's file, package or dotted name.
    audience
        Whose document: everybody's, that of `anonymous`, `signed_in`, or of roles with commas between. What these may
        not reach isn't in it.
    output
        Write it to this file.
    check
        For CI: compare with this committed file, show the difference, and exit with 1 where there is any.
    """
    if check is not None and output is not None:
        raise UsageError("--check goes alone: it compares and writes nothing.")
    named = named_model(model)
    contract = contract_named(named, audience)
    from backsmith.contract.openapi import document_of, written  # noqa: PLC0415  needs what other commands don't

    text = written(document_of(contract))
    again = f"backsmith openapi {named}" + ("" if audience == "everybody" else f" --audience {audience}")
    if check is not None:
        return _check(text, check, again)
    if output is None:
        write_out(text)
        return 0
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{shown(str(output))} can't be written: {error.strerror}.") from error
    say(f"Wrote {shown(str(output))}.")
    next_command(f"{again} --check {output}")
    return 0


def _check(text: str, path: Path, again: str) -> int:
    try:
        committed = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{shown(str(path))} can't be read. Make it: {again} --output {path}") from error
    if committed == text:
        say(f"{shown(str(path))} is up to date.")
        return 0
    lines = list(unified_diff(committed.splitlines(), text.splitlines(), shown(str(path)), "now", lineterm=""))
    write_out("\n".join(lines[:_LINES]))
    if len(lines) > _LINES:
        say(f"… and {len(lines) - _LINES} lines more.")
    say(f"{shown(str(path))} is out of date. Read the difference; if it is meant, write the file anew and commit it.")
    next_command(f"{again} --output {path}")
    return MISTAKES
