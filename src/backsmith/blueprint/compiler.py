"""`compile`: an application -> its blueprint and the lock that keeps its ids.

Every name is resolved here and every mistake reported here, all together; nothing downstream sees the model.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from types import FunctionType, ModuleType

from backsmith.blueprint.blueprint import Blueprint, Entity, Query
from backsmith.blueprint.drafts import Compilation
from backsmith.blueprint.functions import Context
from backsmith.blueprint.load import Application, application_of
from backsmith.blueprint.lock import Ids, Lock
from backsmith.blueprint.resolve_drafts import add_drafts
from backsmith.blueprint.resolve_entities import entity_of
from backsmith.blueprint.resolve_fields import add_fields
from backsmith.blueprint.resolve_functions import add_functions
from backsmith.blueprint.resolve_lists import add_lists
from backsmith.blueprint.resolve_names import check_names
from backsmith.blueprint.resolve_queries import resolve_queries
from backsmith.blueprint.resolve_relations import add_to_one
from backsmith.blueprint.source import forget_sources
from backsmith.model import Entity as ModelEntity
from backsmith.model.entity import is_entity
from backsmith.model.queries import QUERY


def compile(
    application: Application | ModuleType | Iterable[ModuleType], lock: Lock | None = None
) -> tuple[Blueprint, Lock]:
    """The blueprint of an application, and its new lock.

    In: what `load` gives, a module or package, or several modules; the lock of the last time, so that ids stay.
    Raises ModelError with all mistakes of the model.
    """
    if isinstance(application, ModuleType):
        application = application_of(application)
    elif not isinstance(application, Application):
        modules = tuple(application)
        application = Application(modules[0].__name__.rpartition(".")[2], modules)
    classes, functions = _contents(application.modules)
    compilation = Compilation(Ids(lock or Lock()))
    try:
        entities, queries = _resolve(compilation, classes, functions)
    finally:
        forget_sources()
    compilation.finish()
    account = compilation.account.name if compilation.account else None
    blueprint = Blueprint(
        name=application.name, entities=entities, queries=queries, account=account, doc=application.doc
    )
    return blueprint, compilation.ids.lock()


def _contents(modules: Iterable[ModuleType]) -> tuple[list[type[ModelEntity]], list[FunctionType]]:
    """The entities and queries of the modules, in the order in which they stand there."""
    classes: dict[type[ModelEntity], None] = {}
    functions: dict[FunctionType, None] = {}
    for module in modules:
        for value in sorted(vars(module).values(), key=partial(_line, module)):
            if is_entity(value):
                classes[value] = None
            elif isinstance(value, FunctionType) and hasattr(value, QUERY):
                functions[value] = None
    return list(classes), list(functions)


def _line(module: ModuleType, value: object) -> int:
    """Where something stands in its module; what was imported comes first."""
    if getattr(value, "__module__", None) != module.__name__:
        return 0
    if is_entity(value):
        return value.__declaration__.line
    return value.__code__.co_firstlineno if isinstance(value, FunctionType) else 0


def _resolve(
    compilation: Compilation, classes: list[type[ModelEntity]], functions: list[FunctionType]
) -> tuple[tuple[Entity, ...], tuple[Query, ...]]:
    add_drafts(compilation, classes)
    check_names(compilation)
    for draft in compilation.drafts:
        add_fields(compilation, draft)
    add_to_one(compilation)
    add_lists(compilation)
    entities = {draft.name: entity_of(compilation, draft) for draft in compilation.drafts}
    complete = add_functions(compilation, entities)
    context = Context(complete, compilation.account.name if compilation.account else None)
    return tuple(complete.values()), resolve_queries(compilation, functions, context)
