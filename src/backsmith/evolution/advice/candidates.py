"""Ways to rows that are wanted -> indexes that may shorten them. Which of them really do is measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec import Struct

from backsmith.blueprint.blueprint import Entity
from backsmith.blueprint.types import Bytes, Json, List
from backsmith.databases.schema import Table
from backsmith.databases.served import Served, Wanted

LONGEST = 4
"""Fields of an index, at most."""
MOST = 12
"""Candidates of a table, at most."""


class Candidate(Struct, frozen=True):
    """An index that may be worth having."""

    fields: tuple[str, ...]
    """Of the entity, "-" in front for descending."""
    served: tuple[int, ...]
    """Numbers of the statements that may gain."""


def candidates(entity: Entity, table: Table, served: Sequence[Served]) -> list[Candidate]:
    """Indexes of the entity's table that the statements may gain from and the table (as it is to be) lacks, those of
    statements that took long first."""
    columns = {field.name: field.column for field in entity.fields if field.computed is None}
    fit = {
        field.name
        for field in entity.fields
        if field.computed is None and not isinstance(field.type, Json | List | Bytes)
    }
    weights = Counter[str]()
    for each in served:
        for wanted in each.wanted:
            if wanted.entity == entity.name:
                weights.update(dict.fromkeys(wanted.equal, round(each.seconds * 1_000_000) + 1))
    found: dict[tuple[str, ...], list[int]] = {}
    for number, each in sorted(enumerate(served), key=lambda pair: -pair[1].seconds):
        for wanted in each.wanted:
            if wanted.entity != entity.name or _finds_one(entity, wanted):
                continue
            for fields in _forms(entity, wanted, weights):
                names = [name.removeprefix("-") for name in fields]
                if len(set(names)) == len(names) <= LONGEST and set(names) <= fit:
                    terms = tuple(f"-{columns[name[1:]]}" if name[0] == "-" else columns[name] for name in fields)
                    if not is_covered(terms, len(wanted.equal), table):
                        numbers = found.setdefault(fields, [])
                        if number not in numbers:
                            numbers.append(number)
    return [Candidate(fields, tuple(numbers)) for fields, numbers in list(found.items())[:MOST]]


def _finds_one(entity: Entity, wanted: Wanted) -> bool:
    """Whether it is about one row, which a key or something unique finds already."""
    unique = [entity.key, *(each.fields for each in entity.uniques)]
    unique += [(field.name,) for field in entity.fields if field.unique]
    return any(each and set(each) <= set(wanted.equal) for each in unique)


def _forms(entity: Entity, wanted: Wanted, weights: Counter[str]) -> Iterator[tuple[str, ...]]:
    """Fields that are compared come first, those that most statements compare before the others; then the order, or a
    span of values."""
    equal = tuple(sorted(wanted.equal, key=lambda name: (-weights[name], name)))
    order = tuple(name for name in wanted.order if name.removeprefix("-") not in equal)
    plain = tuple(name for name in order if name.removeprefix("-") not in entity.key)
    forms = [equal + plain, *((*equal, name) for name in wanted.ranged), equal]
    if plain or equal:
        forms.append(equal + order)
    if len(equal) > 1:
        forms += [(name,) for name in equal]
    # An index on one field is read either way round.
    forms = [(form[0].removeprefix("-"),) if len(form) == 1 else form for form in forms]
    yield from dict.fromkeys(form for form in forms if form)


def is_covered(terms: tuple[str, ...], equal: int, table: Table) -> bool:
    """Whether an index of the table begins with these terms; the first `equal` of them may stand in any order, and all
    may be the other way round."""
    turned = tuple(term[1:] if term.startswith("-") else f"-{term}" for term in terms)
    for index in existing(table):
        for wanted in (terms, turned):
            start = index[: len(wanted)]
            same = start[equal:] == wanted[equal:] and _plain(start[:equal]) == _plain(wanted[:equal])
            if same and len(start) == len(wanted):
                return True
    return False


def _plain(terms: tuple[str, ...]) -> set[str]:
    return {term.removeprefix("-") for term in terms}


def existing(table: Table) -> list[tuple[str, ...]]:
    """The columns of what serves as an index of all rows."""
    plain = [index.columns for index in table.indexes if index.where is None and index.method is None]
    return [table.primary_key, *(unique.columns for unique in table.uniques), *plain]


def model_line(entity: Entity, fields: tuple[str, ...]) -> str:
    """What to write in the model: `status: Annotated[…, Indexed]`, or `indexes=[Index("customer", "-placed_at")]`."""
    if len(fields) == 1 and not fields[0].startswith("-"):
        return f"{_name(entity, fields[0])}: Annotated[…, Indexed]"
    return f"class {entity.name}(Entity, indexes=[{index_call(entity, fields)}])"


def index_call(entity: Entity, fields: tuple[str, ...]) -> str:
    """`Index("customer", "-placed_at")`."""
    names = (("-" if name[0] == "-" else "") + _name(entity, name.removeprefix("-")) for name in fields)
    listed = ", ".join(f'"{name}"' for name in names)
    return f"Index({listed})"


def _name(entity: Entity, field: str) -> str:
    """The relation's name where the field is all of its foreign key."""
    for relation in entity.relations:
        if relation.kind == "to_one" and relation.fields == (field,) and not relation.implicit:
            return relation.name
    return field
