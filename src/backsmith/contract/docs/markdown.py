"""The documentation as a folder of Markdown. In: a site. Out: `Files`."""

from __future__ import annotations

import re

from backsmith.contract.docs.files import StaticLinks
from backsmith.contract.docs.renderer import Renderer
from backsmith.contract.docs.site import Site
from backsmith.contract.files import Files


def markdown_files(site: Site, *, server: str) -> Files:
    """The files by name, a page each; `index.md` is the first.

    Arguments:
        site: What there is.
        server: The server's address in examples.
    """
    renderer = Renderer(site, StaticLinks("md"), server=server, form="md")
    return {f"{name}.md": _tight(renderer.page(name)) for name in site.pages}


def _tight(text: str) -> str:
    """One empty line where templates leave several; no text of the application's has any."""
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"
