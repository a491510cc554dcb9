"""The log lines, as programs and as people read them."""

import json
import logging
import os
from pathlib import Path

import pytest

from backsmith.engine.serving.logs import AccessLine, AccessLog, Format, JsonFormatter
from backsmith.engine.serving.request_id import RequestIds

LINE = AccessLine(1767225600.25, "a1-1", "GET", "/api/orders", 200, 1.234, 512, 12, "token", "hit")
NOBODY = AccessLine(1767225600.25, "a1-2", "GET", "/api/\x1b[2J\n", 404, 0.5, 99, None, "nobody", "")


def written(tmp_path: Path, format: Format, *lines: AccessLine) -> str:
    descriptor = os.open(tmp_path / "log", os.O_WRONLY | os.O_CREAT)
    log = AccessLog(format, descriptor)
    log.start()
    for line in lines:
        log.add(line)
    log.close()
    os.close(descriptor)
    return (tmp_path / "log").read_text()


def test_json_is_one_object_a_line(tmp_path: Path):
    first, second = written(tmp_path, "json", LINE, NOBODY).splitlines()
    assert json.loads(first) == {
        "time": 1767225600.25,
        "request": "a1-1",
        "method": "GET",
        "path": "/api/orders",
        "status": 200,
        "ms": 1.234,
        "bytes": 512,
        "asker": 12,
        "via": "token",
        "plan": "hit",
    }
    assert json.loads(second)["path"] == "/api/\x1b[2J\n"


def test_people_read_a_line_and_a_path_can_not_move_their_cursor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("backsmith.engine.serving.logs.time.localtime", __import__("time").gmtime)
    assert written(tmp_path, "human", LINE, NOBODY) == (
        "00:00:00 200 GET /api/orders 1.2 ms, 512 bytes as 12 [a1-1]\n"
        "00:00:00 404 GET /api/\\x1b[2J\\n 0.5 ms, 99 bytes [a1-2]\n"
    )


def test_more_lines_than_one_batch_are_all_written_in_order(tmp_path: Path):
    lines = [AccessLine(0.0, f"{n}", "GET", "/", 200, 0.0, 0, None, "nobody", "") for n in range(2000)]
    found = [json.loads(line)["request"] for line in written(tmp_path, "json", *lines).splitlines()]
    assert found == [str(number) for number in range(2000)]


def test_lines_that_can_not_be_written_are_counted_and_said(caplog: pytest.LogCaptureFixture):
    descriptor = os.open("/dev/null", os.O_RDONLY)
    log = AccessLog("json", descriptor)
    log.add(LINE)
    log.add(LINE)
    log.close()
    os.close(descriptor)
    assert caplog.messages == ["2 lines of the access log couldn't be written."]


def test_a_record_of_logging_is_one_line_of_json():
    record = logging.LogRecord("backsmith.engine", logging.ERROR, "", 0, "Request %s failed.", ("a1-1",), None)
    record.created = 1767225600.25
    record.request_id = "a1-1"
    assert json.loads(JsonFormatter().format(record)) == {
        "time": 1767225600.25,
        "level": "error",
        "logger": "backsmith.engine",
        "message": "Request a1-1 failed.",
        "request": "a1-1",
    }


@pytest.mark.parametrize("given", ["abc", "0190a4b4-3c3c-7000", "Root=1-67891233-abcdef012345", "x" * 128])
def test_a_sane_request_id_is_kept(given: str):
    assert RequestIds().next(given) == given


@pytest.mark.parametrize("given", [None, "", " ", "a b", "a\nb", "é", '"', "-a", "x" * 129])
def test_another_one_is_replaced(given: str | None):
    ids = RequestIds()
    first, second = ids.next(given), ids.next(given)
    assert first != second
    assert len(first) == 14
