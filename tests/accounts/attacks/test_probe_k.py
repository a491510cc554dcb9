import asyncio, base64, json
from tests.accounts.people import sign_in
from tests.accounts.application import serve
from tests.accounts.sessions.people import Browser
from tests.accounts.sessions import people as sp
M='''
    from backsmith import Account, Data, Entity, action, allow, query, route

    class Note(Entity):
        text: str

        @allow("read", "create", "update", "delete")
        def all(self, user: Account) -> bool:
            return True

    @route("GET", "/tick", allow="signed_in")
    async def tick(data: Data) -> str:
        await data.as_system().create(Note, text="by get")
        return "done"

    @query(allow="signed_in")
    async def sneaky(data: Data) -> int:
        await data.create(Note, text="by query")
        return 1
'''
async def test_get(database_url, tmp_path):
    s=await serve(M,database_url,tmp_path)
    k=await sp.account(s,"ann"); b=Browser(s, await sp.sign_in(s,k,"cookie"))
    for t in ("/tick","/api/tick","/api/rpc/sneaky"):
        a=await b.ask("GET",t,origin=None,sec_fetch_site="cross-site"); print(t,a.status,a.text[:120])
    a=await b.ask("GET","/api/notes"); print(a.text[:200])
    def tok(h): return ".".join(base64.urlsafe_b64encode(x).rstrip(b"=").decode() for x in (h, b'{"sub":"1"}', b"x"))
    for h in (b'{"alg":"a\\r\\nx-evil: 1","typ":"at+jwt","kid":"a\\r\\nset-cookie: x=1"}', b'{"alg":"EdDSA","typ":"a\\r\\nset-cookie: x=1"}', b'{"alg":"EdDSA","crit":["a\\r\\nb: c"]}', '{"alg":"ünï"}'.encode(), b'{"alg":"EdDSA","kid":"a\\u0000b"}'):
        a=await s.ask("GET","/api/notes",authorization="Bearer "+tok(h)); print(a.status,[x for x in a.headers if "auth" in x[0]])
    for hdr in ("Bearer bsk_\x00", "Bearer "+"a"*20000, "ApiKey bsk_ü", "Basic YTpi"):
        a=await s.ask("GET","/api/notes",authorization=hdr); print(a.status,a.text[:100])
    a=await s.ask("GET","/api/notes",x_api_key="bsk_\x00"); print(a.status)
    await s.application.close()
