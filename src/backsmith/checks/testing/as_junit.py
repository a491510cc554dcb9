"""A report as JUnit XML, which continuous integration reads. In: a `Report`. Out: text."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from backsmith.checks.testing.results import PARTS, Report, Result

_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML can't hold (XML 1.0, 2.2)."""


def as_junit(report: Report) -> str:
    """The report."""
    root = ElementTree.Element("testsuites", name=_clean(report.application))
    for part in PARTS:
        results = [result for result in report.results if result.part == part]
        if not results:
            continue
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=part,
            tests=str(len(results)),
            failures=str(sum(bool(result.findings) for result in results)),
            skipped=str(sum(bool(result.skipped) for result in results)),
            time=f"{sum(result.seconds for result in results):.3f}",
        )
        for result in results:
            _case(suite, result, report.database)
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _case(suite: ElementTree.Element, result: Result, database: str) -> None:
    case = ElementTree.SubElement(
        suite,
        "testcase",
        classname=f"{result.part} on {database}",
        name=_clean(result.name),
        time=f"{result.seconds:.3f}",
    )
    if result.skipped:
        ElementTree.SubElement(case, "skipped", message=_clean(result.skipped))
    for finding in result.findings:
        first, _, _ = finding.what.partition("\n")
        failure = ElementTree.SubElement(case, "failure", message=_clean(first))
        failure.text = _clean(f"{finding.where}\n{finding.what}\n{finding.reproduce}".rstrip())


def _clean(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)
