"""Findings as SARIF 2.1.0 (OASIS), the form in which code hosts and editors take them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backsmith.checks.audit.catalogue import ASVS, CHECKS, OWASP
from backsmith.checks.audit.findings import Check, Finding, Severity

_LEVELS: dict[Severity, str] = {"high": "error", "medium": "warning", "low": "note"}
_SCORES: dict[Severity, str] = {"high": "8.0", "medium": "5.0", "low": "2.0"}
"""What code hosts sort by: `security-severity`, a number from 0 to 10 like CVSS's."""


def sarif(findings: Sequence[Finding], version: str, settings_file: str) -> dict[str, Any]:
    """The log of one run. What stands in no file of the model is shown at `settings_file`."""
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "backsmith audit",
                        "version": version,
                        "rules": [_rule(check) for check in CHECKS],
                    }
                },
                "results": [_result(each, settings_file) for each in findings],
            }
        ],
    }


def _rule(check: Check) -> dict[str, Any]:
    tags = [f"OWASP {code}:2023 {OWASP[code]}" for code in check.owasp]
    tags += [f"ASVS 5.0 {code} {ASVS[code]}" for code in check.asvs]
    return {
        "id": check.code,
        "shortDescription": {"text": check.title},
        "fullDescription": {"text": check.risk},
        "defaultConfiguration": {"level": _LEVELS[check.severity]},
        "properties": {"tags": ["security", *tags], "security-severity": _SCORES[check.severity]},
    }


def _result(finding: Finding, settings_file: str) -> dict[str, Any]:
    region = {"startLine": finding.line or 1, "startColumn": finding.column or 1}
    location = {"artifactLocation": {"uri": finding.file or settings_file}, "region": region}
    found: dict[str, Any] = {
        "ruleId": finding.check,
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{finding.message} {finding.fix}"},
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {"finding/v1": finding.key},
    }
    if finding.accepted is not None:
        found["suppressions"] = [{"kind": "external", "justification": finding.accepted}]
    return found
