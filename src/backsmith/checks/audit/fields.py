"""What is risky about fields by themselves: secrets in plain sight, texts without end.

In: a blueprint. Out: findings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from backsmith.blueprint.blueprint import Blueprint, Entity, Field
from backsmith.blueprint.expressions import FALSE
from backsmith.blueprint.types import Json, List, Text, is_file
from backsmith.checks.audit.findings import Finding
from backsmith.checks.audit.rights import finding, held

_SECRET = re.compile(
    r"(?:^|_)(?:password|passwd|passphrase|secret|api_?key|private_?key|access_?token|refresh_?token|auth_?token"
    r"|pin_?code|cvv|cvc|ssn|social_security_number|iban|card_?number|tax_?number|passport_?number)(?:$|_)"
)
"""Names of what should not be in plain sight, as words between underscores."""


def fields(blueprint: Blueprint) -> Iterator[Finding]:
    """What is risky about fields."""
    for entity in blueprint.entities:
        for field in entity.fields:
            yield from _plain(entity, field)
            if not entity.private:
                yield from _unbounded(entity, field)


def _plain(entity: Entity, field: Field) -> Iterator[Finding]:
    if not _SECRET.search(field.name) or field.hidden or field.secret or field.relation is not None:
        return
    yield finding(
        "plain-secret",
        f"{entity.name}.{field.name}",
        f"{entity.name}.{field.name} is called like a secret; whoever may read the row, and every copy of the "
        "database, has it.",
        "Encrypt it: Annotated[str, Secret], and hide it where nobody needs it back: Annotated[str, Secret, Hidden]. "
        "Passwords belong to accounts, which keep hashes of them.",
        entity.location,
    )


def _unbounded(entity: Entity, field: Field) -> Iterator[Finding]:
    type = field.type.item if isinstance(field.type, List) else field.type
    is_open = (isinstance(type, Text) and type.max_length is None and not is_file(type)) or isinstance(type, Json)
    if not is_open or field.computed is not None:
        return
    for rule in entity.rules:
        writes = [verb for verb in ("create", "update") if verb in rule.verbs]
        if writes and (rule.fields is None or field.name in rule.fields) and held(rule, anonymous=True) != FALSE:
            yield finding(
                "unbounded-text",
                f"{entity.name}.{field.name}",
                f"Anybody may write {entity.name}.{field.name}, as long as max_body lets it be.",
                "Say how long it may be: Annotated[str, MaxLen(200)].",
                entity.location,
            )
            return
