"""Full-text queries: the text of a search in, one tree out, and the tree as PostgreSQL's tsquery.

A tree is `["and", [q, …]]`, `["or", [q, …]]`, `["not", q]`, `["phrase", [word, …]]`, `["word", w]` or `["prefix", w]`;
JSON can carry it. Words are runs of letters and digits in lower case, without stems or stop words, which is the same
on both databases. `["or", []]`, the query without words, finds nothing.

==========  ==========================================================================================
operator    its text
==========  ==========================================================================================
fts         `cat & (dog | !bird) & 'big horse' & ele:* & fat <-> rat`, as to_tsquery takes it
plfts       words that all have to be there
phfts       words that follow one another
wfts        as in search engines: `cat dog or "big horse" -bird`
==========  ==========================================================================================
"""

from __future__ import annotations

import re
from typing import Any, NoReturn, cast

from backsmith.errors import BAD_VALUE, TOO_COMPLEX, RequestError

Tree = list[Any]

WORDS = re.compile(r"[^\W_]+")
LENGTH_MAX = 1_000
"""Characters of a search."""
DEPTH_MAX = 32
WORD_BYTES_MAX = 2_046
"""PostgreSQL's limit of a lexeme."""
NOTHING: Tree = ["or", []]

_TOKEN = re.compile(
    r"\s*(?:(?P<mark>[&|!()]|<->|<[0-9]+>)|(?P<word>'(?:[^'\\]|\\.|'')*+'|[^\s&|!()<:']++)(?P<flags>:[\w*]*)?)",
    re.DOTALL,
)
_WEB_TOKEN = re.compile(r'(-?)"([^"]*)"|(\S+)')


def parse_search(operator: str, text: str) -> Tree:
    """The tree of a search by `fts`, `plfts`, `phfts` or `wfts`.

    Raises RequestError BAD_VALUE where an `fts` text is no query, TOO_COMPLEX where it is too long or nested too deep.
    """
    if len(text) > LENGTH_MAX:
        raise RequestError(TOO_COMPLEX, "The text of a search is too long", details=f"The limit is {LENGTH_MAX:,}.")
    match operator:
        case "plfts":
            tree = _joined("and", [["word", word] for word in words_of(text)])
        case "phfts":
            tree = _phrase(words_of(text))
        case "wfts":
            tree = _web(text)
        case _:
            tree = _Query(text).whole()
    return NOTHING if tree is None else tree


def words_of(text: str) -> list[str]:
    """The words of a text, in order."""
    words = WORDS.findall(text.lower())
    if any(len(word.encode()) > WORD_BYTES_MAX for word in words):
        raise RequestError(TOO_COMPLEX, "A word of the search is too long", details=f"The limit is {WORD_BYTES_MAX:,}.")
    return words


def as_tsquery(tree: Tree) -> str:
    """The tree as a text to be cast to tsquery, its words taken as they are (configuration `simple`)."""
    return "" if tree == NOTHING else _spelled(tree)


def _spelled(tree: Tree) -> str:
    kind, content = tree
    match kind:
        case "and" | "or":
            return f"({(' & ' if kind == 'and' else ' | ').join(map(_spelled, content))})"
        case "not":
            return f"!{_spelled(content)}"
        case "phrase":
            return f"({' <-> '.join(map(_lexeme, content))})"
        case "prefix":
            return f"{_lexeme(content)}:*"
        case _:
            return _lexeme(content)


def _lexeme(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"


def _joined(kind: str, parts: list[Tree]) -> Tree | None:
    """The parts joined; one alone is itself, of none nothing is left (as of a stop word in PostgreSQL)."""
    if len(parts) < 2:
        return parts[0] if parts else None
    return [kind, parts]


def _phrase(words: list[str]) -> Tree | None:
    if len(words) < 2:
        return ["word", words[0]] if words else None
    return ["phrase", words]


def _web(text: str) -> Tree | None:
    tokens = cast(list[tuple[str, str, str]], _WEB_TOKEN.findall(text))
    choices: list[list[Tree]] = [[]]
    for number, (minus, quoted, plain) in enumerate(tokens):
        # `or` is a word where nothing stands before or after it.
        if plain.lower() == "or" and choices[-1] and number + 1 < len(tokens):
            choices.append([])
            continue
        part = _phrase(words_of(quoted or plain))
        if part is not None:
            choices[-1].append(["not", part] if minus or plain.startswith("-") else part)
    groups = (_joined("and", parts) for parts in choices)
    return _joined("or", [group for group in groups if group is not None])


class _Query:
    """Reads PostgreSQL's query language: `|` binds least, then `&`, `<->`, `!`. None is a text without words."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.token: re.Match[str] | None = None
        self.depth = 0
        self.advance()

    def advance(self) -> None:
        if self.token is not None:
            self.position = self.token.end()
        self.token = _TOKEN.match(self.text, self.position)
        if self.token is None and self.text[self.position :].strip():
            self.fail(None)

    @property
    def ended(self) -> bool:
        return self.token is None

    def whole(self) -> Tree | None:
        if self.ended:
            return None
        tree = self.either()
        if not self.ended:
            if self.token is not None and self.token[0].strip().startswith("<"):
                self.fail("Only <-> joins a phrase; other distances aren't available.")
            self.fail("Join words with &, | or <->; or use plfts, phfts or wfts for plain text.")
        return tree

    def take(self, mark: str) -> bool:
        if self.token is None or self.token["mark"] != mark:
            return False
        self.advance()
        return True

    def either(self) -> Tree | None:
        parts = [self.all()]
        while self.take("|"):
            parts.append(self.all())
        return _joined("or", [part for part in parts if part is not None])

    def all(self) -> Tree | None:
        parts = [self.sequence()]
        while self.take("&"):
            parts.append(self.sequence())
        return _joined("and", [part for part in parts if part is not None])

    def sequence(self) -> Tree | None:
        parts = [self.single()]
        while self.take("<->"):
            parts.append(self.single())
        if len(parts) == 1:
            return parts[0]
        words: list[str] = []
        for part in parts:
            match part:
                case None:
                    pass
                case ["word", word]:
                    words.append(word)
                case ["phrase", several]:
                    words.extend(several)
                case _:
                    self.fail("Only words can stand beside <->.")
        return _phrase(words)

    def single(self) -> Tree | None:
        self.depth += 1
        if self.depth > DEPTH_MAX:
            raise RequestError(TOO_COMPLEX, "A search is nested too deep", details=f"The limit is {DEPTH_MAX}.")
        token = self.token
        tree: Tree | None
        if self.take("!"):
            part = self.single()
            tree = None if part is None else ["not", part]
        elif self.take("("):
            tree = self.either()
            if not self.take(")"):
                self.fail("A parenthesis isn't closed.")
        elif token is not None and token["word"] is not None:
            tree = self.word(token["word"], token["flags"] or "")
            self.advance()
        else:
            self.fail(None)
        self.depth -= 1
        return tree

    def word(self, text: str, flags: str) -> Tree | None:
        if text.startswith("'"):
            text = re.sub(r"\\(.)|''", lambda found: found[1] or "'", text[1:-1], flags=re.DOTALL)
        words = words_of(text)
        if not flags:
            return _phrase(words)
        if flags != ":*":
            self.fail("Of what may follow a word, only :* is available.")
        if len(words) > 1:
            self.fail("A prefix (:*) is of one word.")
        return ["prefix", words[0]] if words else None

    def fail(self, hint: str | None) -> NoReturn:
        raise RequestError(
            BAD_VALUE,
            f'syntax error in tsquery: "{self.text}"',
            details=f"at character {self.position + 1}",
            hint=hint or "Write words joined with &, | or <->, ! before what must not be there.",
        )
