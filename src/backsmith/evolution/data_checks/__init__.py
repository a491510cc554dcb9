"""What the rows that are there say of a change, before anything is touched."""

from backsmith.evolution.data_checks.findings import findings as findings
