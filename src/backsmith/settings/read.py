"""Read the settings: defaults, then `[tool.backsmith]`, then the environment, then flags; the later wins.

In: the model's path, flags, the environment. Out: `Settings`, or one `UsageError` that holds every mistake of every
source, each with where it was written and what to write instead.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple, cast
from urllib.parse import quote, unquote

from backsmith.errors import UsageError
from backsmith.settings.checks import contradictions
from backsmith.settings.fields import ABOUT, FACTS, SECRET, Settings
from backsmith.settings.values import Misfit, from_text, from_value

ENVIRONMENT = "BACKSMITH_"
_OTHER_VARIABLES = frozenset({"model", "shared"})
"""Names after BACKSMITH_ that are not settings: the command hands the model to its workers by them."""
_PATHS = frozenset({"jwt_key_file", "jwks_file", "secret_file", "mail_templates", "page_templates", "front_end"})


class Written(NamedTuple):
    """A value as somebody wrote it."""

    name: str
    value: Any
    where: str
    """`pyproject.toml:12`, `BACKSMITH_PORT` or `--port`."""
    text: bool
    """Whether it is text that holds the value, as in the environment."""
    folder: Path | None = None
    """What relative paths in it are relative to."""


def read_settings(
    model: str | Path = "",
    *,
    flags: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """The settings that serve the model at that path: a file, a package's folder, a dotted name, or empty for none.

    `flags` are the settings given by the caller, None meaning not given. Raises UsageError with all mistakes at once.
    """
    folder = Path(model).parent if str(model) else Path()
    mistakes: list[str] = []
    values: dict[str, Any] = {}
    places: dict[str, str] = {}
    for written in (
        *_from_project(folder, mistakes),
        *_from_environment(os.environ if environment is None else environment),
        *_from_flags(flags or {}),
    ):
        about = ABOUT.get(written.name)
        if about is None:
            mistakes.append(_unknown(written))
            continue
        try:
            value = from_text(about, written.value) if written.text else from_value(about, written.value)
        except Misfit as misfit:
            mistakes.append(f"{_quoted(written)}\n  {written.name} is {misfit}")
            continue
        values[written.name] = _from_folder(written, value)
        places[written.name] = written.where
    # A mistake of one value must not hide that others contradict each other.
    values |= {"model": str(model), "folder": str(folder)}
    if not values.get("database"):
        values["database"] = _default_database(model, folder)
    if not values.get("files"):
        values["files"] = _default_files(values["database"], model, folder)
    settings = Settings(**values)
    mistakes += [
        f"{', '.join(dict.fromkeys(places.get(name, f'{name} (by default)') for name in names))}\n  {message}"
        for names, message in contradictions(settings, places)
    ]
    if mistakes:
        count = len(mistakes)
        head = f"{count} mistake{'s' if count > 1 else ''} in the settings."
        raise UsageError("\n\n".join((head, *mistakes)))
    return settings


def _default_files(database: str, model: str | Path, folder: Path) -> str:
    """Beside the database where that is a file, else beside the model."""
    if database.startswith("sqlite:///") and ":memory:" not in database:
        path = Path(unquote(database.removeprefix("sqlite:///").partition("?")[0]))
        return path.with_suffix(".files").as_posix()
    return (folder / f"{Path(model).stem or 'backsmith'}.files").as_posix()


def _default_database(model: str | Path, folder: Path) -> str:
    path = Path(model)
    name = path.stem if path.suffix == ".py" or path.is_dir() else str(model).rpartition(".")[2]
    return f"sqlite:///{quote((folder / (name or 'backsmith')).as_posix())}.db"


def _from_project(folder: Path, mistakes: list[str]) -> Iterator[Written]:
    """The table [tool.backsmith] of the nearest pyproject.toml, from the model's folder upwards."""
    for parent in (folder.resolve(), *folder.resolve().parents):
        file = parent / "pyproject.toml"
        if not file.is_file():
            continue
        source = file.read_text(encoding="utf-8")
        try:
            document = tomllib.loads(source)
        except tomllib.TOMLDecodeError as error:
            mistakes.append(f"{file.name}\n  This file is not TOML: {error}.")
            return
        table: Any = document.get("tool", {}).get("backsmith", {})
        if not isinstance(table, dict):
            mistakes.append(f"{file.name}\n  tool.backsmith is a table. Write [tool.backsmith] and a setting a line.")
            return
        for name, value in cast("dict[str, Any]", table).items():
            if name != "model":  # which model is meant is for the commands to read
                yield Written(name, value, f"{file.name}{_line(source, name)}", False, parent)
        return


def _line(source: str, name: str) -> str:
    """`:12` where line 12 is the one that sets the name below [tool.backsmith], as far as that can be seen."""
    inside = False
    for number, line in enumerate(source.splitlines(), 1):
        text = line.strip()
        if text.startswith("["):
            inside = text == "[tool.backsmith]"
            if text.startswith(f"[tool.backsmith.{name}"):
                return f":{number}"
        elif inside and text.partition("=")[0].partition(".")[0].strip().strip("\"'") == name:
            return f":{number}"
    return ""


def _from_environment(environment: Mapping[str, str]) -> Iterator[Written]:
    for variable, value in sorted(environment.items()):
        if not variable.startswith(ENVIRONMENT):
            continue
        name = variable.removeprefix(ENVIRONMENT).lower()
        # Others may have variables with this beginning (a cluster makes some of a service's name), so that only one
        # that looks like a misspelt setting is a mistake.
        if name in ABOUT or (name not in _OTHER_VARIABLES and get_close_matches(name, ABOUT, 1, 0.8)):
            yield Written(name, value, variable, True)


def _from_flags(flags: Mapping[str, Any]) -> Iterator[Written]:
    for name, value in flags.items():
        if value is not None:
            yield Written(name, value, _flag(name), isinstance(value, str))


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _unknown(written: Written) -> str:
    near = get_close_matches(written.name, ABOUT, 1)
    fact = " It is found from the model's path." if written.name in FACTS else ""
    hint = f" Did you mean {_spelt(written, near[0])}?" if near else fact or " `backsmith settings` lists them all."
    return f"{_quoted(written)}\n  There is no setting {written.name}.{hint}"


def _spelt(written: Written, name: str) -> str:
    """The name as it is spelt where the other one was written."""
    if written.where.startswith("--"):
        return _flag(name)
    return ENVIRONMENT + name.upper() if written.text else name


def _quoted(written: Written) -> str:
    secret = written.name in SECRET or "key" in written.name or "secret" in written.name
    if written.where.startswith("--"):
        return f"{written.where} {'…' if secret else written.value}"
    if written.text:
        return f"{written.where}={'…' if secret else written.value}"
    return f"{written.where}: {written.name} = {'…' if secret else _toml(written.value)}"


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def _from_folder(written: Written, value: Any) -> Any:
    """A path of a file is relative to the file it is written in."""
    if written.folder is None:
        return value
    if (written.name in _PATHS or (written.name in {"files", "mail"} and "://" not in value)) and value:
        return str(written.folder / value)
    if written.name == "database" and value.startswith("sqlite:///") and not value.startswith("sqlite:////"):
        path = value.removeprefix("sqlite:///")
        return f"sqlite:///{quote(written.folder.as_posix())}/{path}"
    return value
