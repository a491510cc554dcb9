"""The pages of the catalogue, /errors and /errors/{slug}: what a refusal means and what to do about it.

The `type` of a problem document is the address of such a page. In: the slug, and whether the reader is a browser. Out:
the reply, in HTML or plain text.
"""

from __future__ import annotations

from html import escape

from backsmith.errors import KINDS, Kind
from backsmith.http.reply import Headers, Reply, reply

_TEXTS: dict[str, str] = {
    "bad-query": "A filter, select, order or another part of the query string isn't written in the grammar. `message` "
    "shows where reading stopped and `hint` what could stand there. Values that hold commas, dots or brackets go in "
    'double quotes: name=in.("a,b","c").',
    "bad-value": "A value can't be read as the type of its field: a date that is none, a number with letters. "
    "`message` names the value and the type. Dates are 2026-01-23, times of day 13:45:00, instants "
    "2026-01-23T13:45:00Z.",
    "unknown-field": "The collection has no field of that name that you may read. A field that is hidden, or that no "
    "rule lets you read, doesn't exist for you, neither to select nor to filter, sort or count by.",
    "unknown-relation": "Nothing of that name can be embedded here: it is neither a relation of the collection nor "
    "another collection that one foreign key connects with it.",
    "ambiguous-relation": "More than one relation leads to that collection. Name the one you mean: by the relation's "
    "own name, or by collection!hint. `details` lists them.",
    "not-embedded": "A filter or an order goes through a relation that the select doesn't embed. Embed it, if need be "
    "without fields: select=*,lines().",
    "related-order": "A list can be ordered by a field of the one row a relation leads to, not by one of many rows.",
    "not-grouped": "With aggregates in the select, the list has one row a group, so that it can be ordered only by "
    "what the select shows.",
    "unknown-type": "A cast (select=name::type) names a type that isn't known here. Text, numbers, booleans, dates, "
    "times and JSON are, by the names PostgreSQL has for them: text, int, bigint, numeric, float8, bool, date, "
    "timestamptz, json.",
    "unknown-collection": "There is no collection of that name, or no rule opens it to anybody.",
    "unknown-function": "There is no function of that name under rpc, or it doesn't take these parameters.",
    "not-found": "There is no such row for you: it doesn't exist, or no rule lets you read it. The two are not told "
    "apart on purpose.",
    "nothing-here": "The address leads nowhere: no collection, row, function or page is served there.",
    "not-single": "The request asked for exactly one row (Accept: application/vnd.pgrst.object+json) and there are "
    "none or several. Narrow the filter, or ask for a list.",
    "not-acceptable": "None of the media types in Accept can be had here. JSON, a single JSON object and CSV can.",
    "bad-range": "The range begins after the last row, or ends before it begins.",
    "bad-preference": "With Prefer: handling=strict each preference has to be a known one. Without it, unknown ones "
    "are passed over.",
    "precondition-failed": "The row has changed since it was read: its ETag isn't the one that If-Match names (or "
    "there is such a row already, and If-None-Match said that there must be none). Nothing was changed. Read it "
    "again, with the same select, and decide anew.",
    "too-many-affected": "Prefer: max-affected says how many rows may change, and the filter means more. Nothing was "
    "changed. `details` tells how many there are.",
    "unfiltered": "A PATCH or DELETE of a collection says by a filter which rows it means. For all of them give one "
    "that always holds, such as id=not.is.null, so that a forgotten filter empties no table.",
    "put-filters": "A PUT writes one row: at its own address, /api/orders/7, or with one eq filter for each field of "
    "the key and no others, /api/orders?id=eq.7.",
    "put-limit": "A PUT writes exactly one row, so limit and offset mean nothing.",
    "key-mismatch": "The address names one row and the body another. Leave the key out of the body, or make them the "
    "same. PATCH changes a key.",
    "no-such-unique": "on_conflict names fields that aren't unique together, so no row can be found by them. `hint` "
    "lists those that are.",
    "method-not-allowed": "This address doesn't know that method. The header Allow lists those it knows.",
    "unauthenticated": "What you ask for is open to some who are signed in, and the request doesn't say who asks. Send "
    "Authorization: Bearer and a token, or X-API-Key and a key.",
    "bad-token": "The request says who asks, but not in a way that holds: the token has expired, is signed by "
    "somebody else or for somebody else, or the key doesn't exist. `message` says which. Get a new one.",
    "two-credentials": "The request carries both a token and an API key, which may stand for two different accounts. "
    "Send one of them.",
    "transaction-timeout": "What the request writes, and what the application does along with it, took longer than a "
    "transaction may (setting `transaction_timeout`). Nothing of it was kept. Write fewer rows at once.",
    "conflicting-transactions": "Other requests changed the same rows at the same time, and trying again at once "
    "didn't help. Nothing was kept. Try again after the seconds that Retry-After says.",
    "disk-full": "The disk that the database lies on has no room for what the request writes. Nothing was kept. Try "
    "again when there is room; no restart is needed.",
    "refused-by-database": "A trigger of the database doesn't allow what the request writes. `message` is its own.",
    "keys-unavailable": "Tokens are checked with keys that are published at an address of the issuer, and that address "
    "doesn't answer. Try again in a while.",
    "forbidden": "You may see this but not do that with it. `message` names the rules that would allow it.",
    "unsupported": "What you ask for exists in the grammar, but the database that this application runs on can't do "
    "it. `hint` says what it can do instead.",
    "wrong-type": "The operator has no meaning for a field of that type, such as `like` on a number.",
    "bad-time": "A date, a time of day, an instant or a duration can't be read. Dates are 2026-01-23, times of day "
    "13:45:00, instants 2026-01-23T13:45:00Z, durations P1DT2H.",
    "time-out-of-range": "A date or time lies outside the years 1 to 9999, or a part of it doesn't exist, such as the "
    "31st of April.",
    "out-of-range": "A number is too large or too small for the field it is compared with, or a result for its type.",
    "too-complex": "The request has more filters, names, values or embeds within embeds than the server allows. Ask "
    "in several requests, or have the limit raised in the settings.",
    "reply-too-large": "What you ask for would give more bytes than the server sends at once. Ask for fewer rows, "
    "fewer fields, or fewer levels of rows within rows.",
    "too-large": "The body of the request is larger than the server takes. Send less at once.",
    "wrong-file": "The field says which media types its files may have, and this one has another. What counts is the "
    "content of the file; its name and Content-Type don't.",
    "no-length": "An upload has to say its length (Content-Length), so that one that breaks off isn't taken for whole. "
    "Browsers and curl do so for files; curl -T - doesn't.",
    "unsatisfiable-range": "The range begins after the last byte of the file. Content-Range says how many there are.",
    "storage-unavailable": "The database answers, but the place where the files' bytes are doesn't, or has lost this "
    "one. The log of the server says more. Try again in a while.",
    "bad-form": "The body says that it is multipart/form-data (RFC 7578) and isn't: a boundary is missing, a part has "
    "no name, or it breaks off. Leave Content-Type to what sends the form: it has to name the boundary.",
    "incomplete-body": "The connection brought fewer bytes than Content-Length said, so nothing was done. Send the "
    "request again.",
    "body-timeout": "The client began to send a body and then sent nothing, or little, for too long. Send it again.",
    "url-too-long": "The address is longer than the server allows. Ask in several requests, or have max_url raised.",
    "statement-timeout": "The database worked on this request for as long as one may take. Narrow it by a filter on an "
    "indexed field, or take fewer rows. `backsmith why` shows how the database goes about it.",
    "overloaded": "More requests are in work than the server takes at once. Try again after as many seconds as "
    "Retry-After says, and longer each time.",
    "database-unavailable": "The server can't reach its database at the moment, or can't write to it. Try again in a "
    "while. Where it was lost in the very moment that it kept a change, `message` says that it isn't known whether it "
    "did: look before you try again, or send an Idempotency-Key from the start.",
    "bad-body": "The body isn't JSON, CSV or a form as Content-Type says, or its rows don't have the same names. "
    "`details` says where. In a list of objects all have the same members, unless columns=… or Prefer: missing=default "
    "says what those stand for that a row lacks.",
    "unsupported-body": "The server reads application/json, text/csv and application/x-www-form-urlencoded, in UTF-8. "
    "Send one of them, and say which in Content-Type.",
    "duplicate": "No two rows may have the same value of these fields, and another row has it, be it one that you may "
    "not see. `errors` says which fields. Nothing was changed.",
    "reference": "Either the row points at one that isn't there (or that you may not see, which is the same to you): "
    "`errors` says by which field. Or other rows still point at the one that was to go: `message` says which. Nothing "
    "was changed.",
    "invalid": "The body can be read, but values in it can't be kept. `errors` lists them all: `pointer` says where "
    "each stands in the body (RFC 6901), `code` what kind of mistake it is and `message` what to change.",
    "refused": "The application itself refuses this, for a reason of its own that `message` gives. The status says of "
    "what kind it is.",
    "bad-idempotency-key": "An Idempotency-Key has 1 to 255 printable ASCII characters; of somebody who isn't signed "
    "in at least 20, so that nobody guesses another's. A random UUID is a good one, new for each thing that is to "
    "happen.",
    "idempotency-mismatch": "You have used this Idempotency-Key in the last 24 hours for a request that differs in its "
    "query, headers or body, or with other roles. Nothing was done now. Take a new key for a new request; send the "
    "same request with the same key.",
    "idempotency-in-flight": "A request with this Idempotency-Key is being worked on at this moment. Ask again after "
    "as many seconds as Retry-After says: you will get its reply.",
    "idempotency-not-kept": "The request with this Idempotency-Key was done, once, and `first` has its status. Its "
    "reply was too large to be kept, so it can't be sent again. Read what you need to know of the rows.",
    "bad-batch": 'The body of a batch is {"operations": [{"method": "POST", "path": "/orders", "body": {…}}, …]}, with '
    "`id` and `headers` where they are needed. `message` and `pointer` say what doesn't fit. Nothing was done.",
    "bad-result": "An operation of a batch refers to the result of another that comes later or isn't there, or to "
    "something its reply doesn't have. Nothing of the batch was kept.",
    "wrong-credentials": "There is no account that signs in so: the e-mail address or the password is wrong, the "
    "account has none, or it may not sign in. Which of these it is isn't told on purpose. A forgotten password can be "
    "reset.",
    "spent": "A code, link, invitation or recovery code is good once and for a short time. This one was used, is too "
    "old, was typed wrongly too often, or never was one. Compare it with the mail, or begin again to get a new one.",
    "too-many": "Too many attempts were made from this address or for this account, or more requests than the "
    "application's limits allow. Wait as long as Retry-After says, in seconds.",
    "confirm-first": "What was asked for takes a proof, not older than a few minutes, that it is you: POST "
    "/auth/confirm with the password or another way to sign in, then ask again.",
    "cross-site": "The request came with the cookie of a session from a page of another site, or from a program that "
    "doesn't say where it comes from. Pages of the application itself may use the cookie; programs use tokens or API "
    "keys.",
    "provider-failed": "The other provider that somebody wanted to sign in by can't be reached, or what it sent isn't "
    "right: signed by another key, for another application, for another sign-in, too old. `message` says which. Nobody "
    "was signed in. Try again from the beginning; if it stays so, compare the setting providers with what the provider "
    "says.",
    "not-linked": "Whoever signed in by another provider has no account here that is linked to it, and none could be "
    "made: its e-mail address belongs to an account that hasn't shown that the address is its own, or nobody may sign "
    "up. Sign in to the account in another way, and link the provider there: POST /auth/oidc/{provider}/link.",
    "internal": "Something went wrong that should not have, and not by your doing. The log of the server says what, "
    "under the request's id. If the same request does it again, report it with that id.",
}

_BY_SLUG = {kind.slug: kind for kind in KINDS}
_HTML = "text/html; charset=utf-8"
_PLAIN = "text/plain; charset=utf-8"
_KEEP: Headers = [("cache-control", "public, max-age=3600"), ("vary", "Accept")]


def error_page(slug: str | None, *, html: bool, head: bool = False) -> Reply | None:
    """The page of that kind of error, or of all kinds for None; None where there is no such kind."""
    if slug is None:
        kinds = KINDS
    elif slug in _BY_SLUG:
        kinds = (_BY_SLUG[slug],)
    else:
        return None
    if not html:
        text = "\n\n".join(f"{kind.title} ({kind.status}, {kind.code})\n\n{meaning(kind)}" for kind in kinds)
        return reply(200, _PLAIN, f"{text}\n".encode(), _KEEP, head=head)
    title = "Errors" if slug is None else kinds[0].title
    articles = "".join(_article(kind) for kind in kinds)
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark"><title>{escape(title)}</title></head>'
        f"<body><main>{articles}</main></body></html>\n"
    )
    return reply(200, _HTML, page.encode(), _KEEP, head=head)


def meaning(kind: Kind) -> str:
    """What that kind of error means and what to do about it, in a few sentences."""
    return _TEXTS[kind.slug]


def _article(kind: Kind) -> str:
    return (
        f'<article id="{kind.slug}"><h1>{escape(kind.title)}</h1><p>{escape(meaning(kind))}</p>'
        f"<p>Status {kind.status}, code {kind.code}.</p></article>"
    )
