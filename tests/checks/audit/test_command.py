"""`backsmith audit` as a command: exit codes, JSON, SARIF, what OWASP's lists have of it."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest

from backsmith.checks.audit.catalogue import ASVS, BY_CODE, CHECKS, NOT_LOOKED_AT, OWASP
from backsmith.checks.audit.english import coverage
from backsmith.cli.main import run

MODEL = '''
    from backsmith import Entity, allow


    class Visit(Entity):
        """A visit."""

        number: int

        @allow("read", "create")
        def everyone(self) -> bool:
            return True
'''


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    name = f"visits_{tmp_path.name.replace('-', '_')}.py"
    (tmp_path / name).write_text(dedent(MODEL).lstrip())
    return name


def test_findings_and_exit_codes(model: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", model, "--offline"]) == 1
    out, err = capsys.readouterr()
    assert out.splitlines()[:3] == [
        f"high: {model}:10: Anybody may create the rows of Visit without signing in. [open-writes:Visit.everyone]",
        "  Risk: Anyone on the network can fill, change or empty the table. "
        "(OWASP API1:2023, OWASP API5:2023, ASVS V8)",
        "  Do:   Give the rule a parameter user: Account, and say whose rows it is about.",
    ]
    assert err.splitlines()[0] == "1 high, 1 medium, 1 low."
    assert run(["audit", model, "--offline", "--fail-on", "never"]) == 0
    Path("pyproject.toml").write_text(
        "[tool.backsmith.audit_accept]\n"
        '"open-writes:Visit.everyone" = "counts visits"\n'
        '"unlimited:limits" = "the proxy"\n'
    )
    assert run(["audit", model, "--offline"]) == 0
    assert capsys.readouterr().err.splitlines()[-1] == "0 high, 0 medium, 1 low; 2 accepted."
    assert run(["audit", model, "--offline", "--fail-on", "low"]) == 1


def test_json(model: str, capsys: pytest.CaptureFixture[str]) -> None:
    run(["audit", model, "--offline", "--json"])
    first = json.loads(capsys.readouterr().out)[0]
    assert first == {
        "check": "open-writes",
        "severity": "high",
        "subject": "Visit.everyone",
        "message": "Anybody may create the rows of Visit without signing in.",
        "fix": "Give the rule a parameter user: Account, and say whose rows it is about.",
        "file": model,
        "line": 10,
        "column": 9,
    }


def test_sarif(model: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("pyproject.toml").write_text('[tool.backsmith.audit_accept]\n"open-writes:Visit.everyone" = "counts visits"\n')
    run(["audit", model, "--offline", "--sarif"])
    log = json.loads(capsys.readouterr().out)
    [one] = log["runs"]
    assert log["version"] == "2.1.0"
    rules = {rule["id"]: rule for rule in one["tool"]["driver"]["rules"]}
    assert rules["open-writes"]["properties"] == {
        "tags": [
            "security",
            "OWASP API1:2023 Broken Object Level Authorization",
            "OWASP API5:2023 Broken Function Level Authorization",
            "ASVS 5.0 V8 Authorization",
        ],
        "security-severity": "8.0",
    }
    result = one["results"][0]
    assert (result["ruleId"], result["level"]) == ("open-writes", "error")
    assert result["suppressions"] == [{"kind": "external", "justification": "counts visits"}]
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": model},
        "region": {"startLine": 10, "startColumn": 9},
    }
    assert {result["ruleId"] for result in one["results"]} <= set(rules)


def test_every_check_is_in_owasp_s_lists_and_what_has_none_says_why() -> None:
    assert len(BY_CODE) == len(CHECKS)
    for check in CHECKS:
        assert set(check.owasp) <= set(OWASP) and set(check.asvs) <= set(ASVS), check.code
    assert {f"API{n}" for n in range(1, 11)} == set(OWASP)
    text = coverage()
    assert "  API7  Server Side Request Forgery: not looked at: whether the application's own functions" in text
    assert set(NOT_LOOKED_AT) - set(OWASP) - set(ASVS) == {"V17"}


def test_two_forms_at_once(model: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", model, "--json", "--sarif"]) == 2
    assert "--json and --sarif are two forms of the same. Choose one." in capsys.readouterr().err
