"""`backsmith client`: a typed client of an application, in another language."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from backsmith.blueprint.source import shown
from backsmith.cli.contracts import contract_named
from backsmith.cli.generated import write_or_check
from backsmith.cli.loading import named_model
from backsmith.cli.talk import say
from backsmith.errors import UsageError

if TYPE_CHECKING:
    from backsmith.contract import Contract
    from backsmith.contract.files import Files

Language = Literal["typescript", "python"]


def client(
    language: Language,
    model: str | None = None,
    out: Path = Path("client"),
    /,
    *,
    audience: str = "everybody",
    tanstack: bool = False,
    zod: bool = False,
    check: bool = False,
) -> int:
    """Write a typed client of an application, to be committed with the program that uses it.

    The same model gives the same bytes. What was generated before and isn't any more is removed; files of yours in the
    folder stay.

    Example: `backsmith client typescript shop.py web/src/api --tanstack --zod`

    Parameters
    ----------
    language
        `typescript`: types, a client on `fetch`, and the type `Database` of @supabase/postgrest-js. `python`: a package
        with types and clients on httpx, one of them for `await`.
    model
        The model's file, package or dotted name.
    out
        The folder that it is written to.
    audience
        Whose client: everybody's, that of `anonymous`, `signed_in`, or of roles with commas between. What these may not
        reach isn't in it.
    tanstack
        Of TypeScript: with options for TanStack Query (v5).
    zod
        Of TypeScript: with Zod's schemas (v4) of the bodies that make and change rows.
    check
        For CI: write nothing, name the files that are out of date, and exit with 1 where there are any.
    """
    named = named_model(model)
    files = _files(language, contract_named(named, audience), tanstack=tanstack, zod=zod)
    if language == "python" and not out.resolve().name.isidentifier():
        raise UsageError(f"{shown(str(out))} is to be a package, and can't be imported by its name. Use letters and _.")
    words = [language, named, str(out)]
    words += ["--audience", audience] if audience != "everybody" else []
    words += [option for option, chosen in (("--tanstack", tanstack), ("--zod", zod)) if chosen]
    if check:
        _tell_of_options(out, {"query.ts": ("--tanstack", tanstack), "schemas.ts": ("--zod", zod)})
    again = f"backsmith client {' '.join(words)}"
    return write_or_check(files, out, check=check, command=again)


def _tell_of_options(out: Path, made_by: Mapping[str, tuple[str, bool]]) -> None:
    """Say what was written with options that aren't given now: it counts as out of date."""
    from backsmith.contract.files import mark_of  # noqa: PLC0415  needs what other commands don't

    for name, (option, chosen) in made_by.items():
        if not chosen and (out / name).is_file() and mark_of(out / name) is not None:
            say(f"Note: {shown(str(out / name))} was written with {option}, which isn't given now.")


def _files(language: Language, contract: Contract, *, tanstack: bool, zod: bool) -> Files:
    match language:
        case "typescript":
            from backsmith.clients.typescript import typescript_files  # noqa: PLC0415  see above

            return typescript_files(contract, tanstack=tanstack, zod=zod)
        case "python":
            from backsmith.clients.python import python_files  # noqa: PLC0415  see above

            if tanstack or zod:
                raise UsageError("--tanstack and --zod are of TypeScript. Leave them out.")
            return python_files(contract)
