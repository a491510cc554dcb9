"""What /metrics says, of one worker and of several."""

from pathlib import Path

from backsmith.engine.serving.metrics import Metrics
from backsmith.engine.serving.timing import server_timing


def lines(metrics: Metrics, beginning: str) -> list[str]:
    return [line for line in metrics.render().decode().splitlines() if line.startswith(beginning)]


def test_requests_are_counted_by_route_method_and_class_of_status():
    metrics = Metrics()
    metrics.count("/api/orders/{id}", "GET", 200, 0.0004)
    metrics.count("/api/orders/{id}", "GET", 206, 0.003)
    metrics.count("/api/orders/{id}", "GET", 404, 20.0)
    assert lines(metrics, "backsmith_request_seconds_count") == [
        'backsmith_request_seconds_count{route="/api/orders/{id}",method="GET",status="2xx"} 2',
        'backsmith_request_seconds_count{route="/api/orders/{id}",method="GET",status="4xx"} 1',
    ]
    assert lines(metrics, "backsmith_request_seconds_sum") == [
        'backsmith_request_seconds_sum{route="/api/orders/{id}",method="GET",status="2xx"} 0.003400',
        'backsmith_request_seconds_sum{route="/api/orders/{id}",method="GET",status="4xx"} 20.000000',
    ]
    start = 'backsmith_request_seconds_bucket{route="/api/orders/{id}",method="GET",status="2xx",le='
    assert [line.removeprefix(start) for line in lines(metrics, start)][:5] == [
        '"0.0005"} 1', '"0.001"} 1', '"0.0025"} 1', '"0.005"} 2', '"0.01"} 2',
    ]  # fmt: skip
    start = start.replace("2xx", "4xx")
    assert [line.removeprefix(start) for line in lines(metrics, start)][-2:] == ['"10"} 0', '"+Inf"} 1']


def test_invented_methods_make_no_series_of_their_own():
    metrics = Metrics()
    for number in range(100):
        metrics.count("/api/orders", f"X{number}", 405, 0.1)
    assert lines(metrics, "backsmith_request_seconds_count") == [
        'backsmith_request_seconds_count{route="/api/orders",method="other",status="4xx"} 100'
    ]


def test_counters_and_gauges():
    metrics = Metrics()
    metrics.plan_hits += 3
    metrics.gauges["in_flight"] = lambda: 2
    text = metrics.render().decode()
    assert (
        "# HELP backsmith_plan_hits_total Requests whose plan was found in the cache.\n"
        "# TYPE backsmith_plan_hits_total counter\n"
        "backsmith_plan_hits_total 3\n"
    ) in text
    assert (
        "# HELP backsmith_in_flight Requests in work.\n# TYPE backsmith_in_flight gauge\nbacksmith_in_flight 2\n"
    ) in text


def test_any_worker_answers_for_all_and_what_an_ended_one_counted_stays(tmp_path: Path):
    ended = Metrics(str(tmp_path), worker="1")
    ended.count("/api/orders", "GET", 200, 0.25)
    ended.plan_misses += 1
    ended.gauges["in_flight"] = lambda: 5
    ended.start()
    ended.close()
    here = Metrics(str(tmp_path), worker="2")
    here.count("/api/orders", "GET", 200, 0.5)
    here.gauges["in_flight"] = lambda: 1
    assert lines(here, "backsmith_request_seconds_count") == [
        'backsmith_request_seconds_count{route="/api/orders",method="GET",status="2xx"} 2'
    ]
    assert lines(here, "backsmith_plan_misses_total") == ["backsmith_plan_misses_total 1"]
    assert lines(here, "backsmith_in_flight") == ["backsmith_in_flight 1"]


def test_server_timing_has_the_names_of_the_spine():
    assert server_timing(1.0, 1.0001, 1.0002, 1.0004, 1.002, 1.0021) == (
        "read;dur=0.100, authorize;dur=0.100, plan;dur=0.200, run;dur=1.600, reply;dur=0.100"
    )
