"""A request in curl, JavaScript and Python. In: an example, the server's address. Out: a program to copy.

A value is never pasted into a program: each goes through the quoting of its language.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple, cast

from msgspec import UNSET

from backsmith.contract.docs.examples import Example

TOKEN = "YOUR_TOKEN"
_FILE = "photo.png"
_NARROW = 60
"""Characters of a value that still stands on one line."""


class Spelling(NamedTuple):
    """A program."""

    language: str
    name: str
    """Of the language, for class names: `python`."""
    code: str


def spellings(example: Example, server: str) -> tuple[Spelling, ...]:
    """The request in every language.

    Arguments:
        example: The request.
        server: `http://localhost:8000`
    """
    return (
        Spelling("curl", "curl", "\n".join(_curl(example, server))),
        Spelling("JavaScript", "javascript", "\n".join(_javascript(example, server))),
        Spelling("Python", "python", "\n".join(_python(example, server))),
    )


def _curl(example: Example, server: str) -> Iterator[str]:
    words = [f"curl {_sh(server + example.target)}" if example.method == "GET" else
             f"curl -X {example.method} {_sh(server + example.target)}"]  # fmt: skip
    if "{" in example.target:
        words[0] = words[0].replace("curl ", "curl -g ", 1)
    if example.signed_in:
        words.append(f"-H {_sh(f'Authorization: Bearer {TOKEN}')}")
    words += [f"-H {_sh(f'{name}: {value}')}" for name, value in example.headers]
    if example.body is not UNSET:
        words.append(f"-H {_sh('Content-Type: application/json')}")
        words.append(f"-d {_sh(value_text(example.body, JSON_WORDS))}")
    words += [f"--data-urlencode {_sh(f'{name}={value}')}" for name, value in example.form]
    words += [
        f"-F {_sh(f'{name}=@{_FILE}')}" if value is None else f"--form-string {_sh(f'{name}={value}')}"
        for name, value in example.parts
    ]
    if example.upload is not None:
        words.append(f"-H {_sh(f'Content-Type: {example.upload}')}")
        words.append(f"--data-binary @{_FILE}")
    yield " \\\n  ".join(words)


def _javascript(example: Example, server: str) -> Iterator[str]:
    headers = dict(_headers(example))
    options: list[str] = []
    if example.method != "GET":
        options.append(f"method: {_js(example.method)},")
    if headers:
        inner = ", ".join(f"{_js_name(name)}: {_js(value)}" for name, value in headers.items())
        if len(inner) > _NARROW:
            options += ["headers: {", *(f"  {_js_name(name)}: {_js(value)}," for name, value in headers.items()), "},"]
        else:
            options.append(f"headers: {{ {inner} }},")
    if example.body is not UNSET:
        options.append(f"body: JSON.stringify({value_text(example.body, _SCRIPT)}),")
    elif example.form:
        options.append(f"body: new URLSearchParams({value_text(dict(example.form), _SCRIPT)}),")
    elif example.parts:
        yield "const form = new FormData();"
        for name, value in example.parts:
            given = f'file, "{_FILE}"' if value is None else _js(value)
            yield f"form.append({_js(name)}, {given});"
        options.append("body: form,")
    elif example.upload is not None:
        options.append("body: file,")
    if example.upload is not None or any(value is None for _, value in example.parts):
        yield '// file: a Blob, such as the one that somebody chose in an <input type="file">'
    address = _js(server + example.target)
    if options:
        yield f"const reply = await fetch({address}, {{"
        yield from (f"  {line}" for option in options for line in option.split("\n"))
        yield "});"
    else:
        yield f"const reply = await fetch({address});"
    yield "console.log(reply.status, await reply.text());"


def _python(example: Example, server: str) -> Iterator[str]:
    yield "import httpx"
    yield ""
    headers = {name: value for name, value in _headers(example) if example.body is UNSET or name != "Content-Type"}
    arguments = [f"{_py(server + example.path)},"]
    if example.query:
        arguments.append(f"params={value_text(dict(example.query), _PYTHON)},")
    if headers:
        arguments.append(f"headers={value_text(headers, _PYTHON)},")
    if example.body is not UNSET:
        arguments.append(f"json={value_text(example.body, _PYTHON)},")
    if example.form:
        arguments.append(f"data={value_text(dict(example.form), _PYTHON)},")
    if example.parts:
        texts = {name: value for name, value in example.parts if value is not None}
        if texts:
            arguments.append(f"data={value_text(texts, _PYTHON)},")
        files = ", ".join(f'{_py(name)}: open("{_FILE}", "rb")' for name, value in example.parts if value is None)
        if files:
            arguments.append(f"files={{{files}}},")
    if example.upload is not None:
        arguments.append(f'content=open("{_FILE}", "rb"),')
    # httpx.delete takes no body, as most deletions have none.
    if example.method == "DELETE" and example.body is not UNSET:
        yield "reply = httpx.request("
        arguments.insert(0, '"DELETE",')
    else:
        yield f"reply = httpx.{example.method.lower()}("
    yield from (f"    {line}" for argument in arguments for line in argument.split("\n"))
    yield ")"
    yield "print(reply.status_code, reply.text)"


def _headers(example: Example) -> Iterator[tuple[str, str]]:
    if example.signed_in:
        yield "Authorization", f"Bearer {TOKEN}"
    yield from example.headers
    if example.body is not UNSET:
        yield "Content-Type", "application/json"
    if example.upload is not None:
        yield "Content-Type", example.upload


class _Words(NamedTuple):
    """What a language writes."""

    true: str
    false: str
    null: str
    indent: str
    trailing: str
    """After the last item of what stands on several lines."""
    bare_names: bool = False


JSON_WORDS = _Words("true", "false", "null", "  ", "")
_SCRIPT = _Words("true", "false", "null", "  ", ",", bare_names=True)
_PYTHON = _Words("True", "False", "None", "    ", ",")


def value_text(value: Any, words: _Words) -> str:
    """A JSON value as a literal, on one line where it is short."""
    match value:
        case True | False | None:
            return words.null if value is None else words.true if value else words.false
        case int() | float() | Decimal():
            return format(value, "f") if isinstance(value, Decimal) else json.dumps(value)
        case str():
            return _quoted(value)
        case list():
            items = cast("list[Any]", value)
            return _wrapped([value_text(each, words) for each in items], "[", "]", words)
        case _:
            given: dict[str, Any] = value
            pairs = [f"{_name(name, words)}: {value_text(each, words)}" for name, each in given.items()]
            return _wrapped(pairs, "{", "}", words)


def _wrapped(parts: list[str], begin: str, end: str, words: _Words) -> str:
    one = ", ".join(parts)
    if not parts or ("\n" not in one and len(one) <= _NARROW):
        space = " " if words.bare_names and begin == "{" and parts else ""
        return f"{begin}{space}{one}{space}{end}"
    inner = ",\n".join(parts).replace("\n", f"\n{words.indent}")
    return f"{begin}\n{words.indent}{inner}{words.trailing}\n{end}"


def _name(name: str, words: _Words) -> str:
    return _js_name(name) if words.bare_names else _quoted(name)


def _quoted(text: str) -> str:
    """A text as JSON, JavaScript and Python all read it: ASCII, without what would end a script on a page."""
    return json.dumps(text).replace("</", "<\\u002f")


_js = _py = _quoted


def _js_name(name: str) -> str:
    is_plain = name.isascii() and name.isidentifier()
    return name if is_plain else _quoted(name)


def _sh(text: str) -> str:
    """A word of a shell, in single quotes always, so that all examples look alike."""
    return "'" + text.replace("'", "'\\''") + "'"
