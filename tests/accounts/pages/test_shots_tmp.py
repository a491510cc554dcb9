import sys; sys.path.insert(0,"/work/main")
from tests.accounts.pages.test_chromium import *
def test_shots(new_page, site):
    out=Path("/tmp/shots"); out.mkdir(exist_ok=True)
    for scheme in ("light","dark"):
        for width in (1280,390):
            page=new_page(viewport={"width":width,"height":900 if width>500 else 844}, color_scheme=scheme, user_agent="Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36")
            def shot(name): page.screenshot(path=str(out/f"{name}-{scheme}-{width}.png"), full_page=True)
            to=f"ada.{scheme}{width}@example.org"
            page.goto("/auth/sign-in"); shot("sign_in")
            page.goto("/auth/sign-up"); shot("sign_up")
            sign_up(page, site, to); shot("account")
            page.get_by_role("button", name="Turn it on").click(); shot("totp")
            secret = page.locator("code").first.inner_text()
            page.get_by_label("Code that the app shows").fill(app_code(secret))
            page.get_by_role("button", name="Turn it on").click(); shot("recovery")
            sign_out(page); sign_in(page,to,"wrong wrong wrong"); shot("refused")
            sign_in(page,to); shot("second")
            page.goto("/auth/code"); page.get_by_label("E-mail address").fill(to)
            page.get_by_role("button", name="Send a code").click(); shot("code")
