"""Names of a database -> names in Python: `InvoiceLine` for a class, `invoice_line` for a field.

Any text can be a name in a database. What comes out is always an identifier, no keyword, and no name that has another
meaning in a model or in the API's queries.
"""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Collection, Iterable

import inflection

from backsmith.blueprint.naming import LONGEST, PARAMETERS, collection_name

IMPORTED = frozenset(
    {
        "Annotated", "Any", "Literal", "Decimal", "UUID", "Ge", "Gt", "Le", "Lt", "MaxLen", "MinLen", "MultipleOf",
        "Assigned", "Column", "Digits", "Entity", "Identity", "Index", "Indexed", "Int16", "Int32", "Json", "OnDelete",
        "Open", "References", "SqlCheck", "Through", "Unique", "Via",
    }
)  # fmt: skip
"""What a model file may import or define, and no entity can be called."""

_SAME_IN_PLURAL = frozenset(
    {"data", "metadata", "media", "news", "series", "species", "info", "analytics", "status", "address", "access"}
)
"""Words of tables' names that have no other singular that people would use (nobody says datum)."""


def snake(name: str) -> str:
    """`InvoiceLine`, `INVOICE_LINE` and `invoice line` -> `invoice_line`. Only what an identifier can hold is left."""
    normal = unicodedata.normalize("NFKC", name)
    allowed = "".join(each if f"a{each}".isidentifier() else "_" for each in normal)
    spaced = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", allowed)
    spaced = re.sub(r"([a-z\d])([A-Z])", r"\1_\2", spaced)
    lower = unicodedata.normalize("NFKC", spaced.lower())
    return re.sub("_+", "_", lower).strip("_")


def field_name(name: str) -> str:
    """The name of a field on a column of that name."""
    plain = snake(name) or "field"
    if not plain.isidentifier():
        plain = f"field_{plain}"
    plain = _cut(plain)
    return f"{plain}_" if keyword.iskeyword(plain) or plain in PARAMETERS else plain


def singular(words: str) -> str:
    """The singular of the last of some words in snake case: `invoice_lines` -> `invoice_line`."""
    start, last = words[: words.rfind("_") + 1], words[words.rfind("_") + 1 :]
    if last in _SAME_IN_PLURAL or last.endswith("ss"):
        return words
    return start + (inflection.singularize(last) or last)


def plural(words: str) -> str:
    """The plural of the last of some words in snake case."""
    start, last = words[: words.rfind("_") + 1], words[words.rfind("_") + 1 :]
    return start + inflection.pluralize(last)


def class_name(table: str) -> str:
    """The name of the entity in a table of that name."""
    # Letters only: a collection, which is named after the class, has no accents that stand alone.
    words = singular(re.sub(r"[^\w]", "", snake(table)).strip("_")) or "table"
    name = "".join(part[:1].upper() + part[1:] for part in words.split("_"))
    if not name[:1].isupper() or not name.isidentifier():
        name = f"Table{name}"
    name = _cut(name)
    return f"{name}Row" if name in IMPORTED or keyword.iskeyword(name) else name


def free(wanted: Iterable[str], taken: Collection[str]) -> str:
    """The first of the names that isn't taken, else the last of them with a number."""
    last = ""
    for last in wanted:
        if last not in taken:
            return last
    number = 2
    while f"{last.rstrip('_')}_{number}" in taken:
        number += 1
    return f"{last.rstrip('_')}_{number}"


def free_class(wanted: str, schema: str | None, taken: Collection[str], collections: Collection[str]) -> str:
    """A name for an entity whose collection is free too; with that of its schema, or a number, where it isn't."""
    candidates = [wanted, *([f"{class_name(schema)}{wanted}"] if schema else [])]
    candidates += [f"{wanted}{number}" for number in range(2, len(taken) + 4)]
    return next(name for name in candidates if name not in taken and collection_name(name) not in collections)


def _cut(name: str) -> str:
    """Within the bytes that a name of the API may have, with room for a suffix."""
    return name.encode()[: LONGEST - 12].decode(errors="ignore").rstrip("_") or name[:8]
