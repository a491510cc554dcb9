"""`backsmith mail`: what the mails of an application look like, its own templates among them."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from backsmith.blueprint.naming import did_you_mean
from backsmith.cli.exit_codes import DONE
from backsmith.cli.loading import named_model
from backsmith.cli.talk import counted, say, write
from backsmith.errors import UsageError
from backsmith.mail.message import Mail
from backsmith.mail.texts import SAMPLES, Texts, application_name
from backsmith.settings import read_settings

_TO = "ada@example.org"


def mail(
    what: Literal["preview"],
    model: str | None = None,
    template: str | None = None,
    /,
    *,
    to: Path | None = None,
) -> int:
    """Show each mail as it will be, with example values, from your own templates where you have some.

    `preview` writes two files for each mail, its text with the subject (.txt) and its HTML where it has one (.html),
    and a page with all of them, index.html. With the name of a template it writes that mail alone, and its text to
    standard output too. Nothing is sent, and no database is asked.

    Example: `backsmith mail preview shop.py code`

    Parameters
    ----------
    what
        preview.
    model
        The model's file, package or dotted name.
    template
        The mail to show: code, sign-up, invitation and so on; all of them unless given.
    to
        The folder to write to; .backsmith/mail-preview beside the model unless given.
    """
    path = named_model(model)
    settings = read_settings(path)
    if template is not None and template not in SAMPLES:
        raise UsageError(
            f"There is no mail {template}.{did_you_mean(template, SAMPLES)} There are {', '.join(sorted(SAMPLES))}."
        )
    texts = Texts(settings)
    if template is None:
        texts.check()
    names = sorted(SAMPLES) if template is None else [template]
    mails = {name: texts.mail(name, _TO, SAMPLES[name]) for name in names}
    folder = to or Path(settings.folder) / ".backsmith" / "mail-preview"
    if folder.resolve() == Path(settings.mail_templates or Path(settings.folder) / "mail").resolve():
        raise UsageError(f"{folder} is where the templates are, which would be written over. Name another with --to.")
    page = _write(folder, application_name(settings), mails)
    for made in mails.values() if template is not None else ():
        write(_as_text(made))
    say(f"Wrote {counted(len(mails), 'mail', 'mails')}. Open {page} in a browser.")
    return DONE


def _write(folder: Path, application: str, mails: dict[str, Mail]) -> Path:
    """Write the mails and a page that shows them; the page. Raises UsageError."""
    page = folder / "index.html"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not (folder / ".gitignore").exists():
            (folder / ".gitignore").write_text("*\n", encoding="ascii")
        for name, made in mails.items():
            (folder / f"{name}.txt").write_text(_as_text(made), encoding="utf-8")
            if made.html is None:
                (folder / f"{name}.html").unlink(missing_ok=True)  # of a template that is gone
            else:
                (folder / f"{name}.html").write_text(made.html, encoding="utf-8")
        page.write_text(_page(application, mails), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{folder} can't be written: {error.strerror}. Name another folder with --to.") from error
    return page


def _as_text(mail: Mail) -> str:
    return f"Subject: {mail.subject}\n\n{mail.text}"


def _page(application: str, mails: dict[str, Mail]) -> str:
    """All mails under one another, those with HTML in frames that run no scripts."""
    parts: list[str] = []
    for name, made in mails.items():
        parts.append(f"<h2>{escape(name)}</h2>\n<p><b>{escape(made.subject)}</b></p>\n<pre>{escape(made.text)}</pre>\n")
        if made.html is not None:
            file = escape(quote(f"{name}.html"))
            parts.append(f'<iframe sandbox title="{escape(name)}, as HTML" src="{file}"></iframe>\n')
    return (
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>Mails of {escape(application)}</title>\n'
        "<style>body{font-family:system-ui,sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem}"
        "pre{white-space:pre-wrap;background:#f4f4f4;padding:1rem}"
        "iframe{width:100%;height:28rem;border:1px solid #999}</style>\n"
        f"<h1>Mails of {escape(application)}</h1>\n{''.join(parts)}</html>\n"
    )
