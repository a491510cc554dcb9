import asyncio, sys, logging
from tests.accounts.attacks.conftest import *
async def test_nul(post):
    p=post()
    acc=p.services
    import traceback
    async def w(tx): return await acc.people.by_email(tx,"a\0@b.example")
    try: await acc.database.transact(w)
    except BaseException as e:
        while e: 
            traceback.print_exception(e); e=None
