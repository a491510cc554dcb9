"""Rules, checks and computed fields: the decorated methods of entities -> `Rule`s, `Check`s and expression trees."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator, Mapping
from types import FunctionType

from msgspec.structs import replace

from backsmith.blueprint.blueprint import Check, Entity, Field, Rule
from backsmith.blueprint.drafts import Compilation, Draft, attributes, find, name_of
from backsmith.blueprint.expressions import FALSE, FieldOf, Node
from backsmith.blueprint.functions import Context, ExpressionErrors, compile_function
from backsmith.blueprint.naming import VERBS, did_you_mean, listed
from backsmith.blueprint.resolve_fields import computed_of
from backsmith.blueprint.rule_parameters import after_problems, parameter_problems, takes_after
from backsmith.blueprint.source import FunctionNode, Positioned, Source, SourceMissing, source_of_function
from backsmith.blueprint.trees import walk
from backsmith.errors import Problem
from backsmith.model.rules import CHECK, RULES, Allowed
from backsmith.model.teams import Team, TeamEntity


def add_functions(compilation: Compilation, entities: Mapping[str, Entity]) -> dict[str, Entity]:
    """The entities with their rules, checks and the trees of their computed fields."""
    context = context_of(compilation, entities)
    complete = {
        draft.name: _complete(compilation, draft, entities[draft.name], context)
        for draft in compilation.drafts
        if draft.name in entities
    }
    _check_cycles(compilation, complete)
    return complete


def context_of(compilation: Compilation, entities: Mapping[str, Entity]) -> Context:
    """What functions may speak of."""
    account, team = compilation.account, compilation.by_class.get(Team)
    return Context(entities, account.name if account else None, team.name if team else None)


def _complete(compilation: Compilation, draft: Draft, entity: Entity, context: Context) -> Entity:
    computed = computed_of(draft)
    fields: list[Field] = []
    for field in entity.fields:
        function, tree = computed.get(field.name), None
        if function is not None:
            tree, _ = compiled(compilation, function, draft.name, context, field)
        fields.append(field if function is None else replace(field, computed=tree))
    rules: list[Rule] = []
    checks: list[Check] = []
    for name, function in attributes(draft, FunctionType).items():
        if hasattr(function, RULES):
            rules += _rules(compilation, draft, name, function, context)
        if hasattr(function, CHECK):
            checks += _check(compilation, draft, name, function, context)
    return replace(entity, fields=tuple(fields), rules=tuple(rules), checks=tuple(checks))


def compiled(
    compilation: Compilation,
    function: FunctionType,
    entity: str | None,
    context: Context,
    field: Field | None = None,
    *,
    after: bool = False,
) -> tuple[Node, bool]:
    """The tree of a function and whether it needs a user; FALSE where it has mistakes, which are reported."""
    try:
        if field is None:
            return compile_function(function, entity=entity, context=context, returns=None, after=after)
        return compile_function(function, entity=entity, context=context, returns=field.type, nullable=field.nullable)
    except ExpressionErrors as errors:
        if function.__module__ == Team.__module__ and compilation.problems:
            return FALSE, False  # our own rules: what extends their entities has a mistake, which is reported
        compilation.report(*(each for each in errors.problems if not _follows(compilation, each)))
    except SourceMissing as missing:
        compilation.report(missing.problem)
    return FALSE, False


def _follows(compilation: Compilation, problem: Problem) -> bool:
    """Whether the mistake comes of a name whose own mistake is reported."""
    broken = {name for draft in compilation.drafts for name in draft.broken}
    words = re.findall(r"\w+", problem.source[problem.column - 1 : problem.end_column - 1])
    return not broken.isdisjoint(words)


def _rules(
    compilation: Compilation, draft: Draft, name: str, function: FunctionType, context: Context
) -> Iterator[Rule]:
    said: list[Allowed] = getattr(function, RULES)
    try:
        source, node = source_of_function(function)
    except SourceMissing as missing:
        compilation.report(missing.problem)
        return
    path = f"{draft.name}.{name}"
    wrong = list(parameter_problems(draft, path, function, source, node))
    after = takes_after(node)
    for each in said:
        compilation.allowed.setdefault(draft.name, []).append(each.verbs)
        wrong += _verb_problems(compilation, draft, path, each, source, node)
        wrong += _field_problems(draft, path, each, source, node)
        wrong += after_problems(path, each, source, node) if after else ()
    compilation.report(*wrong)
    if any(problem.code == "rule-parameters" for problem in wrong):
        return
    condition, needs_user = compiled(compilation, function, draft.name, context, after=after)
    for number, each in enumerate(said, 1):
        own = name if number == 1 else f"{name}/{number}"
        yield Rule(
            id=compilation.ids.take(f"{draft.name}.{own}", draft.earlier(own)),
            name=name,
            verbs=each.verbs,
            condition=condition,
            fields=None if each.fields is None else _field_names(draft, each.fields),
            needs_user=needs_user,
            after=after,
            across_teams=each.across_teams,
            doc=inspect.getdoc(function),
            location=source.location(name_of(node)),
        )


def _verb_problems(
    compilation: Compilation, draft: Draft, path: str, said: Allowed, source: Source, node: FunctionNode
) -> Iterator[Problem]:
    verbs = (*VERBS, *compilation.verbs.get(draft.name, ()))
    if not said.verbs:
        message = f"The rule {path} doesn't say what it allows."
        yield source.problem(name_of(node), "unknown-verb", message, 'Write @allow("read") or other verbs.')
    if said.across_teams and not issubclass(draft.cls, TeamEntity):
        message = f"The rule {path} is said to hold across teams, but {draft.name} belongs to none."
        hint = f"Write class {draft.name}(TeamEntity), or leave across_teams out."
        yield source.problem(_place(node, "across_teams"), "team", message, hint)
    for verb in said.verbs:
        if verb not in verbs:
            message = f"The rule {path} allows '{verb}', which is no verb.{did_you_mean(verb, verbs)}"
            yield source.problem(_place(node, verb), "unknown-verb", message, f"Verbs are {listed(verbs, 'and')}.")
        elif verb != "read" and draft.declaration.view:
            message = f"The rule {path} allows '{verb}' of a view, which can only be read."
            yield source.problem(_place(node, verb), "unknown-verb", message)


def _field_problems(draft: Draft, path: str, said: Allowed, source: Source, node: FunctionNode) -> Iterator[Problem]:
    for name in said.fields or ():
        relation = draft.relations.get(name)
        if name not in draft.fields and name not in draft.broken and (relation is None or relation.kind == "to_many"):
            if relation is not None:
                message = f"The rule {path} names '{name}', whose values stand in {relation.entity}."
                hint = f"The rules of {relation.entity} say who may see them."
            else:
                known = [*draft.fields, *(each.name for each in draft.relations.values() if each.kind != "to_many")]
                message = f"The rule {path} names '{name}', which is no field of {draft.name}."
                message, hint = message + did_you_mean(name, known), None
            yield source.problem(_place(node, name), "unknown-field", message, hint)


def _place(node: FunctionNode, word: str) -> Positioned:
    """Where a decorator says `word`."""
    decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
    return next((found for each in decorators if (found := find(each, word))), None) or name_of(node)


def _field_names(draft: Draft, names: tuple[str, ...]) -> tuple[str, ...]:
    """The fields that are meant, a to-one relation standing for its foreign key; of many to many it stays itself."""
    fields: list[str] = []
    for name in names:
        relation = draft.relations.get(name)
        fields += relation.fields if relation and relation.kind == "to_one" else [name]
    return tuple(dict.fromkeys(fields))


def _check(
    compilation: Compilation, draft: Draft, name: str, function: FunctionType, context: Context
) -> Iterator[Check]:
    try:
        source, node = source_of_function(function)
    except SourceMissing as missing:
        compilation.report(missing.problem)
        return
    if len(node.args.args) != 1 or node.args.vararg or node.args.kwarg or node.args.kwonlyargs:
        message = f"The check {draft.name}.{name} is asked of a row alone."
        hint = f"Write def {name}(self) -> bool."
        compilation.report(source.problem(name_of(node), "check-parameters", message, hint))
        return
    condition, _ = compiled(compilation, function, draft.name, context)
    doc = inspect.getdoc(function)
    yield Check(
        id=compilation.ids.take(f"{draft.name}.{name}", draft.earlier(name)),
        name=name,
        condition=condition,
        message=" ".join(doc.split()) if doc else None,
        location=source.location(name_of(node)),
    )


def _check_cycles(compilation: Compilation, entities: Mapping[str, Entity]) -> None:
    """Report computed fields that need their own value, by way of one another."""
    needs: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for entity in entities.values():
        for field in entity.fields:
            if field.computed is not None:
                used = (each for each in walk(field.computed) if isinstance(each, FieldOf))
                needs[entity.name, field.name] = [(each.of.entity, each.field) for each in used]
    done: set[tuple[str, str]] = set()

    def visit(key: tuple[str, str], path: list[tuple[str, str]]) -> None:
        if key in path:
            names = [".".join(each) for each in (*path[path.index(key) :], key)]
            draft = next(each for each in compilation.drafts if each.name == key[0])
            source, node = source_of_function(computed_of(draft)[key[1]])
            message = f"{names[0]} needs its own value: {' -> '.join(names)}."
            compilation.report(source.problem(name_of(node), "computed-cycle", message))
        elif key in needs and key not in done:
            for other in needs[key]:
                visit(other, [*path, key])
            done.add(key)

    for key in needs:
        visit(key, [])
