"""Rules, checks and computed fields: from the source of a Python function to one expression tree.

In: the function, the entity that its first parameter is a row of, the blueprint's entities. Out: the tree and whether
it needs a user. All mistakes of the function come together, as `ExpressionErrors`. `subset` reads the expressions.
"""

from __future__ import annotations

import ast
import types

from backsmith.blueprint.expressions import AFTER, CurrentUser, Node, This, Variable
from backsmith.blueprint.source import FunctionNode, SourceMissing, source_of_function
from backsmith.blueprint.subset import comparisons, kinds, refusals
from backsmith.blueprint.subset.conditions import chosen
from backsmith.blueprint.subset.places import Context, Failed, Place
from backsmith.blueprint.subset.reader import Reader
from backsmith.blueprint.trees import is_row, type_of
from backsmith.blueprint.types import Boolean, Numeric, Type
from backsmith.errors import Problem

MOST_BRANCHES = 64
"""How many ways there may be through a function: each is a branch of its tree."""

__all__ = ["Context", "ExpressionErrors", "compile_function"]


class ExpressionErrors(Exception):  # noqa: N818 - several mistakes at once
    """A function with mistakes; `problems` holds all of them, in the order of their places."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n\n".join(map(str, problems)))
        self.problems = problems


def compile_function(
    function: types.FunctionType,
    *,
    entity: str | None,
    context: Context,
    returns: Type | None,
    nullable: bool = False,
    after: bool = False,
) -> tuple[Node, bool]:
    """The tree of `function`, and whether it holds for nobody who hasn't signed in.

    `entity` names the entity that the first parameter is a row of; without it the function is about the user alone.
    `returns` is the type of its value (None: a condition), `nullable` whether that may be None. `after` says that the
    second parameter is the same row as an update leaves it. A parameter annotated with the account is the user: as
    `Account` it needs one, as `Account | None` it may be None.
    Raises `ExpressionErrors`.
    """
    try:
        source, node = source_of_function(function)
    except SourceMissing as missing:
        raise ExpressionErrors([missing.problem]) from None
    reader = Reader(function, source, context)
    reader.gives_condition = returns is None or returns == Boolean()
    tree: Node | None = None
    needs_user = False
    try:
        place, needs_user = _parameters(reader, node, entity, after)
        if isinstance(node, ast.Lambda):
            tree = _check_result(reader, node.body, reader.value(node.body, place), place, returns, nullable)
        elif isinstance(node, ast.AsyncFunctionDef):
            raise reader.refuse(
                node, "An async function", "Write `def`: it is compiled into SQL and waits for nothing."
            )
        else:
            tree = _Body(reader, node, returns, nullable).read(node.body, place)
    except Failed:
        pass
    if reader.problems or tree is None:
        raise ExpressionErrors(sorted(reader.problems, key=lambda problem: (problem.line, problem.column)))
    return tree, needs_user


def _parameters(reader: Reader, node: FunctionNode, entity: str | None, after: bool) -> tuple[Place, bool]:
    """The place at the beginning of the body, and whether the function needs a user."""
    arguments = node.args
    parameters = [*arguments.posonlyargs, *arguments.args]
    names: dict[str, Node] = {}
    extra = arguments.vararg or arguments.kwarg or (arguments.kwonlyargs or [None])[0]
    if extra is not None:
        raise reader.fail(extra, "wrong-parameters", f"'{extra.arg}' has no meaning here.", _wanted(entity))
    if entity is not None:
        if not parameters:
            raise reader.fail(node, "wrong-parameters", "The row is missing: the first parameter.", _wanted(entity))
        names[parameters.pop(0).arg] = This(entity)
        if after and parameters:
            names[parameters.pop(0).arg] = Variable(AFTER, entity)
    needs_user = False
    if parameters:
        user = parameters.pop(0)
        optional = False if isinstance(node, ast.Lambda) else _user(reader, user, entity)
        names[user.arg] = CurrentUser(reader.context.account or "Account")
        reader.user_may_be_none = optional
        needs_user = not optional
    for parameter in parameters:
        reader.report(parameter, "wrong-parameters", f"'{parameter.arg}' has no meaning here.", _wanted(entity))
    return Place(names), needs_user


def _wanted(entity: str | None) -> str:
    return "It takes `user: Account`." if entity is None else "It takes `self`, and `user: Account` where it asks who."


def _user(reader: Reader, parameter: ast.arg, entity: str | None) -> bool:
    """Whether the user may be None, by the parameter's annotation."""
    if parameter.annotation is None:
        hint = f"Write `{parameter.arg}: Account`, or `{parameter.arg}: Account | None` to hear of everybody."
        raise reader.fail(parameter, "wrong-parameters", f"'{parameter.arg}' has no annotation.", hint)
    parts = list(_alternatives(reader, parameter.annotation))
    accounts = [part for part in parts if part is not None]
    if len(accounts) != 1 or not _is_account(reader, accounts[0]):
        message = f"'{parameter.arg}' is no account."
        raise reader.fail(parameter.annotation, "wrong-parameters", message, _wanted(entity))
    return None in parts


def _alternatives(reader: Reader, annotation: ast.expr) -> list[ast.expr | None]:
    """The parts of `A | None` or `Optional[A]`, None for None; names in quotes are read too."""
    match annotation:
        case ast.Constant(None):
            return [None]
        case ast.Constant(str() as text):
            try:
                return _alternatives(reader, ast.parse(text, mode="eval").body)
            except SyntaxError:
                return [annotation]
        case ast.BinOp(left, ast.BitOr(), right):
            return [*_alternatives(reader, left), *_alternatives(reader, right)]
        case ast.Subscript(ast.Name("Optional") | ast.Attribute(attr="Optional"), of):
            return [*_alternatives(reader, of), None]
        case _:
            return [annotation]


def _is_account(reader: Reader, annotation: ast.expr) -> bool:
    """Whether an annotation names Account or the application's own class of it."""
    accounts = {"Account", reader.context.account}
    if isinstance(annotation, ast.Attribute):
        return annotation.attr in accounts
    if not isinstance(annotation, ast.Name):
        return False
    try:
        meant = reader.global_value(annotation.id)
    except KeyError:
        return annotation.id in accounts
    return isinstance(meant, type) and any(base.__name__ in accounts for base in meant.__mro__)


class _Body:
    """Reads the statements of one function."""

    def __init__(self, reader: Reader, node: ast.FunctionDef, returns: Type | None, nullable: bool) -> None:
        self.reader = reader
        self.node = node
        self.returns = returns
        self.nullable = nullable
        self.branches = 0

    def read(self, statements: list[ast.stmt], place: Place) -> Node:
        """The value that the statements return."""
        if not statements:
            name = self.node.name
            raise self.reader.fail(
                self.node, "no-value", f"'{name}' can end without a return.", "Return a value on every way through it."
            )
        first, rest = statements[0], statements[1:]
        match first:
            case ast.Return(value):
                return self._returned(first, value, place)
            case ast.Pass() | ast.Expr(ast.Constant(str())):
                return self.read(rest, place)
            case ast.Assign([ast.Name(name)], value) | ast.AnnAssign(ast.Name(name), value=ast.expr() as value):
                return self._named(name, value, rest, place)
            case ast.If(test, body, otherwise):
                return self._if(first, test, [*body, *rest], [*otherwise, *rest], place)
            case ast.Assign() | ast.AnnAssign():
                raise self.reader.refuse(first, "This assignment", "Give one name to one value: `total = self.total`.")
            case _:
                what, instead = refusals.statement(first)
                raise self.reader.refuse(first, what, instead)

    def _named(self, name: str, value: ast.expr, rest: list[ast.stmt], place: Place) -> Node:
        # A mistake here ends the reading: what follows speaks of a name that has no meaning.
        return self.read(rest, place.naming(name, self.reader.value(value, place)))

    def _if(self, node: ast.If, test: ast.expr, body: list[ast.stmt], otherwise: list[ast.stmt], place: Place) -> Node:
        self.branches += 1
        if self.branches > MOST_BRANCHES:
            message = f"There are more than {MOST_BRANCHES} ways through '{self.node.name}'."
            raise self.reader.fail(self.node, "too-complex", message, "Return from each `if`, or join the conditions.")
        try:
            condition = self.reader.condition(test, place)
        except Failed:
            there = place.doubtful()
            self.reader.each(lambda: self.read(body, there), lambda: self.read(otherwise, there))
            raise
        when, unless = place.knowing(condition, True), place.knowing(condition, False)
        then, other = self.reader.each(lambda: self.read(body, when), lambda: self.read(otherwise, unless))
        return chosen(self.reader, node, condition, (then, when), (other, unless))

    def _returned(self, node: ast.Return, value: ast.expr | None, place: Place) -> Node:
        if value is None:
            raise self.reader.fail(node, "no-value", "This returns nothing.", "Return a value on every way through it.")
        result = self.reader.value(value, place)
        return _check_result(self.reader, value, result, place, self.returns, self.nullable)


def _check_result(
    reader: Reader, node: ast.expr, value: Node, place: Place, returns: Type | None, nullable: bool
) -> Node:
    """The value, where it is one that the function may return."""
    if returns is None or (returns == Boolean() and not nullable):
        return reader.as_condition(node, value, place)
    if is_row(value):
        raise reader.fail(
            node, "wrong-type", f"'{reader.text(node)}' is a row, not a value.", "Return one of its fields."
        )
    if not nullable:
        value = reader.checked(node, value, place)
    type = type_of(value)
    if type is None:
        return value
    fits = kinds.kind(type) == kinds.kind(returns) or (
        kinds.kind(type) == "integer" and kinds.kind(returns) in ("float", "decimal")
    )
    if not fits:
        message = f"This is {kinds.name(type)}; the function returns {kinds.name(returns)}."
        raise reader.fail(node, "wrong-type", message)
    comparisons.check_choice(reader, node, value, returns)
    if isinstance(type, Numeric) and kinds.places(type) > kinds.places(returns):
        places = kinds.places(type)
        message = f"This has up to {places} places after the point; the function returns {kinds.places(returns)}."
        raise reader.fail(node, "wrong-type", message, f"Write `-> Annotated[Decimal, Digits(18, {places})]`.")
    return value
