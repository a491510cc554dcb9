"""`backsmith adopt`: write a model from an existing database."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import unquote, urlsplit

from cyclopts import Parameter

from backsmith.adoption import write_model
from backsmith.cli.talk import next_command, say
from backsmith.databases import open_database
from backsmith.errors import UsageError


def adopt(
    url: str,
    /,
    *,
    output: Annotated[Path | None, Parameter(alias="-o")] = None,
    open: Literal["read"] | None = None,
    force: bool = False,
) -> None:
    """Write a model from an existing database. Nothing in the database is changed.

    Example: `backsmith adopt sqlite:///chinook.sqlite -o music.py --open read`

    Parameters
    ----------
    url
        The database: sqlite:///file.db or postgresql://user@host/name.
    output
        The file to write; without it, one named after the database.
    open
        Add a rule to each entity that lets everyone read it; without it nothing is open to anyone.
    force
        Overwrite a file that is there.
    """
    file = output or Path(f"{_module_name(url)}.py")
    if file.suffix != ".py" or not file.stem.isidentifier():
        raise UsageError(f"{file} can't be a Python module. Write a name such as shop.py.")
    files = asyncio.run(_files(url, file.stem, open))
    targets = {file.parent / path: text for path, text in files.items()}
    there = [str(target) for target in targets if target.exists()]
    if there and not force:
        raise UsageError(f"{', '.join(there)} is there already. Name another file with -o, or add --force.")
    for target, text in targets.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        say(f"Wrote {target}.")
    if open is None:
        say("No entity is open to anyone yet: add rules, or adopt again with --open read.")
    next_command(f"backsmith serve {file} --database {url}")


async def _files(url: str, name: str, open: Literal["read"] | None) -> dict[str, str]:
    database = open_database(url, read_only=True)
    await database.open()
    try:
        return write_model(await database.inspect(), database.dialect, open=open, name=name)
    finally:
        await database.close()


def _module_name(url: str) -> str:
    """A name for the model: the database's, as Python spells names."""
    path = unquote(urlsplit(url).path).rstrip("/")
    name = re.sub(r"\W+", "_", Path(path).stem.lower(), flags=re.ASCII).strip("_")
    return f"model_{name}" if name[:1].isdecimal() else name or "model"
