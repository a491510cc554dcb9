"""What a problem document says, as sentences for people. In: the body of a reply. Out: a text."""

from __future__ import annotations

import msgspec


class _Mistake(msgspec.Struct):
    message: str = ""
    hint: str | None = None


class _Problem(_Mistake):
    errors: list[_Mistake] = []


def said(body: bytes) -> str:
    """Every mistake with what to do instead; the body itself where it is none of Backsmith's problem documents."""
    try:
        problem = msgspec.json.decode(body, type=_Problem)
    except msgspec.MsgspecError:
        return body.decode(errors="replace")
    sentences = [text for each in problem.errors or [problem] for text in (each.message, each.hint) if text]
    return " ".join(text if text.endswith((".", "?")) else f"{text}." for text in sentences)
