"""References of a batch's operations to results of earlier ones: what stands in their place, and what is refused."""

from __future__ import annotations

import pytest

from backsmith.engine.batch.references import fill_body, fill_path, in_body, in_path
from backsmith.errors import RequestError

RESULTS = {
    "order": b'{"id": 7, "total": 19.90, "big": 9007199254740993, "note": null, "text": "a/b \\u00e9?", "ok": true}',
    "list": b'[{"id": 1, "lines": [{"id": 10}, {"id": 11}]}]',
    "two": b'[{"id": 1}, {"id": 2}]',
}


@pytest.mark.parametrize(
    ("body", "filled"),
    [
        (b'{"order_id": {"$result": "order.id"}}', b'{"order_id": 7}'),
        (b'[{"a":{ "$result" : "order.total" }},{"b":{"$result":"order.note"}}]', b'[{"a":19.90},{"b":null}]'),
        (b'{"x": {"$result": "order.big"}}', b'{"x": 9007199254740993}'),
        (b'{"x": {"$result": "order.text"}}', b'{"x": "a/b \\u00e9?"}'),
        (b'{"x": {"$result": "list.id"}}', b'{"x": 1}'),
        (b'{"x": {"$result": "list.0.id"}}', b'{"x": 1}'),
        (b'{"x": {"$result": "list.lines.1.id"}}', b'{"x": 11}'),
        (b'{"x": {"$result": "list.lines"}}', b'{"x": [{"id": 10}, {"id": 11}]}'),
        (b'{"x": {"$result": "two.1.id"}}', b'{"x": 2}'),
        # Data that looks like one, and isn't.
        (b'{"x": "{\\"$result\\": \\"order.id\\"}"}', b'{"x": "{\\"$result\\": \\"order.id\\"}"}'),
        (b'{"x": {"$result": "order.id", "more": 1}}', b'{"x": {"$result": "order.id", "more": 1}}'),
        (b'{"x": "$result", "y": 1.50}', b'{"x": "$result", "y": 1.50}'),
        (b'{"x": "${order.id}"}', b'{"x": "${order.id}"}'),
    ],
)
def test_in_a_body_the_json_stands_to_the_letter(body: bytes, filled: bytes) -> None:
    assert fill_body(body, RESULTS) == filled


@pytest.mark.parametrize(
    ("path", "filled"),
    [
        ("/orders/${order.id}", "/orders/7"),
        ("/orders/${order.id}/place", "/orders/7/place"),
        ("/places/${order.text},${list.id}", "/places/a%2Fb%20%C3%A9%3F,1"),
        ("/lines?order_id=eq.${order.id}&select=id", "/lines?order_id=eq.7&select=id"),
        ("/lines?name=eq.${order.text}", "/lines?name=eq.a%2Fb%20%C3%A9%3F"),
        ("/lines?open=is.${order.ok}", "/lines?open=is.true"),
        ("/lines?tags=cs.{a,b}", "/lines?tags=cs.{a,b}"),
    ],
)
def test_in_a_path_the_value_is_encoded(path: str, filled: str) -> None:
    in_path(path)
    assert fill_path(path, RESULTS) == filled


def refusal(body: bytes | str) -> str:
    with pytest.raises(RequestError) as raised:
        if isinstance(body, bytes):
            in_body(body)
            fill_body(body, RESULTS)
        else:
            in_path(body)
            fill_path(body, RESULTS)
    return raised.value.message


@pytest.mark.parametrize(
    ("where", "message"),
    [
        (b'{"x": {"$result": "order"}}', "'order' refers to nothing"),
        (b'{"x": {"$result": ""}}', "'' refers to nothing"),
        (b'{"x": {"$result": "order..id"}}', "'order..id' refers to nothing"),
        (b'{"x": {"$result": "order.nothing"}}', "The reference to order.nothing finds no 'nothing'"),
        (b'{"x": {"$result": "order.id.more"}}', "The reference to order.id.more finds no 'more'"),
        (b'{"x": {"$result": "two.id"}}', "The reference to two.id asks a list of 2 for 'id'"),
        (b'{"x": {"$result": "two.2.id"}}', "The reference to two.2.id finds no '2'"),
        (b'{"x": {"$result": "silent.id"}}', "The reference to silent.id is of an operation that replied with nothing"),
        ("/orders/${order.note}", "The reference to order.note is nothing, which no path can hold"),
        ("/orders/${list.lines}", "The reference to list.lines is several values, which no path can hold"),
    ],
)
def test_what_can_not_be_found_says_what(where: bytes | str, message: str) -> None:
    assert refusal(where) == message


@pytest.mark.parametrize(
    "path",
    [
        "/lines?name=in.(${order.text})",
        "/lines?or=(id.eq.${order.id},id.eq.1)",
        "/lines?select=${order.text}",
        "/lines?id=${order.text}",
        "/lines?id=eq.1${order.id}",
        "/lines?id=eq.${order.id}1",
        "/lines?id=eq.${order.id",
        "/lines/a${order.id}",
        "/lines/${a{b}}",
    ],
)
def test_data_does_not_become_a_part_of_a_condition(path: str) -> None:
    """A value of somebody else's row must not be able to widen the filter that it stands in."""
    assert refusal(path) == "A reference in a path is a whole segment, or a whole value after a filter's operator"
