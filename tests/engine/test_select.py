"""What a reply shows: fields, aliases, casts, JSON paths, embeds in each shape, spreads."""

import pytest

from tests.engine.client import Client


def test_an_item_by_its_key(client: Client) -> None:
    answer = client.get("/api/books/1")
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.text == (
        '{"id":1,"title":"Zero","genre":"novel","price":9.90,"pages":120,"rating":4.5,"draft":false,'
        '"published":"2020-01-01","added":"2026-01-01T12:00:00+00:00","tags":["a","b"],'
        '"notes":{"k":1,"deep":{"x":["p","q"]}},"cover":null,"author_id":1,"editor_id":2,"sequel_of_id":null,"stars":8}'
    )


def test_a_missing_item_is_404(client: Client) -> None:
    answer = client.get("/api/books/99")
    assert answer.status == 404
    assert answer.headers["content-type"] == "application/problem+json; charset=utf-8"
    problem = answer.json
    problem.pop("instance")
    assert problem == {
        "type": "/errors/not-found",
        "title": "No such row",
        "status": 404,
        "detail": "There is no row 99 in books",
        "code": "PGRST116",
        "message": "There is no row 99 in books",
        "details": None,
        "hint": None,
    }


@pytest.mark.parametrize(
    ("target", "body"),
    [
        # Fields, aliases, casts, paths
        ("/api/books?select=id,title&order=id&limit=2", '[{"id":1,"title":"Zero"},{"id":2,"title":"ärger"}]'),
        ("/api/books?select=id,heading:title&id=eq.3", '[{"id":3,"heading":"quo\\"te, (b)"}]'),
        ('/api/books?select="odd\\"name":title&id=eq.1', '[{"odd\\"name":"Zero"}]'),
        ("/api/books?select=price::text,pages::text,rating::text,draft::text,added::text&id=eq.1",
         '[{"price":"9.90","pages":"120","rating":"4.5","draft":"false","added":"2026-01-01T12:00:00+00:00"}]'),
        ("/api/books?select=cents:price::int,r:rating::int,p:pages::numeric&id=eq.1", '[{"cents":10,"r":5,"p":120}]'),
        ("/api/books?select=id,notes->k,deep:notes->deep->x->0,t:notes->deep->x->>1&id=in.(1,3)&order=id",
         '[{"id":1,"k":1,"deep":"p","t":"q"},{"id":3,"k":"10","deep":null,"t":null}]'),
        ("/api/books?select=k:notes->>k::int&id=in.(1,3)&order=id", '[{"k":1},{"k":10}]'),
        ("/api/books?select=rating&id=eq.6", '[{"rating":1e-07}]'),
        ("/api/books?select=cover,tags&id=eq.3", '[{"cover":"\\\\x00ff","tags":["b"]}]'),
        # Embeds: to one, to many, many to many, to itself
        ("/api/books?select=id,author(name)&order=id&limit=1", '[{"id":1,"author":{"name":"Ada"}}]'),
        ("/api/books?select=id,editor(id,name)&id=eq.2", '[{"id":2,"editor":null}]'),
        ("/api/authors?select=name,books(id)&order=id",
         '[{"name":"Ada","books":[{"id":1},{"id":2}]},{"name":"Bo","books":[{"id":3}]},'
         '{"name":"Émile","books":[{"id":6}]}]'),
        ("/api/shelves?select=name,books(title)&order=name",
         '[{"name":"empty","books":[]},{"name":"left","books":[{"title":"Zero"},{"title":"ärger"}]},'
         '{"name":"right","books":[{"title":"Zero"},{"title":"quo\\"te, (b)"}]}]'),
        ("/api/books?select=id,shelves(name)&id=eq.1", '[{"id":1,"shelves":[{"name":"left"},{"name":"right"}]}]'),
        ("/api/books?select=id,sequels(id),sequel_of(title)&id=in.(1,2)&order=id",
         '[{"id":1,"sequels":[{"id":2}],"sequel_of":null},{"id":2,"sequels":[],"sequel_of":{"title":"Zero"}}]'),
        # to any depth, by hint, with a name of one's own
        ("/api/shelves?select=books(author(books(id)))&name=eq.right",
         '[{"books":[{"author":{"books":[{"id":1},{"id":2}]}},{"author":{"books":[{"id":3}]}}]}]'),
        ("/api/books?select=who:authors!editor(name)&id=eq.1", '[{"who":{"name":"Bo"}}]'),
        ("/api/authors?select=name,done:books!editor(id)&id=eq.1", '[{"name":"Ada","done":[{"id":3},{"id":6}]}]'),
        # Order, limit and filters inside an embed
        ("/api/authors?select=id,books(id)&books.order=id.desc&books.limit=1&id=eq.1", '[{"id":1,"books":[{"id":2}]}]'),
        ("/api/authors?select=id,books(id)&books.pages=lt.100&id=eq.1", '[{"id":1,"books":[{"id":2}]}]'),
        ("/api/authors?select=id,books(id)&books.offset=1&id=eq.1", '[{"id":1,"books":[{"id":2}]}]'),
        # Spreads
        ("/api/books?select=id,...author(writer:name,born)&id=eq.1", '[{"id":1,"writer":"Ada","born":"1980-05-01"}]'),
        ("/api/books?select=id,...editor(name)&id=eq.2", '[{"id":2,"name":null}]'),
        ("/api/authors?select=name,...books(ids:id,titles:title)&id=in.(1,3)&order=id",
         '[{"name":"Ada","ids":[1,2],"titles":["Zero","ärger"]},{"name":"Émile","ids":[6],"titles":["zero"]}]'),
        # Nothing shown
        ("/api/books?select=id,author!inner()&author.name=eq.Bo", '[{"id":3}]'),
        ("/api/shelves?name=eq.none", "[]"),
    ],
)  # fmt: skip
def test_select(client: Client, target: str, body: str) -> None:
    answer = client.get(target)
    assert (answer.text, answer.status) == (body, 200)


@pytest.mark.parametrize(
    ("target", "status", "code", "message", "hint"),
    [
        ("/api/book", 404, "PGRST205", "Could not find the collection 'book'", "Did you mean 'books'?"),
        ("/api/books?select=titel", 400, "42703", "column books.titel does not exist", "Did you mean 'title'?"),
        ("/api/books?select=author", 400, "42703", "column books.author does not exist",
         "author is a relation: write author(*) to embed what it leads to."),
        ("/api/books?select=autor(name)", 400, "PGRST200",
         "Could not find a relationship between 'books' and 'autor'", "Did you mean 'author'?"),
        ("/api/books?select=authors(name)", 300, "PGRST201",
         "Could not embed because more than one relationship was found for 'books' and 'authors'",
         "Try changing 'authors' to one of the following: 'authors!author', 'authors!editor'."),
        ("/api/books?select=id,id", 400, "PGRST100", "Two members of books would be named 'id'",
         "Name one of them: other_name:id"),
        ("/api/books?select=id&author.name=eq.x", 400, "PGRST108",
         "'author' is not an embedded resource in this request",
         "Verify that 'author' is included in the 'select' query parameter."),
        ("/api/books?select=title::uuid", 400, "42704", 'type "uuid" does not exist',
         "Cast to one of: text, bigint, float8, numeric, boolean, date, timestamptz, json."),
        ("/api/books?select=pages::date", 400, "0A000", "An integer can't be cast to date",
         "Cast to text, between numbers, from text to a number, or between date and timestamptz."),
        ("/api/books?select=title->a", 400, "42883", "books.title isn't JSON, so '->' can't look into it", None),
        ("/api/books/x", 400, "22P02", 'invalid input syntax for type bigint: "x"', None),
    ],
)  # fmt: skip
def test_what_cannot_be_selected(
    client: Client, target: str, status: int, code: str, message: str, hint: str | None
) -> None:
    answer = client.get(target)
    problem = answer.json
    assert (answer.status, problem["code"], problem["message"], problem["hint"]) == (status, code, message, hint)
