"""The change log: who did what to which row, when; and what reads it."""

from backsmith.log.entry import Entry as Entry
from backsmith.log.log import Log as Log
from backsmith.log.reading import Filter as Filter
