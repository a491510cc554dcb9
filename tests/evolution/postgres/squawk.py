"""What squawk, a linter of PostgreSQL migrations, finds in plans, and why what it still finds is as it should be."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from backsmith.databases.steps import Alone, Batches, Statements, Step

SQUAWK = Path(sys.executable).parent / "squawk"
IN_PLACE = frozenset(
    {"varchar_wider", "varchar_to_text", "varchar_wider_with_check", "numeric_more_digits", "timestamp_to_timestamptz",
     "cidr_to_inet", "integer_to_bigint_small", "key_to_bigint_small", "key_to_text_small"}
)  # fmt: skip
SMALL = frozenset({"add_identity_column_small", "add_generated_column_small"})
EXPECTED: dict[str, tuple[str, frozenset[str] | None]] = {
    "prefer-robust-stmts": (
        "The applier records each step and undoes what a failed one left; IF NOT EXISTS would take an INVALID index.",
        None,
    ),
    "ban-drop-constraint": ("It was asked for, or another one comes in its place in the same transaction.", None),
    "ban-drop-not-null": ("It was asked for: nobody's row is refused by it.", frozenset({"drop_not_null"})),
    "ban-drop-default": ("It was asked for, or an identity takes its place in the same transaction.", None),
    "ban-alter-identity": ("It was asked for, or goes on where the old column's numbers ended.", None),
    "ban-drop-sequence": ("It goes with the default that took numbers from it.", None),
    "ban-drop-column": ("Only with an approval; or the new column takes its name in the same transaction.", None),
    "ban-drop-table": ("Only with an approval.", frozenset({"drop_tables"})),
    "ban-drop-function": ("It is of our own trigger, which goes with it.", None),
    "ban-drop-type": ("The new type takes its name in the same transaction, or no column has it.", None),
    "renaming-column": ("Only with an approval; or it is a shadow that takes the old column's name.", None),
    "renaming-table": ("Only with an approval.", frozenset({"rename_table_and_column"})),
    "renaming-object": ("Names of constraints, indexes and types of our own, that no client says.", None),
    "prefer-bigint-over-int": ("The type is what the model says.", None),
    "prefer-text-field": ("The type is what the model says.", None),
    "changing-column-type": ("PostgreSQL changes these in its catalogue alone; or the table is small.", IN_PLACE),
    "adding-field-with-default": ("The table is small.", SMALL),
}
"""By rule: the reason, and the cases in which it may be found; None: in any."""


def sql_of(steps: Sequence[Step]) -> str:
    """The plan as a script."""
    lines = ["SET lock_timeout = '1s';", "SET statement_timeout = '0';"]
    for step in steps:
        match step:
            case Statements(statements=statements):
                lines += ["BEGIN;", *(f"{sql};" for sql in statements), "COMMIT;"]
            case Alone(statement=sql):
                lines.append(f"{sql};")
            case Batches(statement=sql, ending=ending):
                lines.append(f"{sql}{ending};")
            case _:
                pass
    return "\n".join(lines)


def unexpected(case: str, steps: Sequence[Step], version: str) -> list[str]:
    """What squawk finds that is in no list."""
    arguments = [str(SQUAWK), "--reporter", "json", "--pg-version", version, "--stdin-filepath", f"{case}.sql"]
    result = subprocess.run(arguments, input=sql_of(steps), capture_output=True, text=True, check=False)
    found: list[str] = []
    for finding in json.loads(result.stdout):
        _, cases = EXPECTED.get(finding["rule_name"], ("", frozenset[str]()))
        if cases is not None and case not in cases:
            found.append(f"{finding['rule_name']}: {finding['message']}")
    return found
