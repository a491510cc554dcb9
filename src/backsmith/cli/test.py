"""`backsmith test`: try an application out by what its own contract says."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from backsmith.blueprint.source import shown
from backsmith.cli.exit_codes import MISTAKES
from backsmith.cli.loading import compiled, named_model
from backsmith.cli.talk import counted, say, write
from backsmith.errors import UsageError

PartName = Literal["scenarios", "round-trips", "examples", "matrix", "contract"]


def test(
    model: str | None = None,
    /,
    *,
    only: Annotated[tuple[PartName, ...], Parameter(show_default=False)] = (),
    scenarios: Annotated[tuple[Path, ...], Parameter(show_default=False)] = (),
    database: str | None = None,
    requests: int = 20,
    thorough: bool = False,
    seed: int = 1,
    junit: Path | None = None,
    html: Path | None = None,
) -> int:
    """Try an application out by what its own contract says; nothing has to be written for it.

    Its scenarios are played, every field is written and read again at the edges of its type, every example of its
    documentation is sent, every rule is asked by everybody, and made-up requests are sent to every operation of its
    document, as each audience. All of it happens on databases that are thrown away. Exits with 1 where something isn't
    as it should be.

    Example: `backsmith test shop.py --junit results.xml`

    Parameters
    ----------
    model
        The model's file, package or dotted name.
    only
        Only this part; give it again for several.
    scenarios
        Files or folders of scenarios [default: the folder scenarios beside the model].
    database
        A PostgreSQL server on which databases may be made, or postgresql:embedded [default: SQLite].
    requests
        Made-up requests for each operation and audience.
    thorough
        Every edge of every value too: about a thousand requests for each operation.
    seed
        Other made-up rows and requests.
    junit
        Write the results to this file as JUnit XML.
    html
        Write the results to this file as a page.
    """
    logging.basicConfig(level=logging.ERROR)
    named = named_model(model)
    found = compiled(named)
    from backsmith.checks.testing.as_junit import as_junit  # noqa: PLC0415  needs the engine, as all below
    from backsmith.checks.testing.as_page import as_page  # noqa: PLC0415
    from backsmith.checks.testing.conformance import INSTALL, has_schemathesis  # noqa: PLC0415
    from backsmith.checks.testing.databases import databases  # noqa: PLC0415
    from backsmith.checks.testing.results import PARTS, Part, Report, Result  # noqa: PLC0415
    from backsmith.checks.testing.testing import Asked, files_of_scenarios, results_of  # noqa: PLC0415

    parts: tuple[Part, ...] = tuple(part for part in PARTS if not only or part in only)
    if "contract" in parts and not has_schemathesis():
        if only:
            raise UsageError(INSTALL)
        say(INSTALL)
        parts = tuple(part for part in parts if part != "contract")
    asked = Asked(
        application=found.application,
        blueprint=found.blueprint,
        scenarios=files_of_scenarios(_places(scenarios, found.lock_file.parent)),
        parts=parts,
        requests=requests,
        thorough=thorough,
        seed=seed,
    )
    if "scenarios" in only and not asked.scenarios:
        place = shown(str(found.lock_file.parent / "scenarios"))
        raise UsageError(f"There are no scenarios in {place}, and none are named by --scenarios.")
    results: list[Result] = []
    with databases(database) as scratch:
        say(f"Trying {named} on {scratch.name} …")
        for result in results_of(asked, scratch):
            results.append(result)
            _tell(result)
        report = Report(found.blueprint.name, scratch.name, seed, tuple(results))
    for path, text in ((junit, as_junit), (html, as_page)):
        if path is not None:
            _write(path, text(report))
    tried = counted(report.tried, "request", "requests")
    say(f"{counted(len(results), 'test', 'tests')}, {tried}, {counted(report.findings, 'finding', 'findings')}.")
    return MISTAKES if report.findings else 0


def _places(given: tuple[Path, ...], beside: Path) -> tuple[Path, ...]:
    for place in given:
        if not place.exists():
            raise UsageError(f"There are no scenarios at {shown(str(place))}.")
    folder = beside / "scenarios"
    return given or ((folder,) if folder.is_dir() else ())


def _tell(result: object) -> None:
    from backsmith.checks.testing.results import Result  # noqa: PLC0415  as above

    assert isinstance(result, Result)
    if result.skipped:
        say(f"  -  {result.part}: {result.name}: {result.skipped}")
    elif not result.findings:
        say(f"  ok {result.part}: {result.name} ({counted(result.tried, 'request', 'requests')})")
    for finding in result.findings:
        write(f"NOT AS IT SHOULD BE {finding.where}")
        for line in (*finding.what.splitlines(), *finding.reproduce.splitlines()):
            write(f"  {line}")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{shown(str(path))} can't be written: {error.strerror}.") from error
    say(f"Wrote {shown(str(path))}.")
