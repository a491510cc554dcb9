"""Advice in English: a line each for a plan, and in full."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backsmith.evolution.advice.advice import Advice, Comparison

UNITS = ("bytes", "kB", "MB", "GB", "TB")


def plan_lines(advice: Sequence[Advice]) -> tuple[str, ...]:
    """A line for each, for `Plan.advice`."""
    return tuple(map(_line, advice))


def _line(advice: Advice) -> str:
    if advice.kind != "missing":
        return f"{_head(advice)} {advice.reason} {advice.line}"
    best = advice.comparisons[0]
    return f"{_head(advice)} {best.request}: {_times(best)}. Write {advice.line}"


def _head(advice: Advice) -> str:
    listed = ", ".join(advice.fields)
    match advice.kind:
        case "missing":
            return f"{advice.entity} lacks an index on {listed}."
        case "unused":
            return f"{advice.entity}: the index {advice.index} on {listed} is unused."
        case "duplicate":
            return f"{advice.entity}: the index {advice.index} on {listed} is superfluous."


def advice_in_english(advice: Sequence[Advice]) -> str:
    """All that is known of each."""
    return "\n\n".join("\n".join(_full(each)) for each in advice)


def _full(advice: Advice) -> Iterator[str]:
    yield _head(advice)
    yield f"  {advice.line}"
    yield f"  {advice.reason}"
    for request in advice.requests:
        yield f"    {request}"
    if advice.measured:
        yield f"  {advice.measured}"
    seen: set[str] = set()
    for each in advice.comparisons:
        yield f"    {each.request}, {each.value} value: {_times(each)}"
        if each.request not in seen:
            seen.add(each.request)
            for word, figures in (("without", each.before), ("with", each.after)):
                yield f"      {word}:"
                yield from (f"        {line}" for line in figures.plan.splitlines())
    if advice.cost:
        yield f"  {advice.cost}"


def _times(comparison: Comparison) -> str:
    return f"{milliseconds(comparison.before.milliseconds)} -> {milliseconds(comparison.after.milliseconds)}"


def milliseconds(value: float) -> str:
    """`0.12 ms`, `3.4 ms`, `120 ms`."""
    return f"{value:.2f} ms" if value < 1 else f"{value:.1f} ms" if value < 10 else f"{value:,.0f} ms"


def size_of(bytes: int) -> str:
    """`12 MB`."""
    size, unit = float(bytes), 0
    while size >= 1000 and unit < len(UNITS) - 1:
        size, unit = size / 1000, unit + 1
    return f"{size:.0f} {UNITS[unit]}"
