"""`audit`: all findings about an application, the most severe first, those that are accepted marked so.

In: blueprint and settings. Out: findings. What is accepted stands in the setting `audit_accept`, with the reason; an
entry that accepts nothing any more is a mistake, so that the list stays true.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from backsmith.blueprint.blueprint import Blueprint
from backsmith.checks.audit.fields import fields
from backsmith.checks.audit.findings import SEVERITIES, Finding
from backsmith.checks.audit.limits import limits
from backsmith.checks.audit.paths import paths
from backsmith.checks.audit.rights import rights
from backsmith.checks.audit.weak_settings import not_for_production, weak_settings
from backsmith.errors import UsageError
from backsmith.settings import Settings


def audit(blueprint: Blueprint, settings: Settings, others: Iterable[Finding] = ()) -> list[Finding]:
    """All findings, with `others` that were made elsewhere. Raises UsageError for what is accepted and not found."""
    of_model = (*rights(blueprint), *fields(blueprint), *paths(blueprint), *limits(blueprint, settings))
    of_settings = (*weak_settings(settings, blueprint), *not_for_production(settings, blueprint))
    found = {each.key: each for each in (*of_model, *of_settings, *others)}
    accepted = settings.audit_accept
    unknown = [key for key in accepted if key not in found]
    if unknown:
        raise UsageError(
            f"audit_accept names {', '.join(unknown)}, which this audit doesn't find. Take it out of the settings."
        )
    every = [replace(each, accepted=accepted.get(key)) for key, each in found.items()]
    return sorted(every, key=_place)


def _place(finding: Finding) -> tuple[int, str, str, int, str]:
    worst_first = -SEVERITIES.index(finding.severity)
    return worst_first, finding.check, finding.file or "", finding.line or 0, finding.subject
