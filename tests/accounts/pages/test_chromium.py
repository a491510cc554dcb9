"""The pages in Chromium, as people use them: by code, link, password, passkey, app, recovery code; with and without
JavaScript."""

from __future__ import annotations

import email
import re
import time
from base64 import b32decode
from collections.abc import Callable
from email import policy
from pathlib import Path
from typing import Any

import pytest

from backsmith.accounts.totp import _totp

PASSWORD = "seven grey herons"
Site = tuple[str, Path]


def mail(site: Site, to: str, subject: str = "") -> str:
    """The text of the oldest mail to somebody that wasn't read."""
    for _ in range(500):
        for file in sorted((site[1] / ".backsmith/mail").glob("*.eml")):
            message = email.message_from_bytes(file.read_bytes(), policy=policy.default)
            if message["To"] == to and subject in message["Subject"]:
                file.unlink()
                return message.get_body(("plain",)).get_content().replace("\r\n", "\n")  # pyright: ignore
        time.sleep(0.01)
    raise AssertionError(f"no mail to {to}")


def code(text: str) -> str:
    return re.findall(r"^\d{4} \d{4}$", text, re.MULTILINE)[0]


def link(text: str) -> str:
    return re.findall(r"^http\S+#\S+$", text, re.MULTILINE)[0]


def app_code(secret: str, ahead: int = 0) -> str:
    return _totp(b32decode(secret)).generate(int(time.time()) + 30 * ahead).decode()


def sign_up(page: Any, site: Site, to: str) -> None:
    page.goto("/auth/sign-up")
    page.get_by_label("E-mail address").fill(to)
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make an account").click()
    page.wait_for_url("**/auth/sign-up/confirm")
    page.get_by_label("Code").fill(code(mail(site, to)))
    page.get_by_role("button", name="Finish").click()
    page.wait_for_url("**/auth/account")


def sign_out(page: Any) -> None:
    page.goto("/auth/account")
    page.get_by_role("button", name="Sign out", exact=True).first.click()
    page.wait_for_url("**/auth/sign-in?done=out")


def sign_in(page: Any, to: str, password: str = PASSWORD) -> None:
    page.goto("/auth/sign-in")
    page.get_by_label("E-mail address").fill(to)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_signing_up_and_in_by_code_and_by_password(new_page: Callable[..., Any], site: Site, script: bool) -> None:
    to = f"up-{script}@example.org".lower()
    page = new_page(java_script_enabled=script)
    sign_up(page, site, to)
    assert to in page.inner_text("main")
    sign_out(page)
    sign_in(page, to)
    page.wait_for_url("**/auth/account")
    sign_out(page)
    page.goto("/auth/code")
    page.get_by_label("E-mail address").fill(to)
    page.get_by_role("button", name="Send a code").click()
    page.get_by_label("Code").fill("00000000")
    page.get_by_role("button", name="Sign in").click()
    assert "isn’t right" in page.inner_text("[role=alert]")
    assert page.get_by_label("Code").get_attribute("autocomplete") == "one-time-code"
    page.get_by_label("Code").fill(code(mail(site, to)))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/auth/account")


def test_signing_in_by_the_link_takes_a_click(new_page: Callable[..., Any], site: Site) -> None:
    page, to = new_page(), "link@example.org"
    sign_up(page, site, to)
    sign_out(page)
    page.goto("/auth/code")
    page.get_by_label("E-mail address").fill(to)
    page.get_by_role("button", name="Send a code").click()
    address = link(mail(site, to))
    other = new_page()
    for _ in range(2):  # opening it uses nothing up
        other.goto(address)
        other.wait_for_function("!location.hash")
        assert not other.get_by_label("Code").is_visible()
    other.get_by_role("button", name="Sign in").click()
    other.wait_for_url("**/auth/account")
    page.goto(address)
    page.get_by_role("button", name="Sign in").click()
    assert "isn’t right, or it is too old" in page.inner_text("[role=alert]")


def test_a_link_is_pasted_where_there_is_no_script(new_page: Callable[..., Any], site: Site) -> None:
    page, to = new_page(java_script_enabled=False), "pasted@example.org"
    page.goto("/auth/sign-up")
    page.get_by_label("E-mail address").fill(to)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make an account").click()
    address = link(mail(site, to))
    other = new_page(java_script_enabled=False)
    other.goto(address)
    other.get_by_label("Link of the mail").fill(address)
    other.get_by_label("Password").fill(PASSWORD)
    other.get_by_role("button", name="Finish").click()
    other.wait_for_url("**/auth/account")


def test_a_forgotten_password_without_a_script(new_page: Callable[..., Any], site: Site) -> None:
    to = "reset@example.org"
    page, elsewhere = new_page(java_script_enabled=False), new_page()
    sign_up(elsewhere, site, to)
    page.goto("/auth/reset")
    page.get_by_label("E-mail address").fill(to)
    page.get_by_role("button", name="Send a code").click()
    typed = code(mail(site, to, "A new password"))
    page.get_by_label("Code").fill(typed)
    page.get_by_label("New password", exact=True).fill("password123")
    page.get_by_role("button", name="Set the password").click()
    assert page.get_by_label("New password", exact=True).get_attribute("aria-invalid") == "true"
    page.get_by_label("Code").fill(typed)
    page.get_by_label("New password", exact=True).fill("nine white swans")
    page.get_by_role("button", name="Set the password").click()
    page.wait_for_url("**/auth/sign-in?done=reset")
    elsewhere.goto("/auth/account")
    assert "/auth/sign-in" in elsewhere.url, "all other sessions have ended"
    sign_in(page, to, "nine white swans")
    page.wait_for_url("**/auth/account")


def test_a_passkey_is_made_and_signs_in(new_page: Callable[..., Any], site: Site) -> None:
    page, to = new_page(), "key@example.org"
    # The virtual authenticator would answer what Chromium begins by itself, for a person to choose from a list.
    page.add_init_script("delete PublicKeyCredential.isConditionalMediationAvailable")
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    tools.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {**options, "isUserVerified": True, "automaticPresenceSimulation": True}},
    )
    sign_up(page, site, to)
    page.get_by_label("Name of a new passkey").fill("Telephone")
    page.get_by_role("button", name="Add a passkey").click()
    page.wait_for_url("**/auth/account?done=passkey")
    assert "Telephone" in page.inner_text("main")
    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/auth/account")
    assert to in page.inner_text("main")
    page.get_by_role("button", name="Remove").click()
    page.wait_for_url("**/auth/account?done=passkey-removed")


def test_codes_of_an_app_and_recovery_codes_without_a_script(new_page: Callable[..., Any], site: Site) -> None:
    to = "app@example.org"
    page = new_page(java_script_enabled=False)
    sign_up(page, site, to)
    page.get_by_role("button", name="Turn it on").click()
    assert page.locator(".qr svg").is_visible()
    secret = page.locator("code").first.inner_text()
    page.get_by_label("Code that the app shows").fill("000000")
    page.get_by_role("button", name="Turn it on").click()
    assert "isn't right" in page.inner_text("[role=alert]").replace("’", "'")
    page.get_by_label("Code that the app shows").fill(app_code(secret))
    page.get_by_role("button", name="Turn it on").click()
    codes = page.locator("ul.codes li").all_inner_texts()
    assert len(codes) == 10
    sign_out(page)
    sign_in(page, to)
    page.wait_for_url("**/auth/second-factor")
    page.get_by_label("Code of the app").fill(app_code(secret, 1))
    page.get_by_role("button", name="Sign in").first.click()
    page.wait_for_url("**/auth/account")
    sign_out(page)
    sign_in(page, to)
    page.get_by_text("Use a recovery code").click()
    page.get_by_label("Recovery code").fill(codes[0].upper())
    page.get_by_role("button", name="Sign in").last.click()
    page.wait_for_url("**/auth/account")
    assert "9 recovery codes are left" in page.inner_text("main")


def test_a_session_that_is_ended_here_is_over_there(new_page: Callable[..., Any], site: Site) -> None:
    page, other, to = new_page(), new_page(user_agent="Another browser"), "two@example.org"
    sign_up(page, site, to)
    sign_in(other, to)
    other.wait_for_url("**/auth/account")
    page.reload()
    row = page.locator("li", has_text="Another browser")
    row.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/auth/account?done=session")
    other.reload()
    assert "/auth/sign-in" in other.url
    page.get_by_role("button", name="Sign out everywhere").click()
    page.wait_for_url("**/auth/sign-in?done=everywhere")


def test_another_address_and_another_password(new_page: Callable[..., Any], site: Site) -> None:
    page, to = new_page(java_script_enabled=False), "old@example.org"
    sign_up(page, site, to)
    page.get_by_text("Change the address").click()
    page.get_by_role("textbox", name="E-mail address").fill("new@example.org")
    page.get_by_role("button", name="Send a code there").click()
    page.get_by_label("Code").fill(code(mail(site, "new@example.org")))
    page.get_by_role("button", name="Use this address").click()
    page.wait_for_url("**/auth/account?done=email")
    assert "new@example.org" in page.inner_text("main")
    page.get_by_text("Change the password").click()
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_label("New password").fill("nine white swans")
    page.get_by_role("button", name="Set the password").click()
    page.wait_for_url("**/auth/account?done=password")


def test_a_form_of_another_site_does_nothing(new_page: Callable[..., Any], site: Site) -> None:
    page, to = new_page(), "victim@example.org"
    sign_up(page, site, to)
    evil = page.context.new_page()
    evil.route(
        "http://evil.example/*",
        lambda route: route.fulfill(
            content_type="text/html",
            body=f'<form method=post action="{site[0]}/auth/sign-out-everywhere"><button>Win</button></form>',
        ),
    )
    evil.goto("http://evil.example/")
    with evil.expect_response("**/auth/sign-out-everywhere") as answered:
        evil.get_by_role("button").click()
    assert answered.value.status == 403
    page.reload()
    assert to in page.inner_text("main")


def test_nothing_breaks_the_policy_and_no_frame_shows_it(new_page: Callable[..., Any], site: Site) -> None:
    page = new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))  # Chromium's advice on forms is there too
    page.on("pageerror", lambda error: said.append(str(error)))
    sign_up(page, site, "policy@example.org")
    for path in ("sign-in", "sign-up", "code", "reset", "reset/confirm", "second-factor", "invitation", "confirm"):
        page.goto(f"/auth/{path}")
        page.wait_for_load_state()
    assert said == []
    page.set_content(f'<iframe src="{site[0]}/auth/sign-in"></iframe>')
    page.wait_for_timeout(300)
    assert not any(frame.query_selector("form") for frame in page.frames[1:])
