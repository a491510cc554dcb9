"""Names, aliases, casts, JSON keys, languages, keys and values that would like to be SQL, JSON or headers."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from backsmith.blueprint.asker import NOBODY, Asker
from tests.engine.client import Client

ADA = Asker(1)
PAYLOADS = [
    "'", '"', "''", "\\", "\\'", "';DROP TABLE documents;--", '";DROP TABLE documents;--', "') OR 1=1 --",
    "x' UNION SELECT code FROM secrets --", "$1", "?1", "$$", "/*", "--", "%s", "{0}", "%25", "\u2028",
    "'||(SELECT 1)||'",
    "a\nb", "a\r\nX-Evil: 1", "\ufeff", "😀", "{}", "\x01",
]  # fmt: skip
PLACES = [
    "documents?select={}",
    "documents?select=id,{}:title",
    'documents?select=id,"{}":title',
    "documents?select=id,title::{}",
    "documents?select=id,data->{}",
    "documents?select=id,data->>{}",
    'documents?select=id,data->"{}"',
    "documents?select=id,owner!{}(id)",
    "documents?select=id,{}(id)",
    "documents?select=id,x:owner(id)&{}.id=eq.1",
    "documents?select=id,words.sum()::{}",
    "documents?select=id&order={}",
    "documents?select=id&order=id.{}",
    "documents?select=id&order=data->>{}",
    "documents?select=id&{}=eq.1",
    "documents?select=id&title={}",
    "documents?select=id&title=eq.{}",
    "documents?select=id&title=like.{}",
    "documents?select=id&title=match.{}",
    "documents?select=id&title=in.({})",
    'documents?select=id&title=in.("{}")',
    'documents?select=id&title=eq(any).{{"{}"}}',
    "documents?select=id&title=fts({}).x",
    "documents?select=id&title=fts.{}",
    "documents?select=id&title=phfts.{}",
    "documents?select=id&data=cs.{}",
    "documents?select=id&data->>{}=eq.1",
    "documents?select=id&or=(title.eq.{},id.eq.1)",
    'documents?select=id&or=(title.eq."{}",id.eq.1)',
    "documents?select=id&limit={}",
    "documents?select=id&offset={}",
    "documents?select=id&after={}",
    "documents?select=id&columns={}",
    "documents?select=id&on_conflict={}",
    "documents/{}",
    "{}",
    "rpc/{}",
    "rpc/by_email?email={}",
    "rpc/echo?what={}",
    "rpc/some?limit={}",
]


@pytest.mark.parametrize("place", PLACES)
def test_a_text_stays_a_text(client: Client, place: str) -> None:
    for payload in PAYLOADS:
        for asker in (NOBODY, ADA):
            answer = client.get("/api/" + place.format(quote(payload, safe="")), asker)
            assert answer.status < 500, (payload, answer.text)
            assert "1234" not in answer.text
            assert "x-evil" not in answer.headers
            assert not any("\n" in value or "\r" in value for value in answer.headers.values())
            if answer.body and not answer.headers["content-type"].startswith("text/"):
                json.loads(answer.body)
    assert len(client.get("/api/documents?select=id", Asker(3)).json) == 2


def test_a_chosen_name_comes_back_to_the_letter(client: Client) -> None:
    for name in ("'", "\\", 'a\\"b', "%", "{0}", "$1", "😀", "a'||'b", "__proto__"):
        spelled = quote('"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"', safe="")
        assert client.get(f"/api/documents?select={spelled}:id&id=eq.1").json == [{name: 1}]


def test_a_link_header_holds_one_link(client: Client) -> None:
    answer = client.get('/api/companies?select=id&limit=1&name=not.eq.>;rel="evil",<//evil>')
    assert answer.headers["link"] == (
        '</api/companies?select=id&limit=1&name=not.eq.%3E;rel=%22evil%22,%3C//evil%3E&after=WzFd>; rel="next"'
    )


@pytest.mark.parametrize("given", ["a b", "a\r\nx: y", "é", "", "-", "x" * 129, "a;b", '"', "<script>", "\x00", "a\tb"])
def test_a_request_id_that_is_not_plain_is_replaced(client: Client, given: str) -> None:
    answer = client.get("/api/nope", x_request_id=given)
    assert answer.headers["x-request-id"] != given
    assert answer.json["instance"] == f"urn:request:{answer.headers['x-request-id']}"


@pytest.mark.parametrize(
    "path",
    ["/api//metrics", "/api//health", "//metrics", "/metrics/", "/api/../metrics", "/api/%2e%2e/metrics", "/api/",
     "/api", "/%6detrics", "/METRICS", "/api/metrics", "/api//persons", "/./metrics", "/api/./persons"],
)  # fmt: skip
def test_what_is_beside_the_data_has_one_path(client: Client, path: str) -> None:
    """A proxy that keeps /metrics from the world by its path keeps all of it."""
    assert client.get(path).status == 404


def test_a_reply_is_never_run_framed_or_kept_by_others(client: Client) -> None:
    for target in (
        "/api/persons",
        "/api/nope",
        "/api/persons?select=email",
        "/health",
        "/errors/bad-query",
        "/%3Cscript%3E",
    ):
        headers = client.get(target, ADA).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert "Authorization" in headers["vary"]
        assert "X-API-Key" in headers["vary"]
        if target.startswith("/api"):
            assert headers["cache-control"] in ("private, no-cache", "no-store")
