"""The desired schema, the actual one, and what lies between them."""

from backsmith.databases.changes import Change as Change
from backsmith.databases.changes import describe as describe
from backsmith.evolution.create import create_missing as create_missing
from backsmith.evolution.desired import tables_of as tables_of
from backsmith.evolution.diff import diff as diff
