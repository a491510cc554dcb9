"""Which pages there are, by name. In: a contract, and a system where it may be shown. Out: `Site`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from backsmith.contract.contract import Collection, Contract, Operation, Shape
from backsmith.contract.docs.system import System
from backsmith.contract.names import distinct, words
from backsmith.evolution.changelog import Entry

PageKind = Literal["overview", "entity", "operations", "conventions", "errors", "shapes", "architecture", "changes"]
OVERVIEW = "index"
_TITLES = {
    "rpc": "Functions",
    "routes": "Addresses of its own",
    "auth": "Accounts and signing in",
    "batch": "Batches",
    "file": "Files",
    "system": "The server itself",
}
_ORDER = ("rpc", "routes", "batch", "file", "auth", "system")
"""Groups of operations that aren't of an entity."""


class Page(NamedTuple):
    """A page: where it is, and what it is about."""

    name: str
    """Ends its address: `/docs/orders`, `orders.html`."""
    title: str
    kind: PageKind
    about: str = ""
    """Of an entity its collection, of operations their tag."""


class Site:
    """The pages of a contract, and where things are found on them."""

    def __init__(self, contract: Contract, system: System | None = None, releases: Sequence[Entry] = ()) -> None:
        """`releases` are those that this audience may hear of."""
        self.contract = contract
        self.system = system
        self.releases = releases
        self.title = _begun(words(contract.name))
        self.collections: Mapping[str, Collection] = {each.name: each for each in contract.collections}
        self.shapes: Mapping[str, Shape] = {each.name: each for each in contract.shapes}
        self.operations: dict[str, list[Operation]] = {}
        for operation in contract.operations:
            self.operations.setdefault(_group(operation), []).append(operation)
        self.pages: Mapping[str, Page] = {page.name: page for page in self._pages()}
        self._of_collections = {page.about: page.name for page in self.pages.values() if page.kind == "entity"}
        self.rows: Mapping[str, str] = {each.row: each.name for each in reversed(contract.collections)}
        """The collection whose rows have that shape."""
        self._records = frozenset(each.name for each in self.records)

    def _pages(self) -> Iterable[Page]:
        taken = {OVERVIEW, "conventions", "errors", "objects", "architecture", "changes", "assets"}
        yield Page(OVERVIEW, "Overview", "overview")
        for collection in self.contract.collections:
            name = distinct(collection.name, taken)
            taken.add(name)
            yield Page(name, _begun(words(collection.name)), "entity", collection.name)
        for group in _ORDER:
            if group in self.operations:
                name = distinct({"rpc": "functions"}.get(group, group), taken)
                taken.add(name)
                yield Page(name, _TITLES[group], "operations", group)
        yield Page("conventions", "How requests are written", "conventions")
        if not self.contract.own_errors:
            yield Page("errors", "Errors", "errors")
        if any(self.records):
            yield Page("objects", "Objects", "shapes")
        if self.releases:
            yield Page("changes", "Changes", "changes")
        if self.system is not None:
            yield Page("architecture", "How it is built", "architecture")

    @property
    def records(self) -> list[Shape]:
        """The shapes that aren't rows of a collection."""
        return [shape for shape in self.contract.shapes if shape.purpose == "record"]

    def page_of(self, collection: str) -> str | None:
        """The name of the page of a collection; None where this audience has none."""
        return self._of_collections.get(collection)

    def place_of(self, shape: str) -> tuple[str, str] | None:
        """The page that describes a shape, and the place on it."""
        if shape in self._records:
            return "objects", shape
        found = self.shapes.get(shape)
        if found is None or found.entity is None:
            return None
        page = next((each.name for each in self.contract.collections if each.entity == found.entity), None)
        named = None if page is None else self.page_of(page)
        return None if named is None else (named, "fields")

    def operations_of(self, page: Page) -> list[Operation]:
        """What can be asked for on a page, in the order of the contract."""
        key = f"/{page.about}" if page.kind == "entity" else page.about
        return self.operations.get(key, []) if page.kind in ("entity", "operations") else []


def _group(operation: Operation) -> str:
    """What it stands with: its collection, or one of `_ORDER`. A collection may have the name of one of those."""
    if operation.collection is not None:
        return f"/{operation.collection}"
    return "routes" if operation.kind == "route" else operation.tag


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]
