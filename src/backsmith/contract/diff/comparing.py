"""What every part of a comparison works with: both documents, their schemas in both directions, what was found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from backsmith.contract.diff.documents import Document, Node
from backsmith.contract.diff.flattening import Flattener
from backsmith.contract.diff.nouns import Difference
from backsmith.contract.diff.schemas import Pair, Schemas
from backsmith.contract.diff.sites import Caller, Site
from backsmith.contract.diff.value_sides import Direction


class Comparison:
    """Collects differences, in the order in which they are found.

    What schemas differ in is known once all of them were looked at, since they refer to one another; their places are
    kept until then.
    """

    def __init__(self, old: Document, new: Document, today: date) -> None:
        self.old, self.new = old, new
        self.today = today
        flats = Flattener(old), Flattener(new)
        self._schemas = {
            (direction, textual): Schemas(old, new, flats, direction, today, textual=textual)
            for direction in _DIRECTIONS
            for textual in (False, True)
        }
        self._found: list[Difference | tuple[Caller, Site, Schemas, Pair]] = []

    def add(self, difference: Difference) -> None:
        """This was found."""
        self._found.append(difference)

    def schemas(self, caller: Caller, site: Site, old: Node, new: Node, direction: Direction) -> None:
        """Two schemas that stand at a site. Raises UsageError for a reference to nowhere."""
        schemas = self._schemas[direction, site.textual]
        self._found.append((caller, site, schemas, schemas.add(old, new)))

    def differences(self) -> Iterator[Difference]:
        """All that was found, each once."""
        known = set[Difference]()
        for found in self._found:
            if isinstance(found, Difference):
                some = [found]
            else:
                caller, site, schemas, pair = found
                some = [site.difference(caller, finding) for finding in schemas.findings(pair)]
            for each in some:
                if each not in known:
                    known.add(each)
                    yield each


_DIRECTIONS: tuple[Direction, ...] = ("sent", "received")


def other(direction: Direction) -> Direction:
    """The other direction."""
    return "received" if direction == "sent" else "sent"
