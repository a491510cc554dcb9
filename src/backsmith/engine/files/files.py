"""Everything about the files of one application, put together; None of it where no entity has a file."""

from __future__ import annotations

from backsmith.databases.database import Database
from backsmith.engine.files.keeper import Keeper
from backsmith.engine.files.records import Records
from backsmith.engine.files.storage import Storage
from backsmith.engine.files.sweeper import Sweeper
from backsmith.engine.files.uploads import Uploads


class Files:
    """The files of one application. `start` it when its database is open, `close` it before that is closed."""

    def __init__(self, database: Database, storage: Storage, max_size: int) -> None:
        """`max_size` is how many bytes a file of a field that doesn't say it has at most."""
        self.storage = storage
        self.records = Records(database.dialect)
        self.sweeper = Sweeper(database, self.records, storage)
        self.keeper = Keeper(self.records, self.sweeper.nudge)
        self.uploads = Uploads(database, self.records, storage, max_size, self.sweeper.nudge)

    async def start(self) -> None:
        """Make the store ready and begin to sweep. Raises StorageError."""
        await self.storage.open()
        self.sweeper.start()

    async def close(self) -> None:
        """End."""
        await self.sweeper.close()
        await self.storage.close()
