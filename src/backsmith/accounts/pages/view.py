"""HTML of the pages: templates of ours, or of the application's in their place, and the headers that keep them safe.

Style and script stand within the page and are allowed by their hash, so that a page is one request and nothing else
can run on it.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from backsmith.accounts.pages.words import program
from backsmith.errors import UsageError
from backsmith.http.reply import Headers, Reply, reply
from backsmith.mail.texts import application_name
from backsmith.settings import Settings

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

_OWN = Path(__file__).parent / "templates"
_REPLACED = frozenset({"content-security-policy", "referrer-policy", "cache-control"})


class View:
    """Makes pages."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._style = (
            (_OWN / "style.css")
            .read_text(encoding="utf-8")
            .replace(
                "--accent: #1f5fbf; --on-accent: #fff",
                f"--accent: {settings.colour}; --on-accent: {_on(settings.colour)}",
            )
        )
        self._script = (_OWN / "script.js").read_text(encoding="utf-8")
        self._made: Environment | None = None
        picture = urlsplit(settings.logo)
        pictures = f" {picture.scheme}://{picture.netloc}" if picture.scheme == "https" else ""
        self._policy = "; ".join(
            (
                "default-src 'none'",
                f"style-src 'self' {_hash(self._style)}",
                f"script-src {_hash(self._script)}",
                f"img-src 'self' data:{pictures}",
                "connect-src 'self'",
                "form-action 'self'",
                "base-uri 'none'",
                "frame-ancestors 'none'",
            )
        )

    def page(
        self,
        template: str,
        values: dict[str, Any],
        *,
        status: int = 200,
        headers: Headers | None = None,
        head: bool = False,
    ) -> Reply:
        """A page of that template."""
        text = self._environment.get_template(f"{template}.html").render(values)
        lines: Headers = [*(headers or ()), *self.headers()]
        made = reply(status, "text/html; charset=utf-8", text.encode(), lines, head=head)
        return made._replace(replaces=_REPLACED)

    def headers(self) -> Headers:
        """What each page is sent with."""
        return [
            ("content-security-policy", self._policy),
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
            ("x-frame-options", "DENY"),
        ]

    def check(self) -> None:
        """Compile all templates. Raises UsageError with all mistakes in those of the application."""
        from jinja2 import TemplateSyntaxError  # noqa: PLC0415  slow to import

        if self._settings.page_templates and self._folder() is None:
            raise UsageError(f"page_templates: There is no folder {self._settings.page_templates}.")
        mistakes: list[str] = []
        for name in self._environment.list_templates(("html",)):
            try:
                self._environment.get_template(name)
            except TemplateSyntaxError as error:
                mistakes.append(f"{error.filename or name}:{error.lineno}: {error.message}")
        folder, known = self._folder(), {file.name for file in _OWN.glob("*.html")}
        for file in () if folder is None else sorted(folder.glob("*.html")):
            if file.name not in known and not file.name.startswith("_"):
                names = ", ".join(sorted(known))
                mistakes.append(f"{file}: No page has that name. There are {names}. One to be included begins with _.")
        if mistakes:
            raise UsageError("\n".join(mistakes))

    @property
    def _environment(self) -> Environment:
        if self._made is None:
            from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415  slow to import
            from markupsafe import Markup  # noqa: PLC0415  slow to import

            folder = self._folder()
            made = Environment(
                loader=FileSystemLoader([*([] if folder is None else [folder]), _OWN]),
                autoescape=True,
                undefined=StrictUndefined,
                trim_blocks=True,
                lstrip_blocks=True,
                auto_reload=self._settings.development,
            )
            made.filters |= {"picture": _picture, "program": program}
            cast("dict[str, Any]", made.globals).update(
                application=application_name(self._settings),
                logo=self._settings.logo,
                style=Markup(self._style),
                script=Markup(self._script),
                settings=self._settings,
                mails=self._mails(),
            )
            self._made = made
        return self._made

    def _mails(self) -> str | None:
        """Where a developer finds the mails; None in production, or where they really go out."""
        if not self._settings.development or "://" in self._settings.mail:
            return None
        return self._settings.mail or str(Path(self._settings.folder) / ".backsmith" / "mail")

    def _folder(self) -> Path | None:
        folder = Path(self._settings.page_templates or Path(self._settings.folder) / "pages")
        return folder if folder.is_dir() else None


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _on(colour: str) -> str:
    """Black or white, whichever is read better on that colour (WCAG 2.2, relative luminance)."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    light = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "#fff" if 1.05 / (light + 0.05) >= (light + 0.05) / 0.05 else "#000"


def _picture(address: str) -> Markup:
    """An address for the camera of a telephone, as large as there is room."""
    import segno  # noqa: PLC0415  slow to import
    from markupsafe import Markup  # noqa: PLC0415  slow to import

    return Markup(segno.make(address, error="m", micro=False).svg_inline(omitsize=True, dark="#000", light="#fff"))
