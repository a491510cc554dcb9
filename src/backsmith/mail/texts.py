"""The texts of mails, made of templates: `templates/` here, and those of the application, which go before them.

A template is a file `NAME.txt` whose first line is `Subject: …`, and where wanted `NAME.html`. Both are Jinja's, with
the values of that mail (SAMPLES), `application` (its name) and `address` (where it is reached), and the filters `name`,
`grouped` and `masked`. A value that a template asks for and that isn't there is a mistake, found at the start.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from backsmith.errors import UsageError
from backsmith.mail.addresses import one_line
from backsmith.mail.message import Mail
from backsmith.settings import Settings

if TYPE_CHECKING:
    from jinja2 import Environment

_LINK = "https://app.example/auth/page#AbCdEfGhIjKlMnOpQrStUv.AbCdEfGhIjKlMnOpQrStUvAbCdEfGhIjKlMnOpQrStUv"
_CODE: Mapping[str, Any] = {"code": "12345678", "link": _LINK}
_NAME: Mapping[str, Any] = {"name": "Ada"}

SAMPLES: Mapping[str, Mapping[str, Any]] = {
    "sign-up": _CODE,
    "sign-up.known": {},
    "code": _CODE,
    "no-account": {},
    "reset": _CODE,
    "verify": _CODE,
    "email": _CODE,
    "email.changed": {**_NAME, "email": "ada@example.org", "link": _LINK},
    "password.changed": {**_NAME, "keys": 2},
    "totp.added": _NAME,
    "totp.removed": _NAME,
    "recovery-codes.renewed": _NAME,
    "recovery-code.used": {**_NAME, "left": 7},
    "passkey.added": {**_NAME, "passkey": "Telephone"},
    "passkey.removed": {**_NAME, "passkey": "Telephone"},
    "identity.linked": {**_NAME, "provider": "Example"},
    "identity.unlinked": {**_NAME, "provider": "Example"},
    "second-factor.reset": _NAME,
    "invitation": {"link": _LINK, "team": None},
    "team-invitation": {"link": _LINK, "team": "Crew"},
}
"""Every mail, with the values that its templates get, as they might be."""

_OWN = Path(__file__).parent / "templates"
_SUBJECT = "Subject:"
_ADDRESS_SIGNS = re.compile(r"[/:@.\\]+(?=\S)")
LONGEST_NAME = 60
"""Characters of a name in a mail: what people call themselves mustn't become a message to others."""


class Texts:
    """Makes the texts of mails."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._made: Environment | None = None

    def mail(self, template: str, to: str, values: Mapping[str, Any]) -> Mail:
        """A mail of that template. Raises UsageError where the template has a mistake."""
        from jinja2 import TemplateError, TemplateNotFound  # noqa: PLC0415  slow to import

        try:
            text = self._environment.get_template(f"{template}.txt").render(values)
            try:
                html = self._environment.get_template(f"{template}.html").render(values)
            except TemplateNotFound as error:
                if error.name != f"{template}.html":
                    raise
                html = None
        except (TemplateError, TypeError, ValueError, LookupError, ArithmeticError) as error:
            raise UsageError(self._said(template, error)) from error
        subject, _, body = text.partition("\n")
        if not subject.startswith(_SUBJECT):
            raise UsageError(f"{self._place(f'{template}.txt')}:1: The first line of a mail is its subject: Subject: …")
        return Mail(to, one_line(subject.removeprefix(_SUBJECT)), body.strip() + "\n", html)

    def check(self) -> None:
        """Make every mail once. Raises UsageError with all mistakes of the templates, each with its file and line."""
        mistakes: list[str] = []
        for template, values in SAMPLES.items():
            try:
                self.mail(template, "ada@example.org", values)
            except UsageError as error:
                mistakes.append(str(error))
        folder = self._folder()
        if folder is not None:
            known = {f"{name}{ending}" for name in SAMPLES for ending in (".txt", ".html")}
            for file in sorted(folder.glob("*")):
                if file.suffix in {".txt", ".html"} and not file.name.startswith("_") and file.name not in known:
                    mistakes.append(f"{file}: No mail has that name. There are {', '.join(sorted(SAMPLES))}.")
        elif self._settings.mail_templates:
            mistakes.append(f"mail_templates: There is no folder {self._settings.mail_templates}.")
        if mistakes:
            raise UsageError("\n".join(mistakes))

    @property
    def _environment(self) -> Environment:
        if self._made is None:
            from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415  slow to import

            folder = self._folder()
            made = Environment(
                loader=FileSystemLoader([*([] if folder is None else [folder]), _OWN]),
                autoescape=lambda name: name is not None and name.endswith(".html"),
                undefined=StrictUndefined,
                trim_blocks=True,
                lstrip_blocks=True,
                auto_reload=self._settings.development,
            )
            made.filters |= {"name": shown_name, "grouped": grouped, "masked": masked}
            cast("dict[str, Any]", made.globals).update(
                application=application_name(self._settings),
                address=self._settings.address.rstrip("/") or f"http://localhost:{self._settings.port}",
                colour=self._settings.colour,
            )
            self._made = made
        return self._made

    def _folder(self) -> Path | None:
        """The application's own templates."""
        folder = Path(self._settings.mail_templates or Path(self._settings.folder) / "mail")
        return folder if folder.is_dir() else None

    def _place(self, file: str) -> str:
        from jinja2 import TemplateNotFound  # noqa: PLC0415  slow to import

        try:
            return str(self._environment.get_template(file).filename)
        except TemplateNotFound:
            return file

    def _said(self, template: str, error: Exception) -> str:
        """A mistake with its file and line, as far as they are known."""
        from jinja2 import TemplateSyntaxError  # noqa: PLC0415  slow to import

        if isinstance(error, TemplateSyntaxError):
            return f"{error.filename or error.name}:{error.lineno}: {error.message}"
        place, trace = f"{template}.txt", error.__traceback__
        while trace is not None:  # Jinja has the template's own lines in the traceback
            if trace.tb_frame.f_code.co_filename.endswith((".txt", ".html")):
                place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
            trace = trace.tb_next
        return f"{place}: {error}"


def application_name(settings: Settings) -> str:
    """What people call the application."""
    return settings.name or Path(settings.model or "Backsmith").stem.replace("_", " ").strip().capitalize()


def shown_name(text: str | None) -> str:
    """A name that somebody chose, as it may stand in a mail to somebody else: one line, short, and nothing that a mail
    program makes a link of."""
    found = one_line(_ADDRESS_SIGNS.sub(" ", text or ""))
    return found if len(found) <= LONGEST_NAME else f"{found[:LONGEST_NAME]}…"


def grouped(code: str) -> str:
    """A code as people read it: `1234 5678`."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


def masked(email: str) -> str:
    """An address for whoever may not be its owner: `a…@example.org`."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}…@{domain}"
