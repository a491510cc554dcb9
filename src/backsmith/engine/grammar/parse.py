"""A shape read in full: shape in, Query out. Done once a shape; see `grammar.shape` for what a shape is.

Parameters are read as PostgREST reads them. Of several `select`, `columns`, `on_conflict` or `order` of one path the
first counts, of several `limit` or `offset` the last; all filters count.
"""

from __future__ import annotations

from typing import Literal

from msgspec.structs import replace

from backsmith.engine.grammar.limits import LIMITS, Limits, too_complex
from backsmith.engine.grammar.logic import read_logic
from backsmith.engine.grammar.names import MARK, Reader
from backsmith.engine.grammar.operators import OPERATOR_EXPECTED, take_operation, take_truth
from backsmith.engine.grammar.order import read_order
from backsmith.engine.grammar.percent import decoded
from backsmith.engine.grammar.query import (
    Argument,
    Condition,
    EmbedPath,
    FieldRef,
    Filter,
    Is,
    Logic,
    Order,
    Query,
    SelectAll,
    SelectItem,
    Where,
    Window,
)
from backsmith.engine.grammar.select import read_select


def parse(shape: str, values: tuple[str, ...] = (), limits: Limits = LIMITS, *, arguments: bool = False) -> Query:
    """The query that a shape stands for. `values` only serve messages about what isn't a filter.

    `arguments`: parameters without an operator are a function's arguments; otherwise they are refused.
    Raises RequestError BAD_QUERY, BAD_VALUE or TOO_COMPLEX.
    """
    return _Parser(values, limits, arguments=arguments).query(shape)


class _Parser:
    def __init__(self, values: tuple[str, ...], limits: Limits, *, arguments: bool) -> None:
        self.values = values
        self.limits = limits
        self.as_arguments = arguments
        self.index = 0
        self.select: tuple[SelectItem, ...] | None = None
        self.columns: tuple[str, ...] | None = None
        self.on_conflict: tuple[str, ...] | None = None
        self.after: int | None = None
        self.where: list[Where] = []
        self.orders: dict[EmbedPath, Order] = {}
        self.windows: dict[EmbedPath, Window] = {}
        self.arguments: list[Argument] = []

    def query(self, shape: str) -> Query:
        for part in shape.split("&"):
            key, equals, text = part.partition("=")
            if equals:
                self.parameter(decoded(key), text if text == MARK else _decoded_around_marks(text))
        if sum(_leaves(where.condition) for where in self.where) > self.limits.filters:
            too_complex("There are too many filters", "filters", self.limits.filters)
        if sum(len(order.terms) for order in self.orders.values()) > self.limits.order_terms:
            too_complex("There are too many terms of order", "order_terms", self.limits.order_terms)
        return Query(
            select=(SelectAll(),) if self.select is None else self.select,
            where=tuple(self.where),
            order=tuple(self.orders.values()),
            windows=tuple(self.windows.values()),
            after=self.after,
            columns=self.columns,
            on_conflict=self.on_conflict,
            arguments=tuple(self.arguments),
        )

    def parameter(self, key: str, text: str) -> None:
        match key.rpartition(".")[2]:
            case "select" if key == "select":
                if self.select is None:
                    self.select = read_select(text, self.limits)
            case "columns" if key == "columns":
                if self.columns is None:
                    self.columns = self.names(text, "columns parameter")
            case "on_conflict" if key == "on_conflict":
                if self.on_conflict is None:
                    self.on_conflict = self.names(text, "on_conflict parameter")
            case "order":
                path = self.path(key.removesuffix("order"))
                if path not in self.orders:
                    self.orders[path] = Order(path, read_order(text, self.limits))
            case "limit":
                path = self.path(key.removesuffix("limit"))
                self.windows[path] = replace(self.windows.get(path, Window(path)), limit=self.next_value())
            case "offset":
                path = self.path(key.removesuffix("offset"))
                self.windows[path] = replace(self.windows.get(path, Window(path)), offset=self.next_value())
            case "and" | "or" as operator:
                self.logic(operator, key.removesuffix(operator), text)
            case _:
                self.filter(key, text)

    def next_value(self) -> int:
        self.index += 1
        return self.index - 1

    def path(self, text: str) -> EmbedPath:
        """The names of `author.books.`, a dot after each; none of an empty text."""
        return self.path_and_not(text, negatable=False)[0]

    def path_and_not(self, text: str, *, negatable: bool = True) -> tuple[EmbedPath, bool]:
        """The same before `and` or `or`, where PostgREST takes a `not` at any place: `not.lines.or`, `lines.not.or`."""
        reader = Reader(text, "tree path", self.limits)
        names: list[str] = []
        negated = False
        while not reader.ended:
            if negatable and reader.take_text("not."):
                negated = True
                continue
            names.append(reader.name())
            if not reader.take_text("."):
                reader.fail("delimiter (.)")
        if len(names) > self.limits.embed_depth:
            too_complex("A path has too many steps", "embed_depth", self.limits.embed_depth)
        return tuple(names), negated

    def names(self, text: str, subject: str) -> tuple[str, ...]:
        reader = Reader(text, subject, self.limits)
        names: list[str] = []
        while True:
            reader.blank()
            names.append(reader.name())
            reader.blank()
            if len(names) > self.limits.select_items:
                too_complex("Too many columns are named", "select_items", self.limits.select_items)
            if not reader.take_text(","):
                break
        if not reader.ended:
            reader.fail('"," or end of input')
        return tuple(names)

    def logic(self, operator: Literal["and", "or"], prefix: str, text: str) -> None:
        path, negated = self.path_and_not(prefix)
        tree, self.index = read_logic(operator, text, self.limits, self.index, negated=negated)
        self.where.append(Where(path, tree))

    def filter(self, key: str, text: str) -> None:
        if text == MARK:
            self.without_operator(key)
            return
        path, field = self.field(key)
        reader = Reader(text, "filter", self.limits)
        operation = take_operation(reader)
        if operation is None:
            reader.fail(OPERATOR_EXPECTED)
        condition: Condition
        if operation.name == "is":
            condition = Is(field=field, truth=take_truth(reader), negated=operation.negated)
        else:
            condition = Filter(
                field=field,
                operator=operation.operator,
                value=self.next_value(),
                negated=operation.negated,
                quantifier=operation.quantifier,
                language=operation.language,
            )
        self.where.append(Where(path, condition))

    def field(self, key: str) -> tuple[EmbedPath, FieldRef]:
        """Embeds and field of a filter's key: `author.books.title`, `data->a`."""
        reader = Reader(key, "tree path", self.limits)
        path: list[str] = []
        while True:
            field = reader.field()
            if reader.ended:
                break
            if field.path or not reader.take_text("."):
                reader.fail('letter, digit, "-", "->>", "->", delimiter (.) or end of input')
            path.append(field.name)
        if len(path) > self.limits.embed_depth:
            too_complex("A path has too many steps", "embed_depth", self.limits.embed_depth)
        return tuple(path), field

    def without_operator(self, key: str) -> None:
        index = self.next_value()
        if self.as_arguments:
            self.arguments.append(Argument(key, index))
        elif key == "after":
            self.after = index
        else:
            self.field(key)
            text = self.values[index] if index < len(self.values) else ""
            reader = Reader(text, "filter", self.limits)
            operation = take_operation(reader)
            if operation is not None:  # only `is` before something that is no truth
                take_truth(reader)
                reader.fail("end of input")
            reader.fail(OPERATOR_EXPECTED, hint="Write an operator before the value, such as eq.5 or is.null.")


def _decoded_around_marks(text: str) -> str:
    return MARK.join(decoded(piece) for piece in text.split(MARK))


def _leaves(condition: Condition) -> int:
    if isinstance(condition, Logic):
        return sum(map(_leaves, condition.items))
    return 1
