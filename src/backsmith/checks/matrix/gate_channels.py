"""The channel of requests about no row: who no rule can ever let do it is refused, and nobody else is.

In: an entity and who asks. Lists and writes of nothing are asked, and which methods rules open to somebody.
"""

from __future__ import annotations

from backsmith.blueprint.asker import NOBODY, Asker
from backsmith.blueprint.blueprint import Entity
from backsmith.checks.matrix.ground import Ground
from backsmith.checks.matrix.serving import Question

METHODS = {"POST": {"create"}, "PUT": {"create", "update"}, "PATCH": {"update"}, "DELETE": {"delete"}}
"""What each method that writes may come to."""
OPEN = {True: "open", False: "closed"}


async def gate(ground: Ground, entity: Entity, asker: Asker) -> None:
    """The list, and writes of no rows: refused where no rule could let such an asker do it to any row."""
    path, expecting = ground.path(entity), ground.expecting
    none = f"{path}?{entity.key[0]}=in.()"
    questions = [("read", Question(f"{path}?limit=0", asker))]
    if not entity.view:
        undone = {"prefer": "tx=rollback"}
        questions += [
            ("create", Question(path, asker, "POST", [], undone)),
            ("update", Question(none, asker, "PATCH", {}, undone)),
            ("delete", Question(none, asker, "DELETE", headers=undone)),
        ]
    for verb, question in questions:
        needed = {verb} if verb == "create" else {"read", verb}  # what is found by a filter has to be seen
        opened = all(expecting.ever(asker, [each for each in entity.rules if one in each.verbs]) for one in needed)
        answer = await ground.served.ask(question)
        ground.agree(entity, verb, "", "gate", question, OPEN[opened], OPEN[not answer.refused])
    if asker == NOBODY:
        await _methods(ground, entity)


async def _methods(ground: Ground, entity: Entity) -> None:
    """What `OPTIONS` says that a rule opens to somebody."""
    question = Question(ground.path(entity), NOBODY, "OPTIONS")
    answer = await ground.served.ask(question)
    verbs = {verb for rule in entity.rules for verb in rule.verbs}
    expected = {method for method, some in METHODS.items() if some & verbs and not entity.view}
    said = set(answer.headers.get("allow", "").split(", ")) & set(METHODS)
    ground.agree(entity, "write", "", "methods", question, sorted(expected), sorted(said))
