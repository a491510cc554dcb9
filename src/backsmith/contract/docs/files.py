"""The documentation as static files: pages with relative links, that are read from a disk or any web server.

In: a site. Out: `Files`.
"""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote

from backsmith.contract.docs.renderer import TEMPLATES, Renderer
from backsmith.contract.docs.search_index import search_script
from backsmith.contract.docs.site import Site
from backsmith.contract.files import Files


class StaticLinks(NamedTuple):
    """Links between files of one folder."""

    ending: str

    def page(self, name: str, place: str = "") -> str:
        """As Links."""
        return f"{quote(name)}.{self.ending}{'#' + quote(place) if place else ''}"

    def asset(self, name: str) -> str:
        """As Links."""
        return name


def documentation_files(site: Site, *, server: str, trial: str | None = None) -> Files:
    """The files by name: a page each, a style sheet, two scripts.

    Arguments:
        site: What there is.
        server: The server's address in examples.
        trial: Where "try it" sends requests; None leaves it out.
    """
    links = StaticLinks("html")
    renderer = Renderer(site, links, server=server, trial=trial)
    files = {f"{name}.html": renderer.page(name) for name in site.pages}
    files |= {name: (TEMPLATES / name).read_text(encoding="utf-8") for name in ("style.css", "script.js")}
    return {**files, "search.js": search_script(site, links.page)}
