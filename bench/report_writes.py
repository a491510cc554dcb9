"""What was measured of writing, as Markdown. In: the results, as `report` has them. Out: tables."""

from __future__ import annotations

from statistics import median
from typing import Any

from tables import short, table

TARGETS = (("backsmith-sqlite", "pocketbase", 3.0), ("backsmith-postgres", "fastapi", 8.0))
"""Ours, whom it is measured against, and how many times as many creates at 32 connections it is to do."""
OURS = ("backsmith-sqlite", "backsmith-postgres")


def writing(results: dict[str, Any]) -> list[str]:
    """A section for each table; none where nothing was written."""
    if not results.get("writes"):
        return []
    return [about(results), rates(results), ratios(results), latencies(results), memory(results)]


def about(results: dict[str, Any]) -> str:
    runs = [run for loads in results["writes"].values() for each in loads.values() for run in each]
    acknowledged, lost, surplus = (sum(run[name] for run in runs) for name in ("acknowledged", "lost", "surplus"))
    lines = [f"- **{one['title']}**: {one['meaning']}" for one in results["writings"].values()]
    said = (
        f"An fsync of 4 kB took {results['machine']['sync']} (median of 200). Every commit is on the disk before it is "
        "answered. After each load the database was compared with what had been acknowledged: in all "
        f"{acknowledged:,} rows and changes, {lost:,} of them missing, {surplus:,} there beside."
    )
    return "## Writing\n\n" + "\n".join([said, "", *lines])


def middle(results: dict[str, Any], peer: str, name: str, measure: str) -> float | None:
    """The median over the rounds; None of a load that the peer hasn't."""
    runs = results["writes"][peer].get(name)
    return median(run[measure] for run in runs) if runs else None


def cells(results: dict[str, Any], peer: str, measure: str) -> list[float | None]:
    return [middle(results, peer, name, measure) for name in results["writings"]]


def rates(results: dict[str, Any]) -> str:
    def shown(rate: float | None) -> str:
        return "" if rate is None else f"{rate:,.0f}" if rate >= 100 else f"{rate:.1f}"

    rows = [[title(results, peer), *map(shown, cells(results, peer, "per_second"))] for peer in results["writes"]]
    failed = sum(run["errors"] for loads in results["writes"].values() for each in loads.values() for run in each)
    return f"### Written: requests a second\n\nFailed requests: {failed}.\n\n" + table(["", *titles(results)], rows)


def ratios(results: dict[str, Any]) -> str:
    """How many times as fast ours is as each of the others; what was aimed at; what the hook costs."""
    measured = results["writes"]
    rows = [
        [
            f"{title(results, our)} ÷ {title(results, peer)}",
            *(
                times(mine, its)
                for mine, its in zip(cells(results, our, "per_second"), cells(results, peer, "per_second"), strict=True)
            ),
        ]
        for our in OURS
        for peer in measured
        if our in measured and peer not in OURS
    ]
    lines: list[str] = []
    for our, peer, target in TARGETS:
        if our in measured and peer in measured and "create32" in results["writings"]:
            ratio = times(*(middle(results, one, "create32", "per_second") for one in (our, peer)))
            lines.append(f"- {title(results, our)}: creates at 32 connections at least {target:.0f} times "
                         f"{title(results, peer)}: {ratio}")  # fmt: skip
    for peer in measured:
        plain, hooked = (middle(results, peer, name, "per_second") for name in ("create32", "hook"))
        if plain and hooked:
            lines.append(f"- {title(results, peer)}: with a hook {hooked / plain:.0%} of the creates without")
    compared = table(["", *titles(results)], rows) + "\n\n" if rows else ""
    return "### Written: times as fast\n\n" + compared + "\n".join(lines)


def times(mine: float | None, its: float | None) -> str:
    return f"{mine / its:.1f}×" if mine is not None and its else ""


def latencies(results: dict[str, Any]) -> str:
    def cell(peer: str, name: str) -> str:
        seen = [middle(results, peer, name, measure) for measure in ("p50", "p90", "p99")]
        return " / ".join(short(one) for one in seen if one is not None)

    rows = [[title(results, peer), *(cell(peer, name) for name in results["writings"])] for peer in results["writes"]]
    return "### Written: latency, ms: p50 / p90 / p99\n\n" + table(["", *titles(results)], rows)


def memory(results: dict[str, Any]) -> str:
    def cell(peer: str, name: str) -> str:
        runs = results["writes"][peer].get(name, [])
        return f"{median(run['memory']['largest_rss'] for run in runs):,.0f}" if runs else ""

    rows = [[title(results, peer), *(cell(peer, name) for name in results["writings"])] for peer in results["writes"]]
    return "### Written: worker RSS after each load, MiB\n\n" + table(["", *titles(results)], rows)


def title(results: dict[str, Any], peer: str) -> str:
    return results["peers"][peer]


def titles(results: dict[str, Any]) -> list[str]:
    return [one["title"] for one in results["writings"].values()]
