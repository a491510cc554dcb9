"""`backsmith audit`: what is risky in a model and its settings."""

from __future__ import annotations

import asyncio
from typing import Literal

from backsmith.cli.exit_codes import DONE, MISTAKES
from backsmith.cli.loading import compiled, named_model
from backsmith.cli.talk import next_command, say, write, write_json
from backsmith.errors import UsageError
from backsmith.settings import read_settings


def audit(
    model: str | None = None,
    /,
    *,
    json: bool = False,
    sarif: bool = False,
    fail_on: Literal["low", "medium", "high", "never"] = "medium",
    offline: bool = False,
    index: str | None = None,
    coverage: bool = False,
) -> int:
    """Say what is risky in a model and its settings: the risk, the place and what to do.

    Looks at rules, fields, indexes, settings and the packages that are installed. What is meant to be so is accepted in
    pyproject.toml: [tool.backsmith.audit_accept] with "open-reads:Product.everyone" = "a shop window". The exit code is
    1 where anything of --fail-on or worse is found that isn't accepted.

    Example: `backsmith audit shop.py --sarif > audit.sarif`

    Parameters
    ----------
    model
        The model's file, package or dotted name.
    json
        Write JSON, for programs.
    sarif
        Write SARIF 2.1.0, for code hosts and editors.
    fail_on
        The least severity that makes the exit code 1.
    offline
        Don't ask the package index whether holes are known.
    index
        Address of the package index; https://pypi.org unless set.
    coverage
        Write what of OWASP's lists is looked at, and nothing else.
    """
    from backsmith.checks.audit import audit as audits  # noqa: PLC0415  its checks take a while to import
    from backsmith.checks.audit import english, packages  # noqa: PLC0415  as above
    from backsmith.checks.audit.findings import SEVERITIES  # noqa: PLC0415  as above

    if coverage:
        write(english.coverage())
        return DONE
    if json and sarif:
        raise UsageError("--json and --sarif are two forms of the same. Choose one.")
    model = named_model(model)
    settings, blueprint = read_settings(model), compiled(model).blueprint
    known = [] if offline else asyncio.run(packages.holes(packages.installed(), index=index or packages.INDEX))
    findings = audits.audit(blueprint, settings, known)
    if json:
        write_json(findings)
    elif sarif:
        from backsmith.checks.audit.sarif import sarif as log  # noqa: PLC0415  as above

        write_json(log(findings, packages.version(), "pyproject.toml"))
    elif findings:
        write(english.in_english(findings))
    say(english.summary(findings))
    worst = SEVERITIES if fail_on == "never" else SEVERITIES[: SEVERITIES.index(fail_on)]
    failing = fail_on != "never" and any(each.severity not in worst for each in findings if each.accepted is None)
    if failing and not json and not sarif:
        next_command(f"backsmith audit {model} after mending, or accept what is meant in [tool.backsmith.audit_accept]")
    return MISTAKES if failing else DONE
