"""Pages as HTML. In: a `Site`, where links go, the address of the server. Out: text of a page.

Templates are ours, everything of the application's goes through escaping.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, cast

from backsmith import errors
from backsmith.contract.contract import Collection
from backsmith.contract.docs.conventions import conventions, signing_in
from backsmith.contract.docs.diagram import entity_diagram, system_diagram
from backsmith.contract.docs.diagram.entities import DrawnEntity, DrawnRelation
from backsmith.contract.docs.prose import inline, prose
from backsmith.contract.docs.relations import drawn_entities, drawn_relations
from backsmith.contract.docs.releases import release_view
from backsmith.contract.docs.site import Page, Site
from backsmith.contract.docs.views import fields_of, grants_of, members_of, operation_view, relations_of
from backsmith.engine.serving.error_pages import meaning

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

TEMPLATES = Path(__file__).parent / "templates"
MOST_DRAWN = 80
"""Entities of a diagram, at most: a larger one is no longer read but searched."""
_DETAILED = 14
"""Entities up to which a diagram names their fields."""


class Links(Protocol):
    """Where pages lie."""

    def page(self, name: str, place: str = "") -> str:
        """The address of a page, or of a place on it."""
        ...

    def asset(self, name: str) -> str:
        """The address of a style sheet or script."""
        ...


class Renderer:
    """Makes the pages of a site."""

    def __init__(
        self, site: Site, links: Links, *, server: str, trial: str | None = None, form: Literal["html", "md"] = "html"
    ) -> None:
        """Arguments:
        site: What there is.
        links: Where pages lie.
        server: The server's address in examples: `http://localhost:8000`.
        trial: Where "try it" sends requests: empty for where the page is from; None switches it off.
        form: HTML, or Markdown, which has no drawings.
        """
        self.site = site
        self._links = links
        self._server = server
        self._trial = trial
        self._form = form

    def page(self, name: str) -> str:
        """The text of a page of that name."""
        page = self.site.pages[name]
        values = {
            **self._common(page),
            **(
                self._of_operations(page) if page.kind in ("entity", "operations") else getattr(self, f"_{page.kind}")()
            ),
        }
        return environment().get_template(f"{page.kind}.{self._form}").render(values)

    def _common(self, page: Page) -> dict[str, Any]:
        return {
            "site": self.site,
            "contract": self.site.contract,
            "page": page,
            "link": self._links.page,
            "asset": self._links.asset,
            "server": self._server,
            "trial": self._trial,
            "place_of": self.site.place_of,
            "page_of": self.site.page_of,
        }

    def _overview(self) -> dict[str, Any]:
        collections = self.site.contract.collections
        drawn = len(collections) <= MOST_DRAWN
        first = next((each for each in self.site.contract.operations if each.kind == "list"), None)
        return {
            "diagram": self._diagram(collections) if drawn and collections else None,
            "relations": drawn_relations(self.site),
            "first": None if first is None else operation_view(first, self.site, self._server),
            "groups": [each for each in self.site.pages.values() if each.kind == "operations"],
        }

    def _diagram(self, collections: Sequence[Collection], chosen: str | None = None) -> Markup | None:
        if self._form == "md":
            return None
        rows = len(collections) <= _DETAILED and chosen is None
        entities: list[DrawnEntity] = drawn_entities(self.site, collections, self._links.page, rows=rows, chosen=chosen)
        names = {each.name for each in entities}
        relations: list[DrawnRelation] = [
            each
            for each in drawn_relations(self.site)
            if {each.source, each.target} <= names and (chosen is None or chosen in (each.source, each.target))
        ]
        title = "Entities and their relations" if chosen is None else f"{chosen} and what it hangs together with"
        return entity_diagram(entities, relations, title=title)

    def _of_operations(self, page: Page) -> dict[str, Any]:
        operations = [operation_view(each, self.site, self._server) for each in self.site.operations_of(page)]
        collection = self.site.collections.get(page.about) if page.kind == "entity" else None
        if collection is None:
            intro = signing_in(self.site) if page.about == "auth" else ()
            return {"operations": operations, "sections": intro}
        near = {page.about}
        for each in drawn_relations(self.site):
            if page.about in (each.source, each.target):
                near |= {each.source, each.target}
        beside = [each for each in self.site.contract.collections if each.name in near]
        return {
            "operations": operations,
            "collection": collection,
            "fields": fields_of(collection, self.site),
            "relations": relations_of(collection, self.site),
            "grants": grants_of(collection),
            "diagram": self._diagram(beside, page.about) if 1 < len(beside) <= MOST_DRAWN else None,
        }

    def _conventions(self) -> dict[str, Any]:
        return {"sections": conventions(self.site)}

    def _errors(self) -> dict[str, Any]:
        kinds = sorted(errors.KINDS, key=lambda kind: (kind.status, kind.slug))
        return {"kinds": [(kind, meaning(kind)) for kind in kinds]}

    def _shapes(self) -> dict[str, Any]:
        return {"records": [(shape, members_of(shape)) for shape in self.site.records]}

    def _architecture(self) -> dict[str, Any]:
        system = self.site.system
        return {
            "system": system,
            "diagram": None if system is None else system_diagram(system, title="The parts of the system"),
        }

    def _changes(self) -> dict[str, Any]:
        return {"releases": [release_view(each) for each in self.site.releases]}


@lru_cache(maxsize=1)
def environment() -> Environment:
    """What renders templates, for HTML and for Markdown."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape  # noqa: PLC0415  slow to import

    from backsmith.contract.docs.prose import cell, code, plain_markdown  # noqa: PLC0415  only where they are used

    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        keep_trailing_newline=True,
    )
    cast("dict[str, Any]", made.filters).update(prose=prose, inline=inline, text=plain_markdown, cell=cell, code=code)
    return made
