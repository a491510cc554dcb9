"""The results as Markdown. In: what `bench/run.py` measured, as its JSON. Out: tables for docs/benchmarks.md.

`python bench/report.py` prints the latest results again.
"""

from __future__ import annotations

import json
from pathlib import Path
from statistics import median
from typing import Any

from report_writes import OURS, writing
from tables import short, table

LOOPS = {"apsw": "bare loop on apsw", "asyncpg": "bare loop on asyncpg", "pgbench": "pgbench"}


def markdown(results: dict[str, Any]) -> str:
    """Everything, a section each."""
    sections = [about(results)]
    if results["loads"]:
        sections += [rates(results), ratios(results), latencies(results), resources(results), limits(results)]
    sections += [*writing(results), scale(results)]
    return "\n\n".join(section for section in sections if section) + "\n"


def about(results: dict[str, Any]) -> str:
    machine, settings = results["machine"], results["settings"]
    lines = [
        f"Measured on {machine['date']}: {machine['processor']}, {machine['cores']} cores, {machine['memory']}, "
        f"{machine['system']}, Python {machine['python']}. The load generator and the database ran on the same cores.",
        f"Medians of {settings['rounds']} rounds of {settings['seconds']} s each, after {settings['warm_up']} s of "
        "warm-up, 32 connections unless said otherwise, one worker each.",
    ]
    versions = [f"- {what}: {version}" for what, version in results["versions"].items()]
    scenarios = [f"- **{one['title']}**: {one['meaning']}" for one in results["scenarios"].values()]
    return "\n".join([*lines, "", *versions, "", *scenarios])


def middle(results: dict[str, Any], peer: str, scenario: str, measure: str) -> float:
    """The median over the rounds."""
    return median(run[measure] for run in results["loads"][peer][scenario])


def rates(results: dict[str, Any]) -> str:
    rows = [
        [title, *(f"{middle(results, peer, name, 'per_second'):,.0f}" for name in results["scenarios"])]
        for peer, title in results["peers"].items()
    ]
    failed = sum(run["errors"] for peer in results["loads"].values() for runs in peer.values() for run in runs)
    title = f"### Requests a second\n\nFailed requests: {failed}.\n\n"
    return title + table(["", *titles(results)], rows)


def ratios(results: dict[str, Any]) -> str:
    """How many times faster ours is than each of the others."""
    rows = [
        [
            f"{results['peers'][our]} ÷ {title}",
            *(
                f"{middle(results, our, name, 'per_second') / middle(results, peer, name, 'per_second'):.1f}×"
                for name in results["scenarios"]
            ),
        ]
        for our in OURS
        for peer, title in results["peers"].items()
        if our in results["peers"] and peer not in OURS
    ]
    return "### Times as fast\n\n" + table(["", *titles(results)], rows) if rows else ""


def latencies(results: dict[str, Any]) -> str:
    def cell(peer: str, scenario: str) -> str:
        return " / ".join(short(middle(results, peer, scenario, measure)) for measure in ("p50", "p90", "p99"))

    rows = [[title, *(cell(peer, name) for name in results["scenarios"])] for peer, title in results["peers"].items()]
    return "### Latency, ms: p50 / p90 / p99\n\n" + table(["", *titles(results)], rows)


def resources(results: dict[str, Any]) -> str:
    """Memory after the load of all scenarios, and the time to the first answer."""
    rows: list[list[str]] = []
    for peer, title in results["peers"].items():
        memory = results["memory"][peer]
        numbers = [median(run[name] for run in memory) for name in ("largest_rss", "rss", "pss", "processes")]
        first = median(results["starts"][peer]) * 1000
        rows.append([title, *(f"{number:,.0f}" for number in numbers), f"{first:,.0f}"])
    head = ["", "Worker RSS, MiB", "All RSS, MiB", "All PSS, MiB", "Processes", "First answer, ms"]
    note = "The server's own processes after the load, PostgreSQL's not counted.\n\n"
    return "### Memory and start\n\n" + note + table(head, rows)


def limits(results: dict[str, Any]) -> str:
    """What share of the database's own speed reaches the client."""
    rows: list[list[str]] = []
    for peer, scenarios in results.get("limits", {}).items():
        for loop in dict.fromkeys(loop for loops in scenarios.values() for loop in loops):
            cells: list[str] = []
            for name in results["scenarios"]:
                limit = scenarios.get(name, {}).get(loop)
                served = middle(results, peer, name, "per_second")
                cells.append("" if limit is None else f"{limit:,.0f}/s, {served / limit:.0%}")
            rows.append([f"{results['peers'][peer]}: {LOOPS[loop]}", *cells])
    if not rows:
        return ""
    note = "The same SQL without a server around it, and the served share of that.\n\n"
    return "### Share of the limit\n\n" + note + table(["", *titles(results)], rows)


def scale(results: dict[str, Any]) -> str:
    seen = results.get("scale")
    if seen is None:
        return ""
    rows = [
        ["load the file", f"{seen['load_seconds']:.2f} s"],
        ["compile", f"{seen['compile_seconds']:.2f} s"],
        ["memory of the compiled model, an entity", f"{seen['compile_kib_per_entity']:.0f} KiB"],
        ["memory of the served model, an entity", f"{seen['served_kib_per_entity']:.0f} KiB"],
        ["first answer when served", f"{seen['first_answer']:.2f} s"],
        ["first answer of a model of one entity", f"{seen['first_answer_of_one']:.2f} s"],
    ]
    return f"### A model of {seen['entities']} entities\n\n" + table(["", ""], rows)


def titles(results: dict[str, Any]) -> list[str]:
    return [scenario["title"] for scenario in results["scenarios"].values()]


if __name__ == "__main__":
    print(markdown(json.loads((Path(__file__).parent / "results" / "latest.json").read_text())))
