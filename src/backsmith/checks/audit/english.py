"""Findings for people to read."""

from __future__ import annotations

from collections.abc import Sequence

from backsmith.checks.audit.catalogue import ASVS, BY_CODE, CHECKS, NOT_LOOKED_AT, OWASP
from backsmith.checks.audit.findings import SEVERITIES, Finding


def in_english(findings: Sequence[Finding]) -> str:
    """Each finding: its severity, place, what is so, the risk, what to do, and which lists have it."""
    return "\n\n".join(map(_finding, findings))


def _finding(finding: Finding) -> str:
    check = BY_CODE[finding.check]
    lists = ", ".join([*(f"OWASP {code}:2023" for code in check.owasp), *(f"ASVS {code}" for code in check.asvs)])
    lines = [
        f"{finding.severity}: {finding.place}: {finding.message} [{finding.key}]",
        f"  Risk: {check.risk} ({lists})",
        f"  Do:   {finding.fix}",
    ]
    if finding.accepted is not None:
        lines.append(f"  Accepted: {finding.accepted}")
    return "\n".join(lines)


def summary(findings: Sequence[Finding]) -> str:
    """`2 high, 1 medium, 0 low; 3 accepted.`"""
    open = [each for each in findings if each.accepted is None]
    counts = ", ".join(
        f"{sum(each.severity == severity for each in open)} {severity}" for severity in reversed(SEVERITIES)
    )
    accepted = len(findings) - len(open)
    return f"{counts}{f'; {accepted} accepted' if accepted else ''}."


def coverage() -> str:
    """What of the two OWASP lists is looked at, and what is left to people."""
    lines: list[str] = []
    for title, names in (("OWASP API Security Top 10 (2023)", OWASP), ("ASVS 5.0", ASVS)):
        lines.append(title)
        for code, name in names.items():
            checks = [each.code for each in CHECKS if code in (*each.owasp, *each.asvs)]
            left = f"not looked at: {NOT_LOOKED_AT[code]}" if code in NOT_LOOKED_AT else "by how Backsmith is made"
            lines.append(f"  {code:5} {name}: {', '.join(checks) or left}")
    return "\n".join(lines)
