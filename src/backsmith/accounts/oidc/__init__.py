"""Signing in by another provider (OpenID Connect Core 1.0: authorization code with PKCE).

`provider` talks to one (what it says of itself, its keys, a code for an ID token), `id_tokens` checks what it signed,
`linking` decides whose account that is, `endpoints` is what browsers are sent through.

A client of our own on httpx and joserfc, which Backsmith has anyway: in Authlib the checks of state, nonce and issuer
are part of its integrations into frameworks, which keep them in a session that isn't there before somebody signed in.
Without these it would be left with two requests, neither of them with a limit of size.
"""
