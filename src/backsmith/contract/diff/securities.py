"""What became of who may call: what each operation asks for, the schemes, and where the servers are."""

from __future__ import annotations

from typing import Any

from backsmith.contract.diff.comparing import Comparison
from backsmith.contract.diff.documents import Document, Node, list_of, object_of
from backsmith.contract.diff.nouns import Difference, Level, Place
from backsmith.contract.diff.operations import Operation
from backsmith.contract.diff.same import canonical

Asked = dict[str, frozenset[str]]
"""Schemes that are asked for together, with their scopes."""


def security_differences(comparison: Comparison, old: Operation, new: Operation) -> None:
    """What an operation asks who calls it for."""
    caller = new.caller
    before, after = _asked(comparison.old, old.node), _asked(comparison.new, new.node)
    if before == after:
        return
    pointer = new.node.pointer
    for each in before:
        if any(_enough(each, now) for now in after):
            continue
        nearest = next((now for now in after if now.keys() == each.keys()), None)
        if not each:
            text = f"Whoever calls it has to show {_words(after)} from now on."
            comparison.add(caller.difference("security-added", "breaking", text, pointer=pointer,
                                             request=f"{caller.address} without credentials"))  # fmt: skip
        elif nearest is not None:
            scopes = ", ".join(sorted(scope for name in each for scope in nearest[name] - each[name]))
            text = f"It asks for the scope {scopes} from now on."
            comparison.add(caller.difference("security-scope-added", "breaking", text, pointer=pointer,
                                             request=f"{caller.address} without {scopes}"))  # fmt: skip
        else:
            text = f"It doesn't take {_words([each])} any more" + (f", but {_words(after)}." if after else ".")
            comparison.add(caller.difference("security-alternative-removed", "breaking", text, pointer=pointer,
                                             request=f"{caller.address} with {_words([each])}"))  # fmt: skip
    for each in after:
        if not any(_enough(was, each) and _enough(each, was) for was in before):
            loosened = [was for was in before if was.keys() == each.keys() and _enough(was, each)]
            if not each:
                kind, text = "security-removed", "Nothing has to be shown to call it any more."
            elif loosened:
                scopes = ", ".join(sorted(scope for name in each for scope in loosened[0][name] - each[name]))
                kind, text = "security-scope-removed", f"It doesn't ask for the scope {scopes} any more."
            elif any(was.keys() == each.keys() for was in before):
                continue  # a scope more, which was said
            elif () in [tuple(was) for was in before] and len(before) == 1:
                continue  # it was open, which was said
            else:
                kind, text = "security-alternative-added", f"It takes {_words([each])} too."
            comparison.add(caller.difference(kind, "compatible", text, pointer=pointer))


def _asked(document: Document, node: Node) -> list[Asked]:
    """The alternatives, of which one is enough; an empty one asks for nothing."""
    listed: Any = node.object.get("security", document.root.get("security"))
    if not list_of(listed):
        return [{}]
    return [
        {name: frozenset(map(str, list_of(scopes))) for name, scopes in object_of(each).items()}
        for each in list_of(listed)
    ]


def _enough(has: Asked, asked: Asked) -> bool:
    """Whether who has that has what is asked for."""
    return all(name in has and scopes <= has[name] for name, scopes in asked.items())


def _words(alternatives: list[Asked]) -> str:
    named = [" and ".join(each) for each in alternatives if each]
    return " or ".join(dict.fromkeys(named)) or "nothing"


def scheme_differences(comparison: Comparison) -> None:
    """The schemes themselves."""
    where = "securitySchemes"
    old = dict(comparison.old.root.member("components").member(where).members())
    new = dict(comparison.new.root.member("components").member(where).members())
    for name, node in old.items():
        was = comparison.old.resolve(node)
        if name not in new:
            _add(comparison, "security-scheme-removed", "risky", f"There is no security scheme {name} any more.", was)
            continue
        now = comparison.new.resolve(new[name])
        keys = ("type", "scheme", "in", "name", "openIdConnectUrl")
        changed = [key for key in keys if _said(was, key) != _said(now, key)]
        for key in changed:
            text = f"The security scheme {name} has the {key} {_said(now, key)} from now on, not {_said(was, key)}."
            _add(comparison, "security-scheme-changed", "breaking", text, now)
        _flows(comparison, name, was.member("flows"), now.member("flows"))
    for name, node in new.items():
        if name not in old:
            _add(comparison, "security-scheme-added", "compatible", f"There is a new security scheme, {name}.", node)


def _said(node: Node, key: str) -> str:
    value = str(node.object.get(key, "nothing"))
    return value.lower() if key == "scheme" else value


def _flows(comparison: Comparison, scheme: str, old: Node, new: Node) -> None:
    after = dict(new.members())
    for flow, was in old.members():
        now = after.get(flow)
        if now is None:
            text = f"{scheme} has no flow {flow} any more."
            _add(comparison, "security-flow-removed", "breaking", text, was)
            continue
        for key in ("authorizationUrl", "tokenUrl", "refreshUrl"):
            if was.get(key) != now.get(key):
                text = f"The {key} of {scheme} is {now.get(key)} from now on."
                _add(comparison, "security-url-changed", "risky", text, now)
        before, scopes = (node.member("scopes").object for node in (was, now))
        for scope in before:
            if scope not in scopes:
                text = f"{scheme} has no scope {scope} any more."
                _add(comparison, "security-scheme-scope-removed", "breaking", text, was)
        for scope in scopes:
            if scope not in before:
                text = f"{scheme} has a new scope, {scope}."
                _add(comparison, "security-scheme-scope-added", "compatible", text, now)
    known = {flow for flow, _ in old.members()}
    for flow, now in after.items():
        if flow not in known:
            _add(comparison, "security-flow-added", "compatible", f"{scheme} has a new flow, {flow}.", now)


def server_differences(comparison: Comparison) -> None:
    """Where requests go to, for the whole document."""
    old, new = (_servers(each.root.member("servers")) for each in (comparison.old, comparison.new))
    for url, node in old.items():
        if url not in new:
            text = f"There is no server at {url} any more."
            _add(comparison, "server-removed", "risky", text, node)
    for url, node in new.items():
        if url not in old:
            _add(comparison, "server-added", "compatible", f"There is a server at {url}.", node)


def own_server_differences(comparison: Comparison, old: Operation, new: Operation) -> None:
    """Servers that an operation, or its path, has of its own."""
    shared = comparison.old.root.member("servers"), comparison.new.root.member("servers")
    if old.servers.pointer == shared[0].pointer and new.servers.pointer == shared[1].pointer:
        return
    for url in (each for each in _servers(old.servers) if each not in _servers(new.servers)):
        text = f"It isn't at {url} any more."
        comparison.add(new.caller.difference("server-removed", "risky", text, pointer=new.servers.pointer))


def _servers(node: Node) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for each in node.items():
        if each.object:
            variables = each.get("variables")
            url = str(each.get("url") or "/").rstrip("/") or "/"
            found[url if not variables else f"{url} {canonical(variables)}"] = each
    return found or {"/": node}


def _add(comparison: Comparison, kind: str, level: Level, text: str, node: Node) -> None:
    request = None if level == "compatible" else "any that uses it"
    comparison.add(Difference(kind=kind, level=level, place=Place(pointer=node.pointer), text=text, request=request))
