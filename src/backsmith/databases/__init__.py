"""The only code that knows a dialect: spelling, connections, inspection."""

from backsmith.databases.database import Database
from backsmith.databases.url import open_database

__all__ = ["Database", "open_database"]
