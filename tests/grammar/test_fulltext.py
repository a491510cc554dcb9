"""Searches: their texts in, one tree and one tsquery out; and both databases' meaning of them."""

from __future__ import annotations

import pytest

from backsmith.databases.fulltext import Tree, as_tsquery, parse_search
from backsmith.errors import BAD_VALUE, TOO_COMPLEX, RequestError


@pytest.mark.parametrize(
    ("operator", "text", "tree", "tsquery"),
    [
        ("fts", "Cat", ["word", "cat"], "'cat'"),
        ("fts", "a & b | c", ["or", [["and", [["word", "a"], ["word", "b"]]], ["word", "c"]]], "(('a' & 'b') | 'c')"),
        ("fts", "a & (b | c)", ["and", [["word", "a"], ["or", [["word", "b"], ["word", "c"]]]]], "('a' & ('b' | 'c'))"),
        ("fts", "!a&b", ["and", [["not", ["word", "a"]], ["word", "b"]]], "(!'a' & 'b')"),
        ("fts", "!(a | b)", ["not", ["or", [["word", "a"], ["word", "b"]]]], "!('a' | 'b')"),
        ("fts", "sup:*", ["prefix", "sup"], "'sup':*"),
        ("fts", "fat <-> cat <-> x", ["phrase", ["fat", "cat", "x"]], "('fat' <-> 'cat' <-> 'x')"),
        ("fts", "'a B' & x", ["and", [["phrase", ["a", "b"]], ["word", "x"]]], "(('a' <-> 'b') & 'x')"),
        ("fts", "wi-fi", ["phrase", ["wi", "fi"]], "('wi' <-> 'fi')"),
        ("fts", "a & '...'", ["word", "a"], "'a'"),
        ("fts", "  ", ["or", []], ""),
        (
            "plfts",
            "The Fat_Cats! 3.5",
            ["and", [["word", w] for w in ("the", "fat", "cats", "3", "5")]],
            "('the' & 'fat' & 'cats' & '3' & '5')",
        ),
        ("plfts", "größe", ["word", "größe"], "'größe'"),
        ("plfts", "?!", ["or", []], ""),
        ("phfts", "The  fat cat", ["phrase", ["the", "fat", "cat"]], "('the' <-> 'fat' <-> 'cat')"),
        ("phfts", "cat", ["word", "cat"], "'cat'"),
        ("wfts", "fat cat", ["and", [["word", "fat"], ["word", "cat"]]], "('fat' & 'cat')"),
        (
            "wfts", '"fat cat" -dog',
            ["and", [["phrase", ["fat", "cat"]], ["not", ["word", "dog"]]]],
            "(('fat' <-> 'cat') & !'dog')",
        ),
        (
            "wfts", "fat OR cat dog",
            ["or", [["word", "fat"], ["and", [["word", "cat"], ["word", "dog"]]]]],
            "('fat' | ('cat' & 'dog'))",
        ),
        ("wfts", "or cat or", ["and", [["word", "or"], ["word", "cat"], ["word", "or"]]], "('or' & 'cat' & 'or')"),
        ("wfts", '-"a b"', ["not", ["phrase", ["a", "b"]]], "!('a' <-> 'b')"),
        ("wfts", '"open it\'s', ["and", [["word", "open"], ["phrase", ["it", "s"]]]], "('open' & ('it' <-> 's'))"),
        ("wfts", "- -", ["or", []], ""),
    ],
)  # fmt: skip
def test_search(operator: str, text: str, tree: Tree, tsquery: str) -> None:
    assert parse_search(operator, text) == tree
    assert as_tsquery(tree) == tsquery


PLAIN = "Join words with &, | or <->; or use plfts, phfts or wfts for plain text."
DEFAULT = "Write words joined with &, | or <->, ! before what must not be there."


@pytest.mark.parametrize(
    ("text", "details", "hint"),
    [
        ("a b", "at character 2", PLAIN),
        ("a &", "at character 4", DEFAULT),
        ("& a", "at character 1", DEFAULT),
        ("(a", "at character 3", "A parenthesis isn't closed."),
        ("a)", "at character 2", PLAIN),
        ("a:B", "at character 1", "Of what may follow a word, only :* is available."),
        ("a-b:*", "at character 1", "A prefix (:*) is of one word."),
        ("a <2> b", "at character 2", "Only <-> joins a phrase; other distances aren't available."),
        ("a <-> (b | c)", "at character 14", "Only words can stand beside <->."),
        ("a < b", "at character 2", DEFAULT),
    ],
)
def test_what_is_no_query_is_refused(text: str, details: str, hint: str) -> None:
    with pytest.raises(RequestError) as caught:
        parse_search("fts", text)
    error = caught.value
    assert (error.kind, error.message) == (BAD_VALUE, f'syntax error in tsquery: "{text}"')
    assert (error.details, error.hint) == (details, hint)


@pytest.mark.parametrize(
    ("operator", "text", "message"),
    [
        ("wfts", "a " * 600, "The text of a search is too long"),
        ("fts", "(" * 40, "A search is nested too deep"),
        ("fts", "!" * 40, "A search is nested too deep"),
        ("plfts", "語" * 700, "A word of the search is too long"),
    ],
)
def test_large_searches_are_refused(operator: str, text: str, message: str) -> None:
    with pytest.raises(RequestError) as caught:
        parse_search(operator, text)
    assert (caught.value.kind, caught.value.message) == (TOO_COMPLEX, message)
