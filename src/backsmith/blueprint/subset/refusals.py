"""What Python has and the subset hasn't: what to call it and what to write instead."""

from __future__ import annotations

import ast

EXPRESSIONS: dict[type[ast.expr], tuple[str, str | None]] = {
    ast.Lambda: ("A lambda", "Write its expression where it is called."),
    ast.Await: ("await", "Rules, checks and computed fields are compiled into SQL and wait for nothing."),
    ast.Yield: ("yield", "Return one value."),
    ast.YieldFrom: ("yield", "Return one value."),
    ast.NamedExpr: ("`:=`", "Give it a name on a line of its own: `total = self.total`."),
    ast.Subscript: ("Indexing", 'Write `x in self.tags`, or any() over a relation.'),
    ast.Slice: ("A slice", "Write startswith() or endswith()."),
    ast.Starred: ("`*`", "Write the arguments one by one."),
    ast.Dict: ("A dictionary", "Write a conditional expression: `a if condition else b`."),
    ast.DictComp: ("A dictionary", None),
    ast.ListComp: ("A list", "Write len(), any(), all(), sum(), min() or max() over it."),
    ast.SetComp: ("A set", "Write len(), any(), all(), sum(), min() or max() over a generator."),
    ast.GeneratorExp: ("A generator alone", "Write any(), all(), sum(), min() or max() over it."),
    ast.Tuple: ("A tuple", "Write `x in (a, b)`, or compare the values one by one."),
    ast.List: ("A list", "Write `x in (a, b)`."),
    ast.Set: ("A set", "Write `x in (a, b)`."),
    ast.Constant: ("This constant", "Constants are texts, numbers, True, False, None, Decimals, dates and times."),
}  # fmt: skip

STATEMENTS: dict[type[ast.stmt], tuple[str, str]] = {
    ast.For: ("A for loop", "Write any(), all(), sum(), min() or max(): `any(… for line in self.lines)`."),
    ast.AsyncFor: ("A for loop", "Write any(), all(), sum(), min() or max() over the relation."),
    ast.While: ("A while loop", "Write any(), all(), sum(), min() or max() over the relation."),
    ast.Try: ("try", "Rule the case out by a condition: `b != 0 and a / b > 2`."),
    ast.With: ("with", "Write an expression."),
    ast.AsyncWith: ("with", "Write an expression."),
    ast.Raise: ("raise", "Return False, or the value for that case."),
    ast.Assert: ("assert", "Return the condition."),
    ast.AugAssign: ("An assignment that changes a name", "Give the new value a name of its own."),
    ast.Delete: ("del", "Write an expression."),
    ast.Import: ("An import", "Import at the top of the file."),
    ast.ImportFrom: ("An import", "Import at the top of the file."),
    ast.Global: ("global", "Return a value that depends on the row and the user alone."),
    ast.Nonlocal: ("nonlocal", "Return a value that depends on the row and the user alone."),
    ast.FunctionDef: ("A function within the function", "Write its expression where it is called."),
    ast.AsyncFunctionDef: ("A function within the function", "Write its expression where it is called."),
    ast.ClassDef: ("A class within the function", "Declare it at the top of the file."),
    ast.Match: ("match", "Write `if`: one for each case, each with a return."),
    ast.Expr: ("An expression whose value goes nowhere", "Return it, or give it a name."),
}  # fmt: skip

METHODS: dict[str, str] = {
    "lstrip": "Write .strip(), which takes away the white space at both ends.",
    "rstrip": "Write .strip(), which takes away the white space at both ends.",
    "casefold": "Write .lower().",
    "title": "Texts have .lower() and .upper().",
    "capitalize": "Texts have .lower() and .upper().",
    "find": "Write `part in text`.",
    "index": "Write `part in text`.",
    "count": "Write `part in text`.",
    "format": 'Write an f-string of texts: f"{self.first} {self.last}".',
    "join": "Write the texts with + between them.",
    "append": "An expression changes nothing.",
    "filter": "Write any(), all(), sum(), min(), max() or len() over a generator.",
    "exists": "Write `len(…) > 0`.",
    "date": "Compare the whole datetime: `self.placed_at >= datetime(2026, 1, 1, tzinfo=UTC)`.",
    "total_seconds": "Compare with a timedelta: `now() - self.placed_at > timedelta(days=7)`.",
}

FUNCTIONS: dict[str, str] = {
    "today": "Write now(), the instant of the request.",
    "bool": "Write a comparison: `x != 0`, `x is not None`.",
    "str": "Texts can be joined with + or an f-string; numbers and times stay what they are.",
    "int": "Numbers stay what they are: compare and calculate with them directly.",
    "float": "Numbers stay what they are: whole numbers and floats can be mixed.",
    "round": "Leave the rounding to who shows the number.",
    "isinstance": "The types of fields are known: write `x is not None` where it may be None.",
    "getattr": "Write the field's name: `self.name`.",
    "hasattr": "Write `self.name is not None`.",
    "sorted": "Write min() or max(); rows are ordered by the request.",
    "reversed": "Write min() or max(); rows are ordered by the request.",
    "filter": "Write a generator with `if`.",
    "map": "Write a generator.",
    "zip": "Write one generator for each relation.",
    "range": "Write `0 <= x < 10`.",
    "print": "An expression does nothing but give a value.",
    "pow": "Write the product: `x * x`.",
    "divmod": "Write // and %.",
}

KNOWN_FUNCTIONS = (
    "Expressions know len(), any(), all(), sum(), min(), max(), abs() and now(); write the expression out here."
)


def expression(node: ast.expr) -> tuple[str, str | None]:
    """What an expression beyond the subset is, and what to write instead."""
    return EXPRESSIONS.get(type(node), ("This", None))


def statement(node: ast.stmt) -> tuple[str, str]:
    """What a statement beyond the subset is, and what to write instead."""
    return STATEMENTS.get(type(node), ("This statement", "Write `return` with an expression."))
