"""A report as a page for people: one file without anything from elsewhere. In: a `Report`. Out: HTML."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from backsmith.checks.testing.results import PARTS, Part, Report, Result

_STYLE = """
:root { color-scheme: light dark; --line: color-mix(in srgb, currentcolor 20%, transparent); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
td:nth-child(n + 2), th:nth-child(n + 2) { text-align: right; white-space: nowrap; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: .75rem; border: 1px solid var(--line); }
.bad { color: light-dark(#a40000, #ff8a8a); font-weight: 600; }
.good { color: light-dark(#1a6b2f, #7fd896); }
"""
_TITLES: dict[Part, str] = {
    "scenarios": "Scenarios",
    "round-trips": "Round trips",
    "examples": "Examples of the documentation",
    "matrix": "Access matrix",
    "contract": "Contract",
}


def as_page(report: Report) -> str:
    """The report."""
    title = escape(f"Tests of {report.application}")
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n<h1>{title}</h1>\n"
        f"<p>{_verdict(report)} On {escape(report.database)}, seed {report.seed}.</p>\n"
        + "".join(_part(part, report) for part in PARTS)
        + "</html>\n"
    )


def _verdict(report: Report) -> str:
    if report.findings:
        return f'<span class="bad">{report.findings} findings</span> in {report.tried:,} requests.'
    return f'<span class="good">Nothing found</span> in {report.tried:,} requests.'


def _part(part: Part, report: Report) -> str:
    results = [result for result in report.results if result.part == part]
    if not results:
        return ""
    rows = "".join(map(_row, results))
    found = "".join(_findings(results))
    head = "<tr><th>Test<th>Requests<th>Seconds<th>Outcome"
    return f"<h2>{_TITLES[part]}</h2>\n<table>\n{head}\n{rows}</table>\n{found}"


def _row(result: Result) -> str:
    outcome = '<span class="good">as it should be</span>'
    if result.skipped:
        outcome = escape(result.skipped)
    elif result.findings:
        outcome = f'<span class="bad">{len(result.findings)} found</span>'
    return f"<tr><td>{escape(result.name)}<td>{result.tried:,}<td>{result.seconds:.1f}<td>{outcome}\n"


def _findings(results: list[Result]) -> Iterator[str]:
    for result in results:
        for finding in result.findings:
            text = f"{finding.what}\n{finding.reproduce}".rstrip()
            yield f"<h3>{escape(finding.where)}</h3>\n<pre>{escape(text)}</pre>\n"
