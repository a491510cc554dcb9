"""What most commands begin with: from the model's path to its blueprint and lock, or to its open database."""

from __future__ import annotations

import os
import tomllib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from backsmith.errors import UsageError

if TYPE_CHECKING:
    from backsmith.blueprint.blueprint import Blueprint
    from backsmith.blueprint.load import Application
    from backsmith.blueprint.lock import Lock
    from backsmith.databases import Database
    from backsmith.settings import Settings

# Backsmith's own modules are imported where they are used: a command that needs the name of the model only, such as
# `backsmith token`, starts in half the time.

_LOCK_ENDING = ".lock.json"


def named_model(given: str | None, *, option: str = "") -> str:
    """The model that a command is about: the one given, or else BACKSMITH_MODEL, `model` under [tool.backsmith] in this
    folder's pyproject.toml, or the only model here that has a lock file. `option` is what a command names it by.
    """
    if given or os.environ.get("BACKSMITH_MODEL"):
        return given or os.environ["BACKSMITH_MODEL"]
    project = Path("pyproject.toml")
    if project.is_file():
        try:
            named = tomllib.loads(project.read_text(encoding="utf-8")).get("tool", {}).get("backsmith", {}).get("model")
        except (tomllib.TOMLDecodeError, AttributeError):
            named = None  # what is wrong with the file is said when the settings are read
        if isinstance(named, str):
            return named
    locked = [path.name.removesuffix(_LOCK_ENDING) for path in Path().glob(f"*{_LOCK_ENDING}")]
    found = [name if Path(name).is_dir() else f"{name}.py" for name in locked]
    if len(found) == 1:
        return found[0]
    raise UsageError(f"Which model? Name its file, such as {option}shop.py, or set model under [tool.backsmith].")


class Compiled(NamedTuple):
    """A model that has no mistakes."""

    application: Application
    blueprint: Blueprint
    lock_file: Path
    lock: str
    """The text that the lock file should have."""

    @property
    def lock_changed(self) -> bool:
        """Whether the lock file is not as it should be."""
        return not self.lock_file.exists() or self.lock_file.read_text(encoding="utf-8") != self.lock


def compiled(model: str) -> Compiled:
    """Load and compile a model: a file, a package's folder or a dotted name. Raises ModelError, UsageError."""
    from backsmith.blueprint import compile as compile_model  # noqa: PLC0415  see above
    from backsmith.blueprint import load, lock_text, read_lock  # noqa: PLC0415  see above

    application = load(model)
    blueprint, lock = compile_model(application, read_lock(application.lock_path), prefix=_prefix(application))
    return Compiled(application, blueprint, application.lock_path, lock_text(lock))


def recompiled(found: Compiled, lock: Lock) -> Compiled:
    """The same model by other ids, as an answer about a rename gives them. Raises ModelError."""
    from backsmith.blueprint import compile as compile_model  # noqa: PLC0415  see above
    from backsmith.blueprint import lock_text  # noqa: PLC0415  see above

    blueprint, lock = compile_model(found.application, lock, prefix=_prefix(found.application))
    return found._replace(blueprint=blueprint, lock=lock_text(lock))


def _prefix(application: Application) -> str:
    """Where its API will be served. What is wrong with the settings is said by the commands that use them."""
    from backsmith.settings import read_settings  # noqa: PLC0415  see above

    try:
        return read_settings(application.path, flags={}).prefix
    except UsageError:
        return "/api"


@asynccontextmanager
async def opened(settings: Settings, *, read_only: bool = False) -> AsyncGenerator[Database]:
    """The database of the settings, open until the block ends. Raises DatabaseError."""
    from backsmith.app import database_of  # noqa: PLC0415  see above

    database = database_of(settings, read_only=read_only)
    await database.open()
    try:
        yield database
    finally:
        await database.close()
