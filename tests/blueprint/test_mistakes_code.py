"""Actions, hooks, routes and error formats that can't be."""

# ruff: noqa: E501 - the messages stand here whole

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from backsmith import blueprint
from backsmith.blueprint import canonical
from backsmith.blueprint.blueprint import Action, Bounds, Injected, Location, Parameter, Returned
from backsmith.blueprint.types import Enum, Integer
from backsmith.errors import ModelError
from tests.blueprint.conftest import Compile

Mistakes = Callable[[str], str]

ORDER = """
        class Order(Entity):
            name: str

            @allow("read", "ship")
            def everyone(self) -> bool:
                return True
"""


def said(mistakes: Mistakes, model: str) -> list[str]:
    """Each mistake: its line, message and code, and its hint."""
    lines = [line.strip() for line in mistakes(model).splitlines()]
    found: list[str] = []
    for line in lines:
        if line.startswith("model/shop.py:"):
            found.append(line.partition(": ")[2])
        elif line.startswith("= "):
            found[-1] += f" {line}"
    return found


def test_an_action_whose_verb_no_rule_allows(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity):
            name: str

            @allow("read")
            def everyone(self) -> bool:
                return True

            @action
            async def ship(self, data: Data) -> None:
                pass
    """
    expected = """
model/shop.py:10:15: Nobody may use the action Order.ship: no rule of Order allows 'ship'. [action-without-rule]
  10 |     async def ship(self, data: Data) -> None:
     |               ^^^^
     = Write @allow("ship") above the rule of those who may.

1 mistake found.
"""
    assert mistakes(model) == expected


def test_a_rule_for_a_verb_that_is_no_action(mistakes: Mistakes) -> None:
    model = (
        ORDER
        + """
        @action
        def shipped(order: Order) -> None:
            pass
    """
    )
    assert said(mistakes, model) == [
        "The rule Order.everyone allows 'ship', which is no verb. Did you mean 'shipped'? [unknown-verb]"
        " = Verbs are 'read', 'create', 'update', 'delete' and 'shipped'.",
        "Nobody may use the action Order.shipped: no rule of Order allows 'shipped'. [action-without-rule]"
        ' = Write @allow("shipped") above the rule of those who may.',
    ]


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (
            "@action\ndef act() -> None: ...",
            "The action act doesn't say who may call it. [action-without-allow]"
            ' = @action(allow=…) takes "everyone", "signed_in", or a function: def staff(user: Account) -> bool.',
        ),
        (
            '@action(allow="everyone")\ndef ship(order: Order) -> None: ...',
            "Who may use the action Order.ship is said by rules of Order. [action-with-allow]"
            ' = Write @allow("ship") above a rule, and no allow= here.',
        ),
        (
            "@action\ndef name(order: Order) -> None: ...",
            "The action Order.name has the name of a field or relation. [duplicate-name] = Rename one of them.",
        ),
        (
            "@action\ndef update(order: Order) -> None: ...",
            "The action Order.update can't be called 'update': 'read', 'create', 'update' and 'delete' are verbs already."
            " [reserved-name] = Rename it.",
        ),
        (
            '@action(allow="everyone")\nasync def act():\n    yield 1',
            "The action act yields, but what it gives is sent as a whole. [action-yields]"
            " = Return a list, or write @route to stream.",
        ),
        (
            '@action(allow="everyone")\ndef act(file: UploadFile) -> None: ...',
            "The action act takes a file, which its JSON body can't hold. [action-parameters] = Write @route.",
        ),
        (
            '@action(allow="everyone")\ndef act(one) -> None: ...',
            "The parameter act(one) has no type. [untyped-field] = Write one: int, or what it is.",
        ),
        (
            '@action(allow="everyone")\ndef act(one: int | str) -> None: ...',
            "act(one): a parameter has one type, with or without None. [unknown-type] = For any JSON value write Json.",
        ),
        (
            '@action(allow="everyone")\ndef act(one: Nope) -> None: ...',
            "act(one) has the unknown type 'Nope'. [unknown-type]",
        ),
        (
            '@action(allow="everyone")\ndef act(*four: int) -> None: ...',
            "The action act takes its parameters by name: 'four' can't be. [action-parameters]",
        ),
        (
            '@action(allow="everyone")\ndef act(most: int = "x") -> None: ...',
            "The default of act(most) doesn't fit: 'x' is not an int. [bad-default]",
        ),
        (
            '@before("create")\ndef hook(number: int) -> None: ...',
            "The hook hook doesn't say of which entity: its first parameter is no row. [hook-parameters]"
            " = Write def hook(order: Order), or make it a method.",
        ),
        (
            '@before("creat")\ndef hook(order: Order) -> None: ...',
            "The hook hook is before 'creat', which is no way to write. Did you mean 'create'? [unknown-verb]"
            " = Hooks are of 'create', 'update' and 'delete'.",
        ),
        (
            "@before()\ndef hook(order: Order) -> None: ...",
            'The hook hook doesn\'t say before what. [unknown-verb] = Write @before("create") or other verbs.',
        ),
        (
            '@before("create")\ndef hook(order: Order, number: int) -> None: ...',
            "The hook hook can't be given 'number'. [hook-parameters]"
            " = Hooks take the row, old: Order, data: Data and user: Account | None.",
        ),
        (
            '@after("create", "update")\ndef hook(order: Order, old: Order, user: Account) -> None: ...',
            "The hook hook is also run where a row is created: 'old' is None then. [hook-parameters]"
            " = Write old: Order | None.",
        ),
        (
            '@route("GET", "shop", allow="everyone")\ndef page() -> str: return ""',
            "The path shop begins with no slash. [bad-route]",
        ),
        (
            '@route("GET", "/shop/a{slug}", allow="everyone")\ndef page() -> str: return ""',
            "The path /shop/a{slug} has 'a{slug}', but a parameter is a whole part of the path: {name} or {name:path}."
            " [bad-route]",
        ),
        (
            '@route("GET", "/shop/{slug}", allow="everyone")\ndef page(slugg: str) -> str: return ""',
            "The path /shop/{slug} has {slug}, which page doesn't take. Did you mean 'slugg'? [route-parameters]"
            " = Write page(slug: str, …).",
        ),
        (
            '@route("FETCH", "/shop", allow="everyone")\ndef page() -> str: return ""',
            'The route page doesn\'t say which requests it answers. [bad-route] = Write @route("GET", "/path",'
            " allow=…). Methods are 'GET', 'POST', 'PUT', 'PATCH' and 'DELETE'; GET is HEAD too.",
        ),
        (
            '@route("GET", "/shop")\ndef page() -> str: return ""',
            "The route page doesn't say who may call it. [route-without-allow]"
            ' = Add allow="everyone", "signed_in", or a function: def staff(user: Account) -> bool.',
        ),
        (
            '@route("GET", "/shop", allow="everyone")\ndef page(body: dict[str, Any]) -> str: return ""',
            "page(body) would stand in the body, which a GET doesn't have. [route-parameters]",
        ),
        (
            '@route("POST", "/shop", allow="everyone")\ndef page(one: dict[str, Any], two: bytes) -> str: return ""',
            "page(two) is a second body: a request has one. [route-parameters]"
            ' = Members of one JSON body are written Annotated[…, Body("name")].',
        ),
        (
            '@route("GET", "/api/{x}", allow="everyone")\ndef page(x: str) -> str: return ""',
            "/api/{x} would hide /api/batch, which Backsmith answers. [route-collides] = Choose another path,"
            " or another place for the API: prefix in the settings. private=True serves none.",
        ),
        (
            '@route("GET", "/health", allow="everyone")\ndef page() -> str: return ""',
            "/health would hide /health, which Backsmith answers. [route-collides] = Choose another path,"
            " or another place for the API: prefix in the settings. private=True serves none.",
        ),
        (
            '@route("GET", "/a/{x}", allow="everyone")\ndef one(x: str) -> str: return ""\n'
            '@route("GET", "/a/{y}", allow="everyone")\ndef two(y: str) -> str: return ""',
            "GET /a/{y} is answered twice; the other is in model/shop.py, line 10. [duplicate-route]",
        ),
        (
            "@error_format\ndef one(error: RequestError) -> Response: return Response()\n"
            "@error_format\ndef two(error: RequestError) -> Response: return Response()",
            "two is a second error format: one is one already. [error-format] = An application has one.",
        ),
    ],
)
def test_mistakes(mistakes: Mistakes, model: str, expected: str) -> None:
    start = ORDER.replace(', "ship"', "") if '"ship"' not in expected and "Order.ship" not in expected else ORDER
    text = start + "\n" + "\n".join(f"        {line}" for line in model.splitlines())
    assert said(mistakes, text)[0] == expected


def test_paths_that_only_look_alike(compiled: Compile) -> None:
    """A row's key is a number, so that a word can stand there; what varies leaves Backsmith's own pages alone."""
    routes = compiled("""
        class Order(Entity):
            name: str

            @allow("read")
            def everyone(self) -> bool:
                return True

        @route("GET", "/api/orders/export", allow="everyone")
        def export() -> str:
            return ""

        @route("GET", "/api/orders/{order}/invoice.pdf", allow="everyone")
        def invoice(order: Order) -> str:
            return ""

        @route("GET", "/{page}", allow="everyone")
        @route("GET", "/{page:path}", allow="everyone")
        def page(page: str) -> str:
            return page
    """).routes
    assert [route.path for route in routes] == [
        "/api/orders/export", "/api/orders/{order}/invoice.pdf", "/{page}", "/{page:path}",
    ]  # fmt: skip


def test_the_prefix_is_where_the_api_lies(folder: Path) -> None:
    (folder / "shop.py").write_text("""
from backsmith import *
class Order(Entity):
    name: str
    @allow("read")
    def everyone(self) -> bool: return True
@route("GET", "/api/orders", allow="everyone")
def orders() -> str: return ""
""")
    application = blueprint.load("shop.py")
    assert blueprint.compile(application, prefix="/data")[0].routes[0].path == "/api/orders"
    with pytest.raises(ModelError, match="/api/orders would hide /api/orders"):
        blueprint.compile(application)


def test_an_action_in_the_blueprint(compiled: Compile) -> None:
    made = compiled('''
        class Order(Entity):
            name: str

            @allow("read", "ship")
            def everyone(self) -> bool:
                return True

            @action(retry=True)
            async def ship(self, user: Account, data: Data, by: Literal["air", "sea"] = "sea", most: Annotated[int, Le(9)] = 3) -> None:
                """Send it."""
    ''')
    [action] = made.actions
    assert action == Action(
        id=action.id,
        name="ship",
        function="shop:Order.ship",
        entity="Order",
        parameters=(
            Parameter(name="by", type=Enum(("air", "sea")), required=False, default="sea"),
            Parameter(name="most", type=Integer(), required=False, default=3, bounds=Bounds(le="9")),
        ),
        injected=(Injected("self", "row"), Injected("user", "user"), Injected("data", "data")),
        needs_user=True,
        retry=True,
        doc="Send it.",
        location=Location("model/shop.py", 10, 15),
        returns=Returned(None, nullable=True),
    )
    assert canonical.decode(canonical.encode(made)).actions == (replace(action, location=None),)
