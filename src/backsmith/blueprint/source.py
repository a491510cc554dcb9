"""Where the parts of a model stand in their files, so that a mistake is shown at its place.

In: a function, a class, or a file name. Out: the parsed file (`Source`), the syntax node of the function or class, and
`Problem`s with line, column and caret. A file is read and parsed once, whatever it holds; `forget_sources` lets go
of the trees when the compiler is done with them.
"""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import Protocol, cast

from backsmith.blueprint.blueprint import Location
from backsmith.errors import Problem

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class Positioned(Protocol):
    """Any syntax node with a place: expressions, statements, arguments, keywords, aliases."""

    lineno: int
    col_offset: int
    end_lineno: int | None
    end_col_offset: int | None


@dataclass(slots=True)
class Span:
    """A stretch of one line, where no node has just that place."""

    lineno: int
    col_offset: int
    end_lineno: int | None
    end_col_offset: int | None


class SourceMissing(Exception):  # noqa: N818 - it is a finding that the compiler turns into a Problem
    """There is no source text to read: the code was typed in a shell or made by `exec`."""

    def __init__(self, file: str, line: int, what: str) -> None:
        super().__init__(f"The source of {what} can't be read.")
        self.problem = Problem(
            code="no-source",
            message=f"The source of {what} can't be read.",
            hint="Keep the model in a file: rules, checks and computed fields are compiled from their source.",
            file=shown(file),
            line=line,
            column=1,
            end_column=2,
            source="",
        )


class Source:
    """A file of a model, parsed."""

    def __init__(self, path: str, lines: list[str]) -> None:
        self.path = path
        self.file = shown(path)
        """The name to show: relative to the current directory where it is below it."""
        self.lines = lines
        self.tree = ast.parse("".join(lines), path)
        self._classes: dict[str, list[ast.ClassDef]] = {}
        self._functions: dict[tuple[str, int], FunctionNode] = {}
        for node in _definitions(self.tree.body):
            if isinstance(node, ast.ClassDef):
                self._classes.setdefault(node.name, []).append(node)
            else:
                self._functions[node.name, _first_line(node)] = node

    def problem(self, node: Positioned, code: str, message: str, hint: str | None = None) -> Problem:
        """The mistake `message` at `node`; a node of several lines is underlined on its first."""
        line = node.lineno
        text = self.line(line)
        column = self._column(line, node.col_offset)
        if node.end_lineno == line and node.end_col_offset is not None:
            end = self._column(line, node.end_col_offset)
        else:
            end = len(text.split("#")[0].rstrip()) + 1
        return Problem(code, message, hint, self.file, line, column, max(end, column + 1), text)

    def problem_at(self, line: int, code: str, message: str, hint: str | None = None) -> Problem:
        """The mistake `message` on a line as a whole."""
        text = self.line(line)
        column = len(text) - len(text.lstrip()) + 1
        return Problem(code, message, hint, self.file, line, column, max(len(text.rstrip()) + 1, column + 1), text)

    def location(self, node: Positioned) -> Location:
        """The place of `node`."""
        return Location(self.file, node.lineno, self._column(node.lineno, node.col_offset))

    def line(self, number: int) -> str:
        """Line `number` (from 1) without its newline."""
        return self.lines[number - 1].rstrip("\r\n") if 0 < number <= len(self.lines) else ""

    def text(self, node: ast.AST) -> str:
        """The source text of `node`."""
        place = cast("Positioned", node)  # ast.AST in general has no place; those with a text have one
        first, last = place.lineno, place.end_lineno
        if last is None or place.end_col_offset is None:
            return ast.unparse(node)
        lines = [line.encode() for line in self.lines[first - 1 : last]]  # `ast` counts bytes
        lines[-1] = lines[-1][: place.end_col_offset]
        lines[0] = lines[0][place.col_offset :]
        return b"".join(lines).decode()

    def class_node(self, name: str, line: int) -> ast.ClassDef | None:
        """The class statement `name` that spans `line`, or else the last one of that name."""
        found = self._classes.get(name, [])
        for node in reversed(found):
            if _first_line(node) <= line <= (node.end_lineno or node.lineno):
                return node
        return found[-1] if found else None

    def function_node(self, name: str, first_line: int) -> FunctionNode | None:
        """The function `name` whose first line, decorators included, is `first_line`."""
        if name == "<lambda>":
            found = [n for n in ast.walk(self.tree) if isinstance(n, ast.Lambda) and n.lineno == first_line]
            return found[0] if len(found) == 1 else None
        return self._functions.get((name, first_line))

    def _column(self, line: int, offset: int) -> int:
        """The column from 1 in code points of a byte `offset` in the line, which is how `ast` counts."""
        text = self.line(line)
        return (offset if text.isascii() else len(text.encode()[:offset].decode(errors="ignore"))) + 1


def source_of(path: str) -> Source:
    """The parsed file; raises `SourceMissing` when it has no text, SyntaxError when it isn't Python (any more)."""
    linecache.checkcache(path)
    lines = linecache.getlines(path)
    if not lines:
        raise SourceMissing(path, 1, path)
    known = _sources.get(path)
    if known is None or known.lines is not lines:
        known = _sources[path] = Source(path, lines)
    return known


def source_of_function(function: FunctionType) -> tuple[Source, FunctionNode]:
    """The file and the syntax node of `function`; raises `SourceMissing`."""
    code = function.__code__
    try:
        source = source_of(code.co_filename)
        node = source.function_node(code.co_name, code.co_firstlineno)
    except (SourceMissing, SyntaxError):
        node = source = None
    if node is None or source is None:
        raise SourceMissing(code.co_filename, code.co_firstlineno, f"'{function.__qualname__}'")
    return source, node


def source_of_class(path: str, name: str, line: int) -> tuple[Source, ast.ClassDef]:
    """The file and the syntax node of the class `name` made on `line`; raises `SourceMissing`."""
    try:
        source = source_of(path)
        node = source.class_node(name, line)
    except (SourceMissing, SyntaxError):
        node = source = None
    if node is None or source is None:
        raise SourceMissing(path, line, f"'{name}'")
    return source, node


def forget_sources() -> None:
    """Let go of all parsed files: their trees are larger than all that is made of them."""
    _sources.clear()


def shown(path: str) -> str:
    """A file name as people see it: relative to the current directory where it is below it."""
    try:
        return Path(path).relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path


_sources: dict[str, Source] = {}


def _first_line(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return node.decorator_list[0].lineno if node.decorator_list else node.lineno


def _definitions(body: Iterable[ast.stmt]) -> Iterator[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    """All classes and functions below, by statements alone: expressions hold none but lambdas."""
    for statement in body:
        if isinstance(statement, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield statement
        for part in ("body", "orelse", "finalbody", "handlers", "cases"):
            yield from _definitions(getattr(statement, part, ()))
