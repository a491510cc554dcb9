"""Every kind of finding, and what of the two OWASP lists is looked at and what can't be.

Sources: OWASP API Security Top 10 (2023); OWASP Application Security Verification Standard 5.0.0, its chapters.
"""

from __future__ import annotations

from backsmith.checks.audit.findings import Check

OWASP: dict[str, str] = {
    "API1": "Broken Object Level Authorization",
    "API2": "Broken Authentication",
    "API3": "Broken Object Property Level Authorization",
    "API4": "Unrestricted Resource Consumption",
    "API5": "Broken Function Level Authorization",
    "API6": "Unrestricted Access to Sensitive Business Flows",
    "API7": "Server Side Request Forgery",
    "API8": "Security Misconfiguration",
    "API9": "Improper Inventory Management",
    "API10": "Unsafe Consumption of APIs",
}
ASVS: dict[str, str] = {
    "V1": "Encoding and Sanitization",
    "V2": "Validation and Business Logic",
    "V3": "Web Frontend Security",
    "V4": "API and Web Service",
    "V5": "File Handling",
    "V6": "Authentication",
    "V7": "Session Management",
    "V8": "Authorization",
    "V9": "Self-contained Tokens",
    "V10": "OAuth and OIDC",
    "V11": "Cryptography",
    "V12": "Secure Communication",
    "V13": "Configuration",
    "V14": "Data Protection",
    "V15": "Secure Coding and Architecture",
    "V16": "Security Logging and Error Handling",
}
NOT_LOOKED_AT: dict[str, str] = {
    "API7": "whether the application's own functions call addresses that a request names",
    "API10": "what the application's own functions do with the answers of others",
    "V1": "the application's own SQL (Data.sql takes values as parameters only) and pages of its own",
    "V3": "the application's own front end",
    "V17": "WebRTC: there is none",
}
"""What an audit of a model can't tell: for people to look at."""

CHECKS: tuple[Check, ...] = (
    Check(
        "open-writes",
        "high",
        "anybody may write, without signing in",
        "Anyone on the network can fill, change or empty the table.",
        ("API1", "API5"),
        ("V8",),
    ),
    Check(
        "open-reads",
        "low",
        "anybody may read, without signing in",
        "All of it is public: rows can be listed and copied by anyone.",
        ("API1",),
        ("V8",),
    ),
    Check(
        "open-personal",
        "high",
        "personal or secret fields that anybody may read",
        "What is told of people is public.",
        ("API3",),
        ("V8", "V14"),
    ),
    Check(
        "others-rows",
        "medium",
        "everybody who is signed in may reach rows of others",
        "An account, which anyone may be able to make, sees or changes what belongs to somebody else.",
        ("API1",),
        ("V8",),
    ),
    Check(
        "others-personal",
        "high",
        "everybody who is signed in may read personal fields of others",
        "Whoever makes an account can copy what is told of all people.",
        ("API1", "API3"),
        ("V8", "V14"),
    ),
    Check(
        "across-teams",
        "high",
        "rows of a team that others may reach",
        "A tenant sees or changes what belongs to another.",
        ("API1",),
        ("V8",),
    ),
    Check(
        "own-rights",
        "high",
        "fields that decide rights and that their owner may change",
        "People can give themselves rights.",
        ("API3", "API5"),
        ("V8",),
    ),
    Check(
        "unindexed-rule",
        "medium",
        "rules that look for rows without an index",
        "Every request reads the whole table, the more the larger it grows.",
        ("API4",),
        ("V13", "V15"),
    ),
    Check(
        "open-action",
        "medium",
        "actions that anybody may call, without signing in",
        "Anyone can have it done as often as they like.",
        ("API5", "API6"),
        ("V2", "V8"),
    ),
    Check(
        "unlimited",
        "medium",
        "no limits for those who aren't signed in",
        "One client can use up what the server has, or copy all that is public.",
        ("API4", "API6"),
        ("V2", "V4"),
    ),
    Check(
        "unlimited-action",
        "low",
        "actions without a limit",
        "Whatever it does (mails, payments, reservations) can be had done any number of times.",
        ("API4", "API6"),
        ("V2",),
    ),
    Check(
        "plain-secret",
        "medium",
        "fields that are called like secrets and are neither hidden nor encrypted",
        "Replies, logs and copies of the database show it.",
        ("API3", "API8"),
        ("V14",),
    ),
    Check(
        "unbounded-text",
        "low",
        "texts of any length that anybody may write",
        "A few requests fill the disk, up to max_body each.",
        ("API4",),
        ("V2",),
    ),
    Check(
        "weak-setting",
        "medium",
        "settings that open more than they need to",
        "It depends on the setting; the finding says it.",
        ("API2", "API8"),
        ("V6", "V7", "V9", "V12", "V13", "V16"),
    ),
    Check(
        "not-for-production",
        "medium",
        "what production refuses to start with",
        "The first start in production ends with this message.",
        ("API8",),
        ("V11", "V12", "V13"),
    ),
    Check(
        "known-hole",
        "high",
        "packages with holes that are known",
        "What is published about the hole can be tried on this server.",
        ("API8", "API9"),
        ("V15",),
    ),
    Check(
        "not-looked-up",
        "low",
        "packages of which it couldn't be looked up whether holes are known",
        "A hole may be known that this audit doesn't show.",
        ("API9",),
        ("V15",),
    ),
)
BY_CODE: dict[str, Check] = {check.code: check for check in CHECKS}
