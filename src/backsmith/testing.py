"""Tests of an application with pytest: a plugin, for `addopts = "-p backsmith.testing"`.

It isn't an entry point, since pytest would rewrite the assertions of all of Backsmith in every project that has it.

- `backsmith` is a fixture: the application, served on a database of its own that is thrown away after the test, as a
  `Server` with clients who act as anyone.
- The scenarios of an application (files that end in .yaml in the folder `scenarios` beside its model) are tests too.

Which application is said by `backsmith_model` under `[tool.pytest.ini_options]`, by `model` under `[tool.backsmith]`,
or by a fixture of one's own named `backsmith_model`. `--backsmith-database` names another database than SQLite.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import chdir
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from backsmith.errors import BacksmithError

if TYPE_CHECKING:
    from backsmith.checks.testing.databases import Databases
    from backsmith.checks.testing.scenarios.nouns import Scenario
    from backsmith.checks.testing.server import Server
    from backsmith.cli.loading import Compiled

__all__ = ["Server"]

# Backsmith's own modules are imported where they are used: pytest loads this file in every project.

MODEL, DATABASE = "backsmith_model", "backsmith_database"
_COMPILED = pytest.StashKey[dict[str, "Compiled"]]()
_SCRATCH = pytest.StashKey[tuple[Any, "Databases"]]()


def __getattr__(name: str) -> Any:
    if name == "Server":
        from backsmith.checks.testing.server import Server  # noqa: PLC0415  see above

        return Server
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def pytest_addoption(parser: pytest.Parser) -> None:
    """As pytest says."""
    parser.addini(MODEL, "The model's file, package or dotted name; a line each of several.", "linelist")
    parser.addini(DATABASE, "Where tests run: postgresql:embedded, or a server [default: SQLite].", default="")
    parser.getgroup("backsmith").addoption(
        "--backsmith-database",
        help="Where tests run: sqlite:, postgresql:embedded, or a PostgreSQL server on which databases may be made.",
    )


def pytest_unconfigure(config: pytest.Config) -> None:
    """As pytest says."""
    begun = config.stash.get(_SCRATCH, None)
    if begun is not None:
        begun[0].__exit__(None, None, None)


@pytest.fixture(scope="session")
def backsmith_model(request: pytest.FixtureRequest) -> str:
    """The model of the application. Write a fixture of that name to name another one."""
    return _models(request.config)[0]


@pytest.fixture
def backsmith(request: pytest.FixtureRequest, backsmith_model: str) -> Iterator[Server]:
    """The application, served on a database of its own."""
    from backsmith.checks.testing.server import served  # noqa: PLC0415  see above

    found = _compiled(request.config, backsmith_model)
    with served(found.application, found.blueprint, _done(_scratch(request.config).empty())) as server:
        yield server


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """As pytest says: the files of scenarios."""
    if file_path.suffix != ".yaml" or "scenarios" not in file_path.parts:
        return None
    for model in _models(parent.config, needed=False):
        if (_folder(parent.config, model) / "scenarios") in file_path.parents:
            return _File.of(parent, file_path, model)
    return None


class _File(pytest.File):
    """A file of scenarios."""

    model: str

    @classmethod
    def of(cls, parent: pytest.Collector, path: Path, model: str) -> _File:
        file: _File = cls.from_parent(parent, path=path)  # pyright: ignore[reportUnknownMemberType]
        file.model = model
        return file

    def collect(self) -> Generator[pytest.Item]:
        """Its scenarios."""
        from backsmith.checks.testing.scenarios.nouns import ScenarioError  # noqa: PLC0415  see above
        from backsmith.checks.testing.scenarios.reading import scenarios_of  # noqa: PLC0415  see above

        try:
            scenarios = scenarios_of(self.path)
        except ScenarioError as error:
            raise self.CollectError(str(error)) from error
        for scenario in scenarios:
            yield _Scenario.of(self, scenario)


class _Scenario(pytest.Item):
    """A scenario."""

    scenario: Scenario

    @classmethod
    def of(cls, parent: _File, scenario: Scenario) -> _Scenario:
        item: _Scenario = cls.from_parent(parent, name=scenario.name)  # pyright: ignore[reportUnknownMemberType]
        item.scenario = scenario
        return item

    def runtest(self) -> None:
        """Play it."""
        from backsmith.checks.testing.scenarios.playing import play  # noqa: PLC0415  see above

        assert isinstance(self.parent, _File)
        found = _compiled(self.config, self.parent.model)
        url = _done(_scratch(self.config).empty())
        findings = _done(play(self.scenario, found.application, found.blueprint, url))
        if findings:
            raise _NotAsItSaysError("\n".join(f"{each.where}: {each.what}\n{each.reproduce}" for each in findings))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What isn't as it says, without Backsmith's own lines of code."""
        if isinstance(excinfo.value, BacksmithError | _NotAsItSaysError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where it stands."""
        return self.path, self.scenario.line - 1, self.name


class _NotAsItSaysError(Exception):
    """An application doesn't do what a scenario says."""


def _models(config: pytest.Config, *, needed: bool = True) -> list[str]:
    """The models of the project, from its root folder. Raises pytest.UsageError where one is needed and none named."""
    from backsmith.cli.loading import named_model  # noqa: PLC0415  see above

    given: list[str] = config.getini(MODEL)
    if given:
        return given
    try:
        with chdir(config.rootpath):
            return [named_model(None)]
    except BacksmithError as error:
        if not needed:
            return []
        message = f'Which model? Write {MODEL} = ["shop.py"] under [tool.pytest.ini_options].'
        raise pytest.UsageError(message) from error


def _folder(config: pytest.Config, model: str) -> Path:
    """The folder that a model is in."""
    path = config.rootpath / model
    return path.parent if path.exists() else _compiled(config, model).lock_file.parent.absolute()


def _compiled(config: pytest.Config, model: str) -> Compiled:
    """A model, loaded once. Raises pytest.UsageError for one that has mistakes."""
    from backsmith.cli.loading import compiled  # noqa: PLC0415  see above

    known = config.stash.setdefault(_COMPILED, {})
    if model not in known:
        try:
            with chdir(config.rootpath):
                known[model] = compiled(model)
        except BacksmithError as error:
            raise pytest.UsageError(str(error)) from error
    return known[model]


def _scratch(config: pytest.Config) -> Databases:
    """Where empty databases come from, for the whole run."""
    if _SCRATCH not in config.stash:
        from backsmith.checks.testing.databases import databases  # noqa: PLC0415  see above

        given = config.getoption("--backsmith-database") or config.getini(DATABASE)
        begun = databases(given or None)
        try:
            config.stash[_SCRATCH] = begun, begun.__enter__()
        except BacksmithError as error:
            raise pytest.UsageError(str(error)) from error
    return config.stash[_SCRATCH][1]


def _done(coroutine: Any) -> Any:
    """The result of a coroutine, on a loop of its own: the test may have one that runs."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()
