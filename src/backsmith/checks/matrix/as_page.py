"""The matrix as one HTML page that needs nothing else: no script, no font, no style from elsewhere.

Answers are told by word and sign, not by colour alone; tables have captions and scoped heads; it follows the reader's
choice of light or dark.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from backsmith.checks.matrix.as_table import columns_of
from backsmith.checks.matrix.as_text import EXPLAINED
from backsmith.checks.matrix.matrix import Cell, Matrix, Part

STYLE = """
:root { color-scheme: light dark; --text: #1b1f24; --page: #fff; --line: #c9d1d9; --head: #f3f5f7;
  --yes: #0a5c2b; --some: #7a4a00; --no: #59636e; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --page: #0d1117; --line: #3d444d; --head: #161b22;
  --yes: #6fdd8b; --some: #e3b341; --no: #9198a1; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--text); background: var(--page); margin: 0 auto;
  max-width: 90rem; padding: 1rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; list-style: none; padding: 0; }
a { color: inherit; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin: .5rem 0 1rem; }
caption { text-align: left; padding: .25rem 0; }
th, td { border: 1px solid var(--line); padding: .35rem .6rem; text-align: left; vertical-align: top; }
thead th { background: var(--head); }
tbody th { font-weight: 600; }
.yes { color: var(--yes); font-weight: 600; } .some { color: var(--some); } .no { color: var(--no); }
""".strip()
SIGNS = {"always": ("yes", "✓"), "never": ("no", "–")}


def as_page(matrix: Matrix) -> str:
    """The whole page."""
    title = f"Who may do what in {matrix.name}"
    links = "".join(f'<li><a href="#{escape(part.name)}">{escape(part.name)}</a></li>' for part in matrix.parts)
    calls = ""
    if matrix.calls:
        links += '<li><a href="#functions">Functions</a></li>'
        rows = [((call.about,), call.cells) for call in matrix.calls]
        calls = _section("functions", "Functions", _table("Who may call them", ("function",), rows), "")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{STYLE}\n</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{escape(title)}</h1>\n<p>{escape(EXPLAINED)}</p>\n"
        f'<nav aria-label="Entities"><ul>{links}</ul></nav>\n'
        f"{''.join(map(_part, matrix.parts))}{calls}</main>\n</body>\n</html>\n"
    )


def _part(part: Part) -> str:
    about = f"By {', '.join(part.channels)}." if part.channels else "Private: no channel leads to it."
    if part.hidden:
        about += f" Never shown: {', '.join(part.hidden)}."
    told = "".join(
        f"<li>{escape(', '.join(each.fields))} is unique: that a value is taken, also by a row that they may not read,"
        f" is told to {escape('; '.join(each.who))}.</li>"
        for each in part.tells
    )
    rows = [((right.verb, right.about), right.cells) for right in part.rights]
    table = _table(f"Rights on {part.collection}", ("verb", "fields"), rows) if rows else ""
    return _section(part.name, part.name, f"<p>{escape(about)}</p>\n{table}", f"<ul>{told}</ul>\n" if told else "")


def _section(id: str, title: str, first: str, last: str) -> str:
    return f'<section id="{escape(id)}">\n<h2>{escape(title)}</h2>\n{first}{last}</section>\n'


def _table(caption: str, heads: Sequence[str], rows: Sequence[tuple[tuple[str, ...], Sequence[Cell]]]) -> str:
    columns = columns_of([cells for _, cells in rows])
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in (*heads, *columns))
    body = ""
    for first, cells in rows:
        answers = {cell.standing.name: cell.answer for cell in cells}
        start = "".join(f'<th scope="row">{escape(text)}</th>' for text in first)
        body += f"<tr>{start}{''.join(_cell(answers.get(name)) for name in columns)}</tr>\n"
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}"><table>\n'
        f"<caption>{escape(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table></div>\n"
    )


def _cell(answer: str | None) -> str:
    if answer is None:
        return '<td class="no">as each of these</td>'
    kind, sign = SIGNS.get(answer, ("some", "◐"))
    return f'<td class="{kind}"><span aria-hidden="true">{sign} </span>{escape(answer)}</td>'
