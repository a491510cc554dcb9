"""What went wrong while a model was imported: an exception -> a mistake at its place in the user's own code."""

from __future__ import annotations

import ast
import inspect
import re
import sysconfig
import traceback
from pathlib import Path
from types import TracebackType

from backsmith.blueprint.naming import did_you_mean, listed
from backsmith.blueprint.source import Source, SourceMissing, Span, shown, source_of
from backsmith.errors import Problem
from backsmith.model import Entity

UNKNOWN_KEYWORD = re.compile(r"Entity\.__init_subclass__\(\) got an unexpected keyword argument '(\w+)'")
"""What Python says of `class Order(Entity, tabel="orders")`."""


def import_problem(error: Exception) -> Problem:
    """The mistake that stopped an import, at the last place of the user's code that it went through."""
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        return _syntax_problem(error, error.filename, error.lineno)
    code, message, hint = "import-failed", f"{type(error).__name__}: {error}", None
    if isinstance(error, NameError) and error.name:
        guess = did_you_mean(error.name, _names(error))
        code, message = "unknown-name", f"'{error.name}' isn't known here.{guess}"
        hint = None if guess else f'What is defined further down stands in quotes: "{error.name}".'
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_users(frame.filename)]
    if not frames:
        return Problem(code, message, hint, "", 1, 1, 2, "")
    frame, line = frames[-1], frames[-1].lineno or 1
    try:
        source = source_of(frame.filename)
    except (SourceMissing, SyntaxError):
        return Problem(code, message, hint, shown(frame.filename), line, 1, 2, frame.line or "")
    if isinstance(error, TypeError) and (problem := _keyword_problem(error, source, line)) is not None:
        return problem
    if frame.colno is None:
        return source.problem_at(line, code, message, hint)
    return source.problem(Span(line, frame.colno, frame.end_lineno, frame.end_colno), code, message, hint)


def _keyword_problem(error: TypeError, source: Source, line: int) -> Problem | None:
    """The mistake of a class statement with a keyword that entities don't have."""
    unknown = UNKNOWN_KEYWORD.match(str(error))
    if unknown is None:
        return None
    name = unknown[1]
    found = (
        keyword
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ClassDef) and node.lineno <= line <= (node.end_lineno or line)
        for keyword in node.keywords
        if keyword.arg == name
    )
    place = next(found, None)
    if place is None:
        return None
    parameters = inspect.signature(Entity.__init_subclass__).parameters
    guess = did_you_mean(name, parameters)
    hint = None if guess else f"The keywords of an entity are {listed(parameters, 'and')}."
    at = Span(place.lineno, place.col_offset, place.lineno, place.col_offset + len(name.encode()))
    return source.problem(at, "unknown-keyword", f"'{name}' is no class keyword of an entity.{guess}", hint)


def _syntax_problem(error: SyntaxError, file: str, line: int) -> Problem:
    column, end = error.offset or 1, 0
    if error.end_lineno == line and error.end_offset:
        end = error.end_offset
    text = (error.text or "").rstrip("\n")
    return Problem(
        "syntax", f"This isn't Python: {error.msg}.", None, shown(file), line, column, max(end, column + 1), text
    )


def _names(error: NameError) -> list[str]:
    """The names that could be used where the error came up."""
    trace: TracebackType | None = error.__traceback__
    names: list[str] = []
    while trace is not None:
        names = [name for name in trace.tb_frame.f_globals if not name.startswith("_")]
        trace = trace.tb_next
    return names


def _is_users(file: str) -> bool:
    paths = sysconfig.get_paths()
    others = (str(Path(__file__).parents[1]), paths["stdlib"], paths["purelib"], paths["platlib"], "<")
    return not file.startswith(others)
