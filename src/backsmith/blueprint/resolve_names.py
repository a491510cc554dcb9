"""Names of entities: what is defined twice, taken, reserved or too long is reported."""

from __future__ import annotations

import ast
import re

from backsmith.blueprint.drafts import Compilation, Draft, name_of
from backsmith.blueprint.naming import LONGEST, OWN_PREFIX, PARAMETERS, RESERVED_COLLECTIONS, too_long
from backsmith.model.account import Account
from backsmith.model.entity import is_entity


def check_names(compilation: Compilation) -> None:
    """Report the names that can't be."""
    entities: dict[str, Draft] = {}
    collections: dict[str, Draft] = {}
    tables: dict[tuple[str | None, str], Draft] = {}
    names = set(compilation.names())
    for draft in compilation.drafts:
        table = (draft.declaration.schema, draft.table)
        other = _other_place(draft, entities.get(draft.name))
        if other is not None:
            message = f"There are two entities called {draft.name}; the other is in {other}."
            compilation.report(draft.problem("duplicate-name", message, "Rename one of them."))
        elif draft.collection in collections:
            message = f"{draft.name} and {collections[draft.collection].name} are both served as '{draft.collection}'."
            hint = f'Write class {draft.name}(Entity, collection="…").'
            compilation.report(draft.problem("duplicate-collection", message, hint, at="collection"))
        elif table in tables:
            message = f"{draft.name} and {tables[table].name} share the table '{draft.table}'."
            hint = f'Write class {draft.name}(Entity, table="…").'
            compilation.report(draft.problem("duplicate-table", message, hint, at="table"))
        entities.setdefault(draft.name, draft)
        collections.setdefault(draft.collection, draft)
        tables.setdefault(table, draft)
        _check_twice(compilation, draft)
        _check_own_names(compilation, draft)
        if draft.declaration.renamed_from in names:
            message = f"{draft.name} can't be renamed from {draft.declaration.renamed_from}, which is still there."
            compilation.report(draft.problem("still-there", message, at="renamed_from"))


def _other_place(draft: Draft, known: Draft | None) -> str | None:
    """Where another entity of that name stands: in another module, or in the same file, where Python forgot it."""
    if known is not None:
        return f"{known.source.file}, line {known.node.lineno}"
    body = draft.source.tree.body
    same = [each for each in body if isinstance(each, ast.ClassDef) and each.name == draft.name]
    others = [each for each in same if each is not draft.node] if draft.node in same else []
    return f"line {others[0].lineno}" if others else None


def _check_twice(compilation: Compilation, draft: Draft) -> None:
    """Report names that a class defines twice: Python would keep the last without a word."""
    seen: dict[str, int] = {}
    for statement in draft.node.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            name, place = statement.target.id, statement.target
        elif isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            if any(isinstance(each, ast.Attribute) for each in statement.decorator_list):
                continue  # the setter of a property
            name, place = statement.name, name_of(statement)
        else:
            continue
        if name in seen:
            message = f"{draft.name} has two things called '{name}'; the other is in line {seen[name]}."
            compilation.report(draft.source.problem(place, "duplicate-name", message, "Rename one of them."))
        seen.setdefault(name, statement.lineno)


def _check_own_names(compilation: Compilation, draft: Draft) -> None:
    if draft.collection in RESERVED_COLLECTIONS:
        message = f"{draft.name} can't be served as '{draft.collection}': /api/{draft.collection} has its own meaning."
        hint = f'Write class {draft.name}(Entity, collection="…").'
        compilation.report(draft.problem("reserved-name", message, hint, at="collection"))
    elif not re.fullmatch(r"[\w-]+", draft.collection):
        message = f"{draft.name} can't be served as '{draft.collection}': letters, digits, _ and - make a collection."
        compilation.report(draft.problem("bad-collection", message, at="collection"))
    if draft.table.lower().startswith(OWN_PREFIX):
        message = f"{draft.name} can't have the table '{draft.table}': those that begin so are Backsmith's own."
        compilation.report(draft.problem("reserved-name", message, 'Write table="…".', at="table"))
    for what, name in (("collection", draft.collection), ("table", draft.table)):
        if too_long(name):
            message = f"The {what} of {draft.name} has a name of more than {LONGEST} bytes."
            compilation.report(draft.problem("name-too-long", message, f'Write {what}="…".', at=what))
            break
    for part in draft.parts.values():
        if part.name.startswith("_"):
            message = f"{part.path} begins with '_', which no field does."
            compilation.report(part.problem("reserved-name", message, "Rename it, or annotate it as ClassVar[…]."))
        elif part.name in PARAMETERS and not (part.name == "order" and is_entity(part.shape.base)):
            message = f"{part.path} can't be called '{part.name}': that is a parameter of the API's queries."
            hint = f'Rename it. In the database it can keep its name: Column("{part.name}").'
            compilation.report(part.problem("reserved-name", message, hint))
        elif part.name == "roles" and issubclass(draft.cls, Account):
            message = f"{part.path} can't be called 'roles': an account's roles come with the request."
            compilation.report(part.problem("reserved-name", message))
