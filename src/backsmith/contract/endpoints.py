"""What a contract says of the endpoints of accounts beside what they say themselves: readable ids, parameters of the
query, and by which settings they are answered at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from backsmith.accounts.admin_endpoints import MOST_IN_PAGE, PAGE
from backsmith.accounts.endpoint import Endpoint
from backsmith.blueprint.blueprint import Blueprint, Bounds, Default
from backsmith.blueprint.types import DateTime, Enum, Integer, Text
from backsmith.contract.contract import Input
from backsmith.settings import Settings

_Address = tuple[str, str]
"""Method and path."""

IDS: Mapping[_Address, str] = {
    ("POST", "/sign-up"): "sign_up",
    ("POST", "/sign-up/confirm"): "confirm_sign_up",
    ("POST", "/sign-in"): "sign_in",
    ("POST", "/code"): "send_sign_in_code",
    ("POST", "/code/confirm"): "sign_in_by_code",
    ("POST", "/reset"): "send_password_reset",
    ("POST", "/reset/confirm"): "reset_password",
    ("POST", "/password"): "change_password",
    ("POST", "/confirm"): "confirm_identity",
    ("POST", "/email"): "change_email",
    ("POST", "/email/confirm"): "confirm_email",
    ("POST", "/email/undo"): "undo_email",
    ("POST", "/verify"): "send_verification",
    ("POST", "/verify/confirm"): "verify_email",
    ("GET", "/me"): "get_me",
    ("DELETE", "/me"): "erase_me",
    ("GET", "/export"): "export_me",
    ("GET", "/activity"): "list_activity",
    ("POST", "/teams"): "make_team",
    ("GET", "/teams"): "list_my_teams",
    ("POST", "/teams/{team}/invitations"): "invite_to_team",
    ("GET", "/teams/{team}/invitations"): "list_team_invitations",
    ("DELETE", "/teams/{team}/invitations/{invitation}"): "withdraw_team_invitation",
    ("POST", "/invitations/accept"): "accept_invitation",
    ("POST", "/teams/{team}/leave"): "leave_team",
    ("DELETE", "/teams/{team}/members/{account}"): "remove_team_member",
    ("PATCH", "/teams/{team}/members/{account}"): "set_team_role",
    ("POST", "/teams/{team}/owner"): "hand_over_team",
    ("GET", "/admin/accounts"): "list_accounts_as_admin",
    ("GET", "/admin/accounts/{account}"): "get_account_as_admin",
    ("POST", "/admin/accounts/{account}/roles/{role}"): "grant_role",
    ("DELETE", "/admin/accounts/{account}/roles/{role}"): "revoke_role",
    ("POST", "/admin/accounts/{account}/disable"): "disable_account",
    ("POST", "/admin/accounts/{account}/enable"): "enable_account",
    ("POST", "/admin/accounts/{account}/sign-out"): "sign_out_account",
    ("POST", "/admin/accounts/{account}/reset"): "send_account_reset",
    ("POST", "/admin/accounts/{account}/second-factor/reset"): "reset_second_factor",
    ("POST", "/admin/accounts/{account}/impersonate"): "impersonate_account",
    ("POST", "/admin/invitations"): "invite_account",
    ("GET", "/admin/invitations"): "list_account_invitations",
    ("DELETE", "/admin/invitations/{invitation}"): "withdraw_account_invitation",
    ("GET", "/admin/audit-log"): "list_audit_log",
    ("POST", "/admin/service-accounts"): "make_service_account",
    ("GET", "/admin/service-accounts"): "list_service_accounts",
    ("DELETE", "/admin/service-accounts/{account}"): "disable_service_account",
    ("POST", "/admin/service-accounts/{account}/keys"): "make_service_account_key",
    ("GET", "/admin/service-accounts/{account}/keys"): "list_service_account_keys",
    ("DELETE", "/admin/service-accounts/{account}/keys/{key}"): "revoke_service_account_key",
    ("POST", "/impersonation/end"): "end_impersonation",
    ("POST", "/token"): "renew_session",
    ("POST", "/sign-out"): "sign_out",
    ("POST", "/sign-out-everywhere"): "sign_out_everywhere",
    ("GET", "/sessions"): "list_sessions",
    ("DELETE", "/sessions/{id}"): "end_session",
    ("GET", "/jwks.json"): "list_signing_keys",
    ("POST", "/keys"): "make_api_key",
    ("GET", "/keys"): "list_api_keys",
    ("DELETE", "/keys/{id}"): "revoke_api_key",
    ("GET", "/passkeys"): "list_passkeys",
    ("POST", "/passkeys/options"): "begin_passkey",
    ("POST", "/passkeys"): "make_passkey",
    ("PATCH", "/passkeys/{id}"): "name_passkey",
    ("DELETE", "/passkeys/{id}"): "remove_passkey",
    ("POST", "/sign-in/passkey/options"): "begin_sign_in_by_passkey",
    ("POST", "/sign-in/passkey"): "sign_in_by_passkey",
    ("POST", "/recovery-codes"): "make_recovery_codes",
    ("GET", "/second-factor"): "get_second_factor",
    ("POST", "/second-factor"): "sign_in_by_second_factor",
    ("POST", "/totp"): "begin_totp",
    ("POST", "/totp/confirm"): "confirm_totp",
    ("DELETE", "/totp"): "remove_totp",
    ("GET", "/oidc"): "list_providers",
    ("GET", "/oidc/{provider}"): "sign_in_by_provider",
    ("GET", "/oidc/{provider}/callback"): "return_from_provider",
    ("POST", "/oidc/{provider}/callback"): "return_from_provider_by_form",
    ("POST", "/oidc/{provider}/link"): "begin_provider_link",
    ("GET", "/identities"): "list_identities",
    ("DELETE", "/identities/{id}"): "remove_identity",
}

SHAPES: Mapping[tuple[str, str], str] = {
    ("team_endpoints", "InvitationShown"): "TeamInvitation",
    ("team_endpoints", "InvitationsShown"): "TeamInvitations",
    ("team_endpoints", "NewInvitation"): "NewTeamInvitation",
    ("team_endpoints", "NewRole"): "NewTeamRole",
    ("team_endpoints", "NewOwner"): "NewTeamOwner",
    ("admin_endpoints", "InvitationShown"): "AccountInvitation",
    ("admin_endpoints", "InvitationsShown"): "AccountInvitations",
    ("admin_endpoints", "NewInvitation"): "NewAccountInvitation",
    ("trail_reading", "Event"): "AccountEvent",
    ("trail_reading", "Page"): "AccountEvents",
    ("codes", "Code"): "CodeWanted",
    ("impersonation", "Reason"): "Impersonation",
    ("erasure", "Export"): "PersonalExport",
    ("erasure", "Erased"): "AccountErased",
    ("session_endpoints", "Ended"): "SessionsEnded",
    ("verifying", "Undo"): "EmailUndo",
    ("passkey_endpoints", "Naming"): "PasskeyName",
    ("passkey_endpoints", "Registration"): "PasskeyRegistration",
    ("passkey_endpoints", "Ceremony"): "PasskeyCeremony",
    ("changing", "Confirmation"): "IdentityConfirmation",
    ("second_factor", "Factors"): "SecondFactors",
    ("identities", "Identities"): "ProviderIdentities",
    ("identities", "IdentityShown"): "ProviderIdentity",
}
"""Names of shapes that say more than their class does within its module, which would clash with one another or with
what an application calls its own things. By module and class."""

KEYS: Mapping[tuple[str, str], tuple[Literal["account", "team"], bool]] = {
    ("SignedInShown", "account"): ("account", False),
    ("Me", "id"): ("account", False),
    ("AccountShown", "id"): ("account", False),
    ("AccountsShown", "after"): ("account", True),
    ("ServiceAccount", "account"): ("account", False),
    ("Event", "account"): ("account", True),
    ("Event", "actor"): ("account", True),
    ("Export", "account"): ("account", False),
    ("NewOwner", "account"): ("account", False),
    ("TeamShown", "id"): ("team", False),
    ("Accepted", "team"): ("team", True),
}
"""Members that hold the key of an account or a team, by class and member; and whether they may be null."""

_RETURNED = tuple(Input(name=name, place="query", type=Text()) for name in ("code", "state", "error", "iss"))
"""What a provider adds to the address (OAuth 2.0, RFC 6749, 4.1.2; RFC 9207)."""
_BEFORE = Input(name="before", place="query", type=Integer(), doc="Events before that number: `next` of a page.")
TRANSPORT = Input(
    name="transport",
    place="query",
    type=Enum(("token", "cookie")),
    default=Default("constant", "token"),
    doc="What the session is carried by: tokens in the reply, or a cookie that no script reads.",
)
QUERIES: Mapping[_Address, tuple[Input, ...]] = {
    ("GET", "/activity"): (_BEFORE,),
    ("GET", "/admin/audit-log"): (
        Input(name="account", place="query", type=Text(), doc="Events about that account alone, by its key."),
        Input(name="event", place="query", type=Text(), doc="Events of that name alone: `sign-in`."),
        Input(name="since", place="query", type=DateTime(), doc="Events since then."),
        _BEFORE,
    ),
    ("GET", "/admin/accounts"): (
        Input(name="search", place="query", type=Text(), doc="Part of an address or name."),
        Input(name="after", place="query", type=Text(), doc="The key of the last account of the page before."),
        Input(
            name="limit",
            place="query",
            type=Integer(),
            bounds=Bounds(ge="1", le=str(MOST_IN_PAGE)),
            default=Default("constant", PAGE),
            doc="So many accounts at most.",
        ),
    ),
    ("GET", "/oidc/{provider}"): (
        Input(name="to", place="query", type=Text(), doc="The path of this application where the browser goes on."),
    ),
    ("GET", "/oidc/{provider}/callback"): _RETURNED,
}

_WAYS: Mapping[_Address, str] = {
    ("POST", "/sign-in"): "password",
    ("POST", "/password"): "password",
    ("POST", "/reset"): "password",
    ("POST", "/reset/confirm"): "password",
    ("POST", "/code"): "code",
    ("POST", "/code/confirm"): "code",
    ("POST", "/passkeys/options"): "passkey",
    ("POST", "/sign-in/passkey/options"): "passkey",
    ("POST", "/sign-in/passkey"): "passkey",
}
"""The way of signing in that an endpoint is a part of."""


def answered(endpoints: Iterable[Endpoint], settings: Settings, blueprint: Blueprint) -> tuple[Endpoint, ...]:
    """Those that are answered with these settings; what they switch off is refused to everybody."""
    return tuple(each for each in endpoints if _is_answered(each, settings, blueprint))


def _is_answered(endpoint: Endpoint, settings: Settings, blueprint: Blueprint) -> bool:
    address = endpoint.method, endpoint.path
    if endpoint.path.startswith("/oidc/"):
        return "oidc" in settings.sign_in and bool(settings.providers)
    if endpoint.path.startswith("/teams"):
        return blueprint.team is not None
    if address == ("POST", "/sign-up"):
        return settings.sign_up != "closed"
    if address == ("POST", "/sign-up/confirm"):
        return settings.sign_up == "open"
    return address not in _WAYS or _WAYS[address] in settings.sign_in
