"""The canonical JSON of a blueprint."""

from __future__ import annotations

from pathlib import Path

from backsmith.blueprint import decode, encode, load
from backsmith.blueprint.canonical import without_locations
from backsmith.blueprint.compiler import compile as compile_model
from tests.blueprint.conftest import Compile

SHOP = Path(__file__).parents[2] / "examples" / "shop" / "shop.py"


def test_a_small_blueprint_in_whole(compiled: Compile) -> None:
    blueprint = compiled("""
        class Country(Entity, key="code"):
            code: Annotated[str, MaxLen(2)]
            area: Annotated[Decimal, Digits(10, 2), Ge(0)] = Decimal("1.5")

            @allow("read")
            def staff(self, user: Account) -> bool:
                return "staff" in user.roles
    """)
    assert encode(blueprint).decode() == (
        '{"name":"shop","entities":[{"id":"701d021d08","name":"Country","collection":"countries","table":"countries",'
        '"key":["code"],"fields":[{"id":"80cb93c5e6","name":"code","column":"code",'
        '"type":{"type":"text","max_length":2}},{"id":"ba316777b7","name":"area","column":"area",'
        '"type":{"type":"decimal","digits":10,"places":2,"padded":true},"default":{"kind":"constant","value":"1.5"},'
        '"bounds":{"ge":"0"}}],"rules":[{"id":"1236a22501","name":"staff","verbs":["read"],'
        '"condition":{"node":"has_role","role":{"node":"literal","value":"staff","type":{"type":"text"}}},'
        '"needs_user":true}]}]}'
    )


def test_decoding_gives_the_blueprint_without_its_places() -> None:
    blueprint, _ = compile_model(load(str(SHOP)))
    decoded = decode(encode(blueprint))
    assert decoded == without_locations(blueprint)
    assert decoded != blueprint
    assert encode(decoded) == encode(blueprint)


def test_a_line_more_in_the_model_changes_nothing(compiled: Compile) -> None:
    model = """
        class Order(Entity):
            name: str

            @allow("read")
            def everyone(self) -> bool:
                return True
    """
    assert encode(compiled(model)) == encode(compiled(model.replace("name: str", "name: str  # a comment\n\n")))
