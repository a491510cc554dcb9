"""Lists: order, windows, counts, cursors, aggregates, representations, conditions."""

import pytest

from backsmith.blueprint.asker import Asker
from tests.engine.client import Client


@pytest.mark.parametrize(
    ("order", "ids"),
    [
        ("id.desc", [6, 3, 2, 1]),
        ("title", [1, 3, 6, 2]),
        ("title.desc", [2, 6, 3, 1]),
        ("rating", [6, 3, 1, 2]),
        ("rating.desc", [2, 1, 3, 6]),
        ("rating.nullsfirst", [2, 6, 3, 1]),
        ("rating.desc.nullslast", [1, 3, 6, 2]),
        ("price.desc,pages,id.desc", [3, 6, 1, 2]),
        ("stars.desc", [1, 3, 6, 2]),
        ("notes->>k", [1, 3, 6, 2]),
        ("notes->k.desc.nullslast", [6, 1, 3, 2]),
    ],
)
def test_order(client: Client, order: str, ids: list[int]) -> None:
    assert [row["id"] for row in client.get(f"/api/books?select=id&order={order}").json] == ids


def test_order_by_a_field_of_a_to_one_embed(client: Client) -> None:
    rows = client.get("/api/books?select=id,author(name)&order=author(name).desc,id").json
    assert [row["id"] for row in rows] == [6, 3, 1, 2]
    rows = client.get("/api/books?select=id,editor()&order=editor(name).desc.nullslast,id").json
    assert [row["id"] for row in rows] == [1, 3, 6, 2]
    refused = client.get("/api/authors?select=id,books(id)&order=books(id)")
    assert (refused.status, refused.json["code"]) == (400, "PGRST118")


def test_limit_offset_and_range(client: Client) -> None:
    assert client.get("/api/books?select=id&order=id&limit=2&offset=1").text == '[{"id":2},{"id":3}]'
    ranged = client.get("/api/books?select=id&order=id", range="1-2")
    assert (ranged.text, ranged.headers["content-range"]) == ('[{"id":2},{"id":3}]', "1-2/*")
    counted = client.get("/api/books?select=id&order=id&limit=2", prefer="count=exact")
    assert (counted.status, counted.headers["content-range"]) == (206, "0-1/4")
    assert counted.headers["preference-applied"] == "count=exact"
    whole = client.get("/api/books?select=id&order=id", prefer="count=exact")
    assert (whole.status, whole.headers["content-range"]) == (200, "0-3/4")
    beyond = client.get("/api/books?select=id&offset=9", prefer="count=exact")
    assert (beyond.status, beyond.headers["content-range"], beyond.json["code"]) == (416, "*/4", "PGRST103")
    assert client.get("/api/books?select=id&offset=9").text == "[]"
    assert client.get("/api/books?select=id&limit=0").text == "[]"
    assert client.get("/api/books?limit=x").status == 400
    assert client.get("/api/books?limit=-1").status == 416
    assert client.get("/api/books?title=eq.none", prefer="count=exact").headers["content-range"] == "*/0"


def test_estimates_are_numbers(client: Client) -> None:
    for kind in ("planned", "estimated"):
        total = (
            client.get("/api/books?select=id&limit=1", prefer=f"count={kind}").headers["content-range"].split("/")[1]
        )
        assert int(total) >= 0


@pytest.mark.parametrize("order", ["id", "title.desc", "rating", "rating.desc", "price,title", "genre.desc,rating"])
@pytest.mark.parametrize("select", ["id,title,rating,price,genre", "id"])
def test_cursors_lead_through_every_row_once(client: Client, order: str, select: str) -> None:
    whole = [row["id"] for row in client.get(f"/api/books?select={select}&order={order}", Asker(1)).json]
    found: list[int] = []
    target: str | None = f"/api/books?select={select}&order={order}&limit=2"
    while target:
        page = client.get(target, Asker(1))
        assert page.status == 200, page.text
        found += [row["id"] for row in page.json]
        link = page.headers.get("link")
        target = link and link.partition(">")[0].removeprefix("<")
    assert found == whole


def test_a_cursor_of_another_order_is_refused(client: Client) -> None:
    link = client.get("/api/books?select=id&order=id&limit=1").headers["link"]
    cursor = link.partition("after=")[2].partition(">")[0]
    assert client.get(f"/api/books?select=id&order=title&limit=1&after={cursor}").status == 400
    assert client.get("/api/books?select=id&after=nonsense").status == 400


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("select=count()", '[{"count":4}]'),
        ("select=pages.sum(),price.sum(),rating.max(),title.min()", '[{"sum":1269,"sum":1}]'),
        ("select=s:pages.sum(),p:price.sum(),r:rating.max(),t:title.min()",
         '[{"s":1269,"p":119.85,"r":4.5,"t":"Zero"}]'),
        ("select=genre,count(),avg:pages.avg()&order=genre",
         '[{"genre":"essay","count":1,"avg":999},{"genre":"novel","count":2,"avg":120},'
         '{"genre":"poem","count":1,"avg":30}]'),
        ("select=genre,n:count()&order=n.desc,genre&limit=1", '[{"genre":"novel","n":2}]'),
        ("select=a:price.avg(),f:rating.avg(),g:rating.sum()", '[{"a":29.9625,"f":2.5000000333333334,"g":7.5000001}]'),
        ("select=n:rating.count()", '[{"n":3}]'),
        ("select=s:pages.sum()::text", '[{"s":"1269"}]'),
        ("select=s:stars.sum()", '[{"s":12}]'),
        ("select=pages.sum()&id=eq.0", '[{"sum":null}]'),
        ("select=author(name),n:count()&order=n.desc",
         '[{"author":{"name":"Ada"},"n":2},{"author":{"name":"Bo"},"n":1},{"author":{"name":"Émile"},"n":1}]'),
    ],
)  # fmt: skip
def test_aggregates(client: Client, query: str, body: str) -> None:
    answer = client.get(f"/api/books?{query}")
    if '"sum":1}' in body:
        assert answer.status == 400  # two members of one name
    else:
        assert answer.text == body


def test_aggregates_inside_embeds(client: Client) -> None:
    answer = client.get("/api/authors?select=name,books(count(),pages.sum())&order=id")
    assert answer.text == (
        '[{"name":"Ada","books":[{"count":2,"sum":150}]},{"name":"Bo","books":[{"count":1,"sum":999}]},'
        '{"name":"Émile","books":[{"count":1,"sum":120}]}]'
    )


def test_what_cannot_be_aggregated(client: Client) -> None:
    assert client.get("/api/books?select=title.sum()").json["code"] == "42883"
    assert client.get("/api/books?select=count()&order=title").json["code"] == "42803"
    assert client.get("/api/books?select=count(),reviews(id)").status == 400
    assert client.get("/api/books/1?select=count()").status == 400


def test_representations(client: Client) -> None:
    one = client.get("/api/books?select=id,rating&id=eq.2", accept="application/vnd.pgrst.object+json")
    assert (one.text, one.headers["content-type"]) == (
        '{"id":2,"rating":null}',
        "application/vnd.pgrst.object+json; charset=utf-8",
    )
    stripped = client.get(
        "/api/books?select=id,rating&id=eq.2", accept="application/vnd.pgrst.array+json;nulls=stripped"
    )
    assert stripped.text == '[{"id":2}]'
    several = client.get("/api/books", accept="application/vnd.pgrst.object+json")
    assert (several.status, several.json["code"], several.json["details"]) == (
        406, "PGRST116", "The result contains 4 rows",
    )  # fmt: skip
    table = client.get("/api/books?select=id,title,price,tags&order=id&limit=3", accept="text/csv")
    assert table.text == (
        'id,title,price,tags\n1,Zero,9.90,"[""a"",""b""]"\n2,ärger,0.05,[]\n3,"quo""te, (b)",100.00,"[""b""]"'
    )
    assert client.get("/api/books", accept="image/png").status == 406


def test_etags(client: Client) -> None:
    first = client.get("/api/books/1")
    again = client.get("/api/books/1", if_none_match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert client.get("/api/books/2", if_none_match=first.headers["etag"]).status == 200
    assert client.get("/api/books/1", if_none_match="*").status == 304


def test_head_and_options(client: Client) -> None:
    get, head = client.get("/api/books?select=id"), client.get("/api/books?select=id", method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == get.headers["content-length"] == str(len(get.body))
    options = client.get("/api/books", method="OPTIONS")
    assert (options.status, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
    assert client.get("/api/books", method="DELETE").status == 403, "no rule lets anybody delete one"


def test_strict_preferences(client: Client) -> None:
    refused = client.get("/api/books", prefer="handling=strict, anything=goes")
    assert (refused.status, refused.json["code"]) == (400, "PGRST122")
    assert client.get("/api/books", prefer="anything=goes").status == 200


def test_limits(client: Client) -> None:
    deep = "author(books(" * 5 + "id" + "))" * 5
    assert client.get(f"/api/books?select={deep}").json["code"] == "PGRST127"
    many = "&".join(f"id=neq.{number}" for number in range(70))
    assert client.get(f"/api/books?{many}").json["code"] == "PGRST127"
    assert client.get(f"/api/books?title=eq.{'x' * 9000}").status == 414
