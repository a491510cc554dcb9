"""A drawer of sheets that everybody may fill: the model for tests of the network."""

from typing import Annotated

from backsmith import Entity, File, MaxSize, allow


class Sheet(Entity):
    """A sheet, and its scan."""

    scan: Annotated[File, MaxSize("20 MiB")] | None = None

    @allow("read", "create", "update")
    def everyone(self) -> bool:
        return True
