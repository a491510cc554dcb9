"""Full-text search on SQLite: in, a text and a query as JSON; out, whether the text matches.

A query is `["and", [q, …]]`, `["or", [q, …]]`, `["not", q]`, `["phrase", [word, …]]`, `["word", w]` or `["prefix", w]`.
The words of a text are its runs of letters and digits in lower case, as they are those of the query.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

WORDS = re.compile(r"[^\W_]+")


def match(text: str | None, query: str | None) -> bool | None:
    """Whether the text matches the query; null if either is."""
    if text is None or query is None:
        return None
    words = WORDS.findall(text.lower())
    return _holds(_parse(query), words, frozenset(words))


@lru_cache(maxsize=64)
def _parse(query: str) -> Any:
    return json.loads(query)


def _holds(query: Any, words: list[str], known: frozenset[str]) -> bool:
    kind, content = query
    match kind:
        case "and":
            return all(_holds(part, words, known) for part in content)
        case "or":
            return any(_holds(part, words, known) for part in content)
        case "not":
            return not _holds(content, words, known)
        case "word":
            return content in known
        case "prefix":
            return any(word.startswith(content) for word in known)
        case "phrase":
            size = len(content)
            return known.issuperset(content) and any(
                words[start : start + size] == content for start in range(len(words) - size + 1)
            )
        case _:
            raise ValueError(f"{kind} is no kind of search query")
