"""The files themselves: what they are, byte for byte, and that nothing in a model gets out of its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from backsmith.cli.main import run
from backsmith.clients.typescript import typescript_files
from backsmith.clients.typescript.patterns import javascript_pattern
from backsmith.clients.typescript.spelling import comment, member_name, text
from backsmith.contract import audience_named
from tests.clients.typescript.conftest import GALLERY, compare_with_golden, contract

WRITTEN = ("client.ts", "database.ts", "query.ts", "schemas.ts", "types.ts")


@pytest.mark.parametrize("path", WRITTEN)
def test_golden(path: str) -> None:
    files = typescript_files(contract(GALLERY, accounts=False), tanstack=True, zod=True)
    compare_with_golden(path, str(files[path]))


def test_the_same_model_gives_the_same_bytes() -> None:
    contract.cache_clear()
    first = typescript_files(contract(GALLERY), tanstack=True, zod=True)
    contract.cache_clear()
    assert typescript_files(contract(GALLERY), tanstack=True, zod=True) == first


def test_parts_that_are_not_asked_for_are_left_out() -> None:
    found = typescript_files(contract(GALLERY))
    assert {path for path in found if "/" not in path} == {"client.ts", "database.ts", "types.ts"}
    assert not {"runtime/tanstack.ts", "runtime/times.ts", "runtime/zod.ts"} & found.keys()
    assert "runtime/zod.ts" in typescript_files(contract(GALLERY), zod=True)


def test_nothing_outside_is_imported_but_what_was_asked_for() -> None:
    files = typescript_files(contract(GALLERY), tanstack=True, zod=True)
    found = {
        (path, match[1], match[2])
        for path, text in files.items()
        for match in re.finditer(r'^(?:im|ex)port (type )?.*?from "([^".][^"]*)";', str(text), re.MULTILINE)
    }
    assert found == {
        ("runtime/tanstack.ts", "type ", "@tanstack/query-core"),
        ("runtime/zod.ts", None, "zod"),
        ("schemas.ts", None, "zod"),
    }


def test_a_client_of_an_audience_has_what_that_may_reach() -> None:
    nobody = typescript_files(contract(GALLERY, audience_named("anonymous", ["staff"])))
    staff = typescript_files(contract(GALLERY, audience_named("staff", ["staff"])))
    assert "visits" not in str(nobody["client.ts"])
    assert "whoami" not in str(nobody["client.ts"])
    assert "whoami" in str(staff["client.ts"])
    # Nobody reads messages, anyone makes them.
    assert re.findall(r"interface MessagesRows\n([^{]*){", str(nobody["client.ts"])) == [
        "  extends $.Submits<model.MessageModel>\n"
    ]
    assert "$.Reads<model.MessageModel>" in str(staff["client.ts"])


@pytest.mark.parametrize(
    ("doc", "lines"),
    [
        (None, []),
        ("One line.", ["/** One line. */"]),
        ("Two\n\n  lines", ["/**", " * Two", " *", " * lines", " */"]),
        ("*/ alert(1) /*", ["/** *\\/ alert(1) /* */"]),
        ("a\u202eb\u2028c\x00d", ["/** a b c d */"]),
    ],
)
def test_comments_end_where_they_end(doc: str | None, lines: list[str]) -> None:
    assert list(comment(doc)) == lines


def test_deprecations_are_told_to_editors() -> None:
    assert list(comment("A name.", "Use `title`.", "  ")) == [
        "  /**",
        "   * A name.",
        "   * @deprecated Use `title`.",
        "   */",
    ]


def test_texts_and_names_stay_what_they_are() -> None:
    assert text('"\\\n\u2028 é ${x}`') == '"\\"\\\\\\n\\u2028 é ${x}`"'
    assert [member_name(each) for each in ("name", "a-b", "né", "__proto__")] == [
        "name",
        '"a-b"',
        '"né"',
        "__proto__",
    ]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        (r"^[A-Z]\w{2}$", r"^[A-Z]\w{2}$"),
        (r"a.b", r"a[^\n]b"),
        (r"\s+[\s\-_]", "[\\t\\n\\f\\r ]+[\\t\\n\\f\\r \\-_]"),
        (r"^\@[.]$", r"^@[.]$"),
        (r"(?:a|b)]", r"(?:a|b)\]"),
        (r"[]a]", r"[\]a]"),
        (r"(?i)a", None),
        (r"(?P<x>a)", None),
        (r"\pL", None),
        (r"[[:alpha:]]", None),
        (r"\Aa\z", None),
    ],
)
def test_patterns_mean_the_same_or_are_left_to_the_server(pattern: str, found: str | None) -> None:
    assert javascript_pattern(pattern) == found


def test_the_command_writes_checks_and_spares(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["client", "typescript", str(GALLERY), "api", "--zod"]
    assert run([*words, "--check"]) == 1
    assert "There is no folder api" in capsys.readouterr().err
    assert run(words) == 0
    assert run([*words, "--check"]) == 0
    Path("api/mine.ts").write_text("export {};\n")
    Path("api/types.ts").write_text(Path("api/types.ts").read_text() + "// changed\n")
    Path("api/query.ts").write_text(Path("api/types.ts").read_text())
    capsys.readouterr()
    assert run([*words, "--check"]) == 1
    said = capsys.readouterr()
    assert said.out == "query.ts\ntypes.ts\n"
    assert "api/query.ts was written with --tanstack, which isn't given now." in said.err
    assert run(["client", "typescript", str(GALLERY), "api/types.ts"]) == 2
    assert "api/types.ts is a file." in capsys.readouterr().err
    assert run(words) == 0
    assert sorted(path.name for path in Path("api").glob("*.ts")) == [
        "client.ts", "database.ts", "mine.ts", "schemas.ts", "types.ts",
    ]  # fmt: skip
    Path("api/types.ts").write_text("export type Mine = 1;\n")
    assert run(words) == 2
    assert "types.ts wasn't made by Backsmith" in capsys.readouterr().err
    assert run([*words, "--audience", "nobody"]) == 2
