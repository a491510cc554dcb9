"""The examples of the documentation, each sent as it stands there, in Python: it does what it says, or is refused in a
way that the documentation announces.

In: a running application, an audience's contract. Out: a `Result`.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from time import perf_counter
from typing import Any, NamedTuple

import msgspec

from backsmith import errors
from backsmith.checks.testing.results import Finding, Result
from backsmith.contract.contract import Contract, Operation
from backsmith.contract.docs.site import Site
from backsmith.contract.docs.spellings import TOKEN
from backsmith.contract.docs.views import operation_view

_FILE = b"\x89PNG\r\n\x1a\n"
"""What stands for the file that an example sends: it begins as one of its kind does."""
_LAST = frozenset({"DELETE"})
"""Takes away what the other examples are about."""


class _Problem(msgspec.Struct):
    """What is needed of a problem document (RFC 9457)."""

    type: str = ""


class Reply(NamedTuple):
    """What an example printed."""

    status: int
    text: str


def examples(contract: Contract, url: str, audience: str, token: str) -> Result:
    """What became of the examples.

    Arguments:
        contract: The audience's.
        url: Of the server, without a slash at its end.
        audience: Its name, for people.
        token: Of somebody of that audience; empty of anonymous.
    """
    started, site, findings = perf_counter(), Site(contract), list[Finding]()
    for operation in sorted(contract.operations, key=lambda each: each.method in _LAST):
        view = operation_view(operation, site, url)
        program = next(each.code for each in view.spellings if each.language == "Python").replace(TOKEN, token)
        findings += _tried(operation, program)
    tried = len(contract.operations)
    return Result("examples", f"of {audience}", perf_counter() - started, tried, tuple(findings))


def _tried(operation: Operation, program: str) -> Iterator[Finding]:
    where = f"{operation.method} {operation.path}"
    try:
        reply = run(program, where)
    except Exception as error:
        yield Finding(where, f"Its example doesn't run: {type(error).__name__}: {error}", program)
        return
    if not announced(operation, reply):
        yield Finding(where, f"Its example was answered {reply.status}: {reply.text[:400]}", program)


def run(program: str, name: str) -> Reply:
    """Run an example as it stands on its page. Raises whatever it raises."""
    printed = list[tuple[Any, ...]]()

    def note(*given: Any) -> None:
        printed.append(given)

    def open_(*_: Any) -> io.BytesIO:
        return io.BytesIO(_FILE)

    exec(compile(program, name, "exec"), {"print": note, "open": open_})
    status, text = printed[-1]
    return Reply(int(status), str(text))


def announced(operation: Operation, reply: Reply) -> bool:
    """Whether the documentation of an operation says that it may be answered so; never that the example is no request
    that can be understood."""
    if reply.status < 400:
        return True
    try:
        kind = msgspec.json.decode(reply.text, type=_Problem).type.rpartition("/")[2]
    except msgspec.MsgspecError:
        kind = ""
    listed = kind in operation.refusals or reply.status in {answer.status for answer in operation.answers}
    return listed and reply.status < 500 and kind != errors.BAD_QUERY.slug
