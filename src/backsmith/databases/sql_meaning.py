"""SQL expressions -> what they mean, so that two ways to write one thing are equal: checks, defaults, indexes.

PostgreSQL gives back `CHECK (status IN ('a', 'b'))` as `((status)::text = ANY ((ARRAY['a'::character varying, …`.
The meaning has no parentheses, no casts of constants or to text, no qualifiers, one spelling for each operator, and the
operands of `and`, `or` and `in` in a fixed order. What can't be read as an expression is its tokens, and equal to
nothing else.
"""

from __future__ import annotations

import re

from backsmith.databases.sql_forms import COMPARED, NULL, Call, Meaning, Name, Value, call, number
from backsmith.databases.sql_tokens import Token, tokens


def meaning(sql: str, *, brackets: bool) -> Meaning:
    """What the expression `sql` means. `brackets`: SQLite's quoting and precedence rather than PostgreSQL's."""
    found = tokens(sql, brackets=brackets)
    try:
        parser = _Parser(found, sqlite=brackets)
        result = parser.expression(0)
        if parser.at == len(found):
            return result
    except _UnreadableError:
        pass
    return Call("sql", tuple(Value("text", token.value) for token in found))


_SYNONYMS = {"==": "=", "!=": "<>", "~~": "like", "~~*": "ilike", "!~~": "not like", "!~~*": "not ilike"}
_FUNCTIONS = {"char_length": "length", "character_length": "length", "current_timestamp": "now", "substring": "substr"}
_BARE_FUNCTIONS = (
    "CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME", "LOCALTIMESTAMP", "LOCALTIME", "CURRENT_USER", "SESSION_USER",
    "USER",
)  # fmt: skip
_TEXT_TYPES = re.compile(r"(text|varchar|character varying|bpchar|character)(\(\d+\))?(\[\])*")

_OR, _AND, _NOT, _IS, _COMPARISON, _TEST, _OTHER, _SUM, _PRODUCT, _POWER, _TIGHT = range(1, 12)
_COMPARISONS = ("=", "==", "<>", "!=", "<", "<=", ">", ">=")
_TIGHT_IN_SQLITE = ("||", "->", "->>")


class _UnreadableError(Exception):
    """The tokens aren't an expression of the kind this reads."""


class _Parser:
    """Precedence climbing through the tokens of one expression."""

    def __init__(self, found: list[Token], *, sqlite: bool) -> None:
        self.tokens = found
        self.at = 0
        self.sqlite = sqlite

    @property
    def token(self) -> Token:
        if self.at >= len(self.tokens):
            raise _UnreadableError
        return self.tokens[self.at]

    def ahead(self, *words: str) -> bool:
        """Whether these keywords come next."""
        coming = self.tokens[self.at : self.at + len(words)]
        return len(coming) == len(words) and all(token.is_word(word) for token, word in zip(coming, words, strict=True))

    def skip(self, *words: str) -> bool:
        if self.ahead(*words):
            self.at += len(words)
            return True
        return False

    def symbol(self, symbol: str) -> bool:
        if self.at < len(self.tokens) and self.tokens[self.at].is_symbol(symbol):
            self.at += 1
            return True
        return False

    def demand(self, symbol: str) -> None:
        if not self.symbol(symbol):
            raise _UnreadableError

    def expression(self, binding: int) -> Meaning:
        left = self.prefix()
        while self.at < len(self.tokens):
            longer = self.infix(left, binding)
            if longer is None:
                break
            left = longer
        return left

    # What an expression begins with
    def prefix(self) -> Meaning:
        token = self.token
        if self.skip("NOT"):
            return call("not", self.expression(_NOT))
        if self.symbol("-"):
            return call("negate", self.expression(_TIGHT))
        if self.symbol("+"):
            return self.expression(_TIGHT)
        if self.symbol("("):
            return self.parenthesised()
        if self.skip("CASE"):
            return self.case()
        if self.skip("CAST"):
            return self.cast_call()
        if self.skip("ARRAY"):
            self.demand("[")
            return Call("list", self.items("]"))
        self.at += 1
        match token.kind:
            case "text" | "blob":
                return Value(token.kind, token.value)
            case "number":
                return Value("number", number(token.value))
            case "name" | "quoted":
                return self.named(token)
            case "symbol":
                raise _UnreadableError

    def parenthesised(self) -> Meaning:
        found = self.items(")")
        return found[0] if len(found) == 1 else Call("list", found)

    def items(self, close: str) -> tuple[Meaning, ...]:
        found: list[Meaning] = []
        while not self.symbol(close):
            if found:
                self.demand(",")
            found.append(self.expression(0))
        return tuple(found)

    def named(self, token: Token) -> Meaning:
        if token.kind == "name":
            word = token.value.upper()
            if word in {"NULL", "TRUE", "FALSE"}:
                return self.keyword(word.lower())
            if word in _BARE_FUNCTIONS and not (self.at < len(self.tokens) and self.token.is_symbol("(")):
                return Call(_FUNCTIONS.get(word.lower(), word.lower()), ())
            if self.at < len(self.tokens) and self.token.kind == "text":  # a typed constant: date '2026-01-23'
                self.at += 1
                return Value("text", self.tokens[self.at - 1].value)
            if word in {"SELECT", "EXISTS", "WITH", "INTERVAL"}:
                raise _UnreadableError
        name = token
        while self.symbol("."):
            name = self.token
            self.at += 1
        if self.symbol("("):
            function = name.value.lower()
            if self.symbol("*"):
                self.demand(")")
                return Call(function, (Name("*"),))
            return Call(_FUNCTIONS.get(function, function), self.items(")"))
        return Name(self.folded(name))

    def keyword(self, word: str) -> Meaning:
        if self.sqlite and word != "null":  # SQLite's true is the number 1
            return Value("number", "1" if word == "true" else "0")
        return Value("keyword", word)

    def folded(self, name: Token) -> str:
        if self.sqlite:
            return name.value.encode().lower().decode()
        return name.value.lower() if name.kind == "name" else name.value

    def case(self) -> Meaning:
        parts: list[Meaning] = []
        if not self.ahead("WHEN"):
            parts.append(Call("of", (self.expression(0),)))
        while self.skip("WHEN"):
            condition = self.expression(0)
            if not self.skip("THEN"):
                raise _UnreadableError
            parts.append(Call("when", (condition, self.expression(0))))
        if self.skip("ELSE"):
            parts.append(self.expression(0))
        if not self.skip("END"):
            raise _UnreadableError
        return Call("case", tuple(parts))

    def cast_call(self) -> Meaning:
        self.demand("(")
        of = self.expression(0)
        if not self.skip("AS"):
            raise _UnreadableError
        type = self.type_name()
        self.demand(")")
        return _cast(of, type)

    def type_name(self) -> str:
        """The name of a type, as `character varying(20)[]`; moves behind it."""
        words: list[str] = []
        while self.at < len(self.tokens) and self.token.is_name():
            if words and words[-1] != "." and not self.continues_type(words):
                break
            words.append(self.token.value.lower())
            self.at += 1
            if self.symbol("."):
                words.append(".")
        if not words:
            raise _UnreadableError
        text = " ".join(words).replace(" . ", ".")
        if self.symbol("("):
            text += "(" + ",".join(str(each[-1]) for each in self.items(")")) + ")"
            if self.skip("WITHOUT", "TIME", "ZONE"):
                text += " without time zone"
            elif self.skip("WITH", "TIME", "ZONE"):
                text += " with time zone"
        while self.symbol("["):
            self.demand("]")
            text += "[]"
        return text

    def continues_type(self, words: list[str]) -> bool:
        return (*words, self.token.value.lower()) in _LONG_TYPES

    # What continues an expression
    def infix(self, left: Meaning, binding: int) -> Meaning | None:
        token = self.token
        if token.kind == "symbol":
            return self.symbol_infix(left, token.value, binding)
        if token.kind != "name":
            return None
        return self.word_infix(left, binding)

    def symbol_infix(self, left: Meaning, symbol: str, binding: int) -> Meaning | None:
        if symbol in {")", "]", ","}:
            return None
        if symbol == "::":
            self.at += 1
            return _cast(left, self.type_name())
        if symbol == "[":
            self.at += 1
            return Call("subscript", (left, *self.items("]")))
        power = self.power(symbol)
        if power <= binding:
            return None
        self.at += 1
        operator = _SYNONYMS.get(symbol, symbol)
        if operator in COMPARED and (quantifier := self.quantifier()):
            list_ = self.expression(0)
            self.demand(")")
            match operator, quantifier:
                case "=", "ANY":
                    return call("in", left, list_)
                case "<>", "ALL":
                    return call("not in", left, list_)
                case _:
                    return Call(f"{operator} {quantifier.lower()}", (left, list_))
        return call(operator, left, self.expression(power))

    def quantifier(self) -> str | None:
        for word in ("ANY", "SOME", "ALL"):
            if self.ahead(word) and self.at + 1 < len(self.tokens) and self.tokens[self.at + 1].is_symbol("("):
                self.at += 2
                return "ANY" if word == "SOME" else word
        return None

    def power(self, symbol: str) -> int:
        if symbol in _COMPARISONS:
            return _COMPARISON
        if symbol in {"+", "-"}:
            return _SUM
        if symbol in {"*", "/", "%"}:
            return _PRODUCT
        if self.sqlite and symbol in _TIGHT_IN_SQLITE:
            return _POWER
        return _POWER if symbol == "^" else _OTHER

    def word_infix(self, left: Meaning, binding: int) -> Meaning | None:
        for word, power in (("OR", _OR), ("AND", _AND)):
            if self.ahead(word):
                if power <= binding:
                    return None
                self.at += 1
                return call(word.lower(), left, self.expression(power))
        if self.skip("COLLATE"):
            name = self.token
            self.at += 1
            while self.symbol("."):
                name = self.token
                self.at += 1
            return Call("collate", (left, Name(self.folded(name))))
        if self.skip("AT", "TIME", "ZONE"):
            return Call("timezone", (self.expression(_TIGHT), left))
        if self.ahead("IS"):
            return None if binding >= _IS else self.is_test(left)
        return None if binding >= _TEST else self.word_test(left)

    def is_test(self, left: Meaning) -> Meaning:
        self.at += 1
        negated = self.skip("NOT")
        if self.skip("DISTINCT", "FROM"):
            return Call("distinct" if not negated else "not distinct", (left, self.expression(_COMPARISON)))
        right = self.expression(_COMPARISON)
        if right == NULL:
            return Call("is not null" if negated else "is null", (left,))
        return Call("is not" if negated else "is", (left, right))

    def word_test(self, left: Meaning) -> Meaning | None:
        start = self.at
        if self.skip("ISNULL"):
            return Call("is null", (left,))
        if self.skip("NOTNULL") or self.skip("NOT", "NULL"):
            return Call("is not null", (left,))
        negated = self.skip("NOT")
        if self.skip("BETWEEN"):
            low = self.expression(_TEST)
            if not self.skip("AND"):
                raise _UnreadableError
            between = call("and", call(">=", left, low), call("<=", left, self.expression(_TEST)))
            return call("not", between) if negated else between
        if self.skip("IN"):
            self.demand("(")
            return call("not in" if negated else "in", left, Call("list", self.items(")")))
        for word in ("LIKE", "ILIKE", "GLOB", "REGEXP", "MATCH"):
            if self.skip(word):
                right = self.expression(_TEST)
                operands = (left, right, self.expression(_TEST)) if self.skip("ESCAPE") else (left, right)
                return Call(("not " if negated else "") + word.lower(), operands)
        self.at = start
        return None


_LONG_TYPES = {
    ("character", "varying"), ("double", "precision"), ("bit", "varying"),
    *(tuple([base, *(f"{kind} time zone").split()][:length])
      for base in ("timestamp", "time") for kind in ("with", "without") for length in (2, 3, 4)),
}  # fmt: skip


def _cast(of: Meaning, type: str) -> Meaning:
    if isinstance(of, Value):
        if of.kind == "text" and re.match(r"numeric|integer|bigint|smallint|real|double|decimal|int", type):
            try:
                return Value("number", number(of.value))
            except ArithmeticError:
                return of
        return of
    if _TEXT_TYPES.fullmatch(type) or (isinstance(of, Call) and of.operator == "list"):
        return of
    return Call("cast", (of, Value("text", type)))
