"""The contract by made-up requests: schemathesis reads the document of each audience and asks the running server.

In: a running application and its audiences. Out: a `Result` for each operation. schemathesis is an extra of its own
(`backsmith[test]`), since it is larger than Backsmith.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from typing import Any

from backsmith.checks.testing.excuses import Asked, is_excused, reply_of
from backsmith.checks.testing.results import Finding, Result
from backsmith.checks.testing.running import Running
from backsmith.checks.testing.shallow import make_shallow
from backsmith.errors import UsageError

INSTALL = "Contracts are tried by schemathesis, which isn't installed: pip install schemathesis"


def has_schemathesis() -> bool:
    """Whether it is installed."""
    return find_spec("schemathesis") is not None


def conformance(
    server: Running,
    audience: str,
    headers: Mapping[str, str],
    *,
    examples: int,
    seed: int,
    thorough: bool = False,
    calls: frozenset[str] = frozenset(),
    operations: Callable[[str], bool] = lambda _: True,
) -> Iterator[Result]:
    """What became of each operation in the document of an audience, as each is done.

    Arguments:
        server: The running application.
        audience: Whose document is tried.
        headers: What shows who asks.
        examples: Made-up requests for each operation, beside the examples of the document.
        seed: Of what is made up; the same one makes the same.
        thorough: Try every edge of every value too, about a thousand requests for each operation, and requests that
            follow from the replies to others.
        calls: Those of the application's own functions, by `METHOD path`.
        operations: Which are tried, by `METHOD path`.

    Raises:
        UsageError: schemathesis isn't installed.
    """
    if not has_schemathesis():
        raise UsageError(INSTALL)
    from schemathesis import openapi  # noqa: PLC0415  an extra, and slow to import
    from schemathesis.config import (  # noqa: PLC0415  as above
        CoveragePhaseConfig,
        GenerationConfig,
        OutputConfig,
        PhasesConfig,
        ProjectConfig,
        ProjectsConfig,
        SanitizationConfig,
        SchemathesisConfig,
        StatefulPhaseConfig,
    )
    from schemathesis.engine import events, from_schema  # noqa: PLC0415  as above

    project = ProjectConfig(
        headers=dict(headers),
        continue_on_failure=True,
        generation=GenerationConfig(max_examples=examples, with_security_parameters=False, database="none"),
        phases=PhasesConfig(
            coverage=CoveragePhaseConfig(enabled=thorough), stateful=StatefulPhaseConfig(enabled=thorough)
        ),
    )
    # Headers are shown as they were sent: what they open is thrown away with the database.
    output = OutputConfig(sanitization=SanitizationConfig(enabled=False))
    config = SchemathesisConfig(seed=seed, projects=ProjectsConfig(default=project), output=output)
    url = f"{server.url}/openapi.json?audience={audience}"
    document: Any = openapi.from_url(url, config=config, headers=dict(headers))
    make_shallow(document.raw_schema)

    def is_tried(context: Any) -> bool:
        """Whether schemathesis is to try an operation."""
        return operations(str(context.operation.label))

    document = document.include(is_tried)

    def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
        """Whether a failure is one, as schemathesis asks."""
        reply = reply_of(response.status_code, response.content)
        sent: Mapping[str, Any] = case.headers or {}
        padded = any(str(value) != str(value).strip() for value in sent.values())
        follows = case.meta is not None and case.meta.phase.name == "stateful"
        asked = Asked(case.media_type or "", case.operation.label in calls, padded, follows)
        return not is_excused(failure.title.lower(), failure.message, reply, asked)

    document.hook(filter_failure)
    found = _Found(audience)
    for event in from_schema(document).execute():
        if isinstance(event, events.ScenarioFinished):
            found.add(event)
        elif isinstance(event, events.NonFatalError | events.FatalError):
            found.fail(event)
    yield from found.results()


class _Found:
    """Gathers what happened, by operation: schemathesis goes over all of them once a phase."""

    def __init__(self, audience: str) -> None:
        self._audience = audience
        self._tried: dict[str, int] = {}
        self._seconds: dict[str, float] = {}
        self._findings: dict[str, dict[tuple[str, str], Finding]] = {}

    def add(self, event: Any) -> None:
        """A phase of one operation is done."""
        recorder, label = event.recorder, event.label or event.recorder.label
        self._tried[label] = self._tried.get(label, 0) + len(recorder.interactions)
        self._seconds[label] = self._seconds.get(label, 0.0) + event.elapsed_time
        for case, checks in recorder.checks.items():
            for check in checks:
                if check.failure_info is not None:
                    self._note(label, recorder, case, check.failure_info)

    def fail(self, event: Any) -> None:
        """Something couldn't be tried."""
        label = getattr(event, "label", None) or "the document"
        text = str(getattr(event, "value", None) or getattr(event, "exception", event))
        self._findings.setdefault(label, {})["error", text] = Finding(label, text)
        self._tried.setdefault(label, 0)

    def results(self) -> Iterator[Result]:
        """What became of each operation."""
        for label, tried in self._tried.items():
            yield Result(
                "contract",
                f"{label} as {self._audience}",
                self._seconds.get(label, 0.0),
                tried,
                tuple(self._findings.get(label, {}).values()),
            )

    def _note(self, label: str, recorder: Any, case: str, info: Any) -> None:
        failure, response = info.failure, recorder.interactions[case].response
        reply = reply_of(response.status_code, response.content)
        known = self._findings.setdefault(label, {})
        key = failure.title, reply.message or str(reply.status)
        if key in known:
            return
        what = f"{failure.title}: {failure.message}".strip()
        shown = response.content[:400].decode(errors="replace")
        known[key] = Finding(
            f"{label} as {self._audience}", f"{what}\nThe reply was {reply.status}: {shown}", info.code_sample
        )
