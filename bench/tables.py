"""Numbers and tables as Markdown has them."""

from __future__ import annotations


def short(milliseconds: float) -> str:
    """Two meaningful digits, no more."""
    return (
        f"{milliseconds:.2f}"
        if milliseconds < 1
        else f"{milliseconds:.1f}"
        if milliseconds < 10
        else f"{milliseconds:.0f}"
    )


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
