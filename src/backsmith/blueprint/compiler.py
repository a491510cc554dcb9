"""`compile`: an application -> its blueprint and the lock that keeps its ids.

Every name is resolved here and every mistake reported here, all together; nothing downstream sees the model.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from itertools import chain
from types import FunctionType, ModuleType

from backsmith.blueprint.blueprint import Blueprint
from backsmith.blueprint.drafts import Compilation
from backsmith.blueprint.load import Application, application_of
from backsmith.blueprint.lock import Ids, Lock
from backsmith.blueprint.resolve_actions import find_actions, resolve_actions
from backsmith.blueprint.resolve_drafts import add_drafts
from backsmith.blueprint.resolve_entities import entity_of
from backsmith.blueprint.resolve_fields import add_fields
from backsmith.blueprint.resolve_functions import add_functions, context_of
from backsmith.blueprint.resolve_hooks import resolve_hooks
from backsmith.blueprint.resolve_lists import add_lists
from backsmith.blueprint.resolve_migrations import migrations_in, resolve_migrations
from backsmith.blueprint.resolve_names import check_names
from backsmith.blueprint.resolve_personal import add_personal
from backsmith.blueprint.resolve_queries import resolve_queries
from backsmith.blueprint.resolve_relations import add_to_one
from backsmith.blueprint.resolve_routes import resolve_error_format, resolve_routes
from backsmith.blueprint.resolve_secrets import check_secrets
from backsmith.blueprint.resolve_teams import add_teams, check_teams
from backsmith.blueprint.source import forget_sources
from backsmith.model import Entity as ModelEntity
from backsmith.model.actions import ACTION
from backsmith.model.entity import is_entity
from backsmith.model.hooks import HOOKS
from backsmith.model.queries import QUERY
from backsmith.model.routes import ERROR_FORMAT, ROUTES
from backsmith.model.teams import Membership

MARKS = (QUERY, ACTION, HOOKS, ROUTES, ERROR_FORMAT)
"""What decorators leave on the functions that belong to the application."""


def compile(
    application: Application | ModuleType | Iterable[ModuleType], lock: Lock | None = None, *, prefix: str = "/api"
) -> tuple[Blueprint, Lock]:
    """The blueprint of an application, and its new lock.

    In: what `load` gives, a module or package, or several modules; the lock of the last time, so that ids stay; the
    path below which the API will be served, which the application's own routes keep clear of.
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
        blueprint = _resolve(compilation, application, classes, functions, prefix)
    finally:
        forget_sources()
    compilation.finish()
    return blueprint, compilation.ids.lock()


def _contents(modules: Iterable[ModuleType]) -> tuple[list[type[ModelEntity]], list[FunctionType]]:
    """The entities and marked functions of the modules, in the order in which they stand there."""
    classes: dict[type[ModelEntity], None] = {}
    functions: dict[FunctionType, None] = {}
    for module in modules:
        for value in sorted(vars(module).values(), key=partial(_line, module)):
            if is_entity(value):
                classes[value] = None
            elif isinstance(value, FunctionType) and any(hasattr(value, mark) for mark in MARKS):
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
    compilation: Compilation,
    application: Application,
    classes: list[type[ModelEntity]],
    functions: list[FunctionType],
    prefix: str,
) -> Blueprint:
    def marked(mark: str) -> list[FunctionType]:
        return [function for function in functions if hasattr(function, mark)]

    add_drafts(compilation, classes)
    check_names(compilation)
    for draft in compilation.drafts:
        add_fields(compilation, draft)
    add_to_one(compilation)
    add_lists(compilation)
    found = find_actions(compilation, marked(ACTION))
    entities = {draft.name: entity_of(compilation, draft) for draft in compilation.drafts}
    check_secrets(compilation, entities)
    has_teams = check_teams(compilation)
    complete = add_functions(compilation, entities)
    complete = add_personal(compilation, add_teams(compilation, complete) if has_teams else complete)
    context = context_of(compilation, complete)
    queries = resolve_queries(compilation, marked(QUERY), context)
    actions = resolve_actions(compilation, found, context, queries)
    hooks = resolve_hooks(compilation, marked(HOOKS))
    routes = resolve_routes(compilation, marked(ROUTES), context, list(complete.values()), actions, prefix.rstrip("/"))
    return Blueprint(
        name=application.name,
        entities=tuple(complete.values()),
        queries=queries,
        actions=actions,
        hooks=hooks,
        routes=routes,
        error_format=resolve_error_format(compilation, marked(ERROR_FORMAT)),
        migrations=resolve_migrations(
            compilation, chain.from_iterable(map(migrations_in, application.modules)), complete
        ),
        account=context.account,
        team=context.team,
        membership=compilation.by_class[Membership].name if Membership in compilation.by_class else None,
        doc=application.doc,
    )
