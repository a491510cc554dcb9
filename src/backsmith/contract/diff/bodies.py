"""What became of an operation's request body and replies: media types, statuses, headers, and their schemas."""

from __future__ import annotations

from backsmith.contract.diff.comparing import Comparison, other
from backsmith.contract.diff.documents import Node
from backsmith.contract.diff.nouns import Level
from backsmith.contract.diff.operations import Operation
from backsmith.contract.diff.sites import Site
from backsmith.contract.diff.value_sides import Direction


class Bodies:
    """Compares bodies and replies; `direction` is that of the body: a webhook's is received by the client."""

    def __init__(
        self, comparison: Comparison, old: Operation, new: Operation, direction: Direction = "sent", what: str = ""
    ) -> None:
        """`what` is said before what is found, of a callback."""
        self._comparison = comparison
        self._old, self._new = old, new
        self._caller = new.caller
        self._direction: Direction = direction
        self._what = what

    def compare(self) -> None:
        """Every difference."""
        self._request()
        self._replies()

    def _add(self, kind: str, level: Level, text: str, pointer: str, request: str = "") -> None:
        self._comparison.add(
            self._caller.difference(kind, level, f"{self._what}{text}", pointer=pointer,
                                    request=f"{self._caller.address}{request}")
        )  # fmt: skip

    def _request(self) -> None:
        was = self._comparison.old.resolve(self._old.node.member("requestBody"))
        now = self._comparison.new.resolve(self._new.node.member("requestBody"))
        sent = self._direction == "sent"
        if was.value is None and now.value is None:
            return
        needed: Level = "breaking" if sent else "compatible"
        if was.value is None:
            if now.get("required") is True:
                text = "There is a body, which has to be given: requests without it are refused."
                self._add("request-body-added-required", needed, text, now.pointer, " without a body")
            else:
                self._add("request-body-added", "compatible", "There is a body, which may be left out.", now.pointer)
            return
        if now.value is None:
            self._add("request-body-removed", "breaking", "There is no body any more.", was.pointer, " with a body")
            return
        before, after = was.get("required") is True, now.get("required") is True
        if after and not before:
            text = "The body has to be given from now on."
            self._add("request-body-became-required", needed, text, now.pointer, " without a body")
        elif before and not after:
            level: Level = "compatible" if sent else "breaking"
            self._add("request-body-became-optional", level, "The body may be left out from now on.", now.pointer)
        self._contents(was.member("content"), now.member("content"), "body", "the body", self._direction)

    def _replies(self) -> None:
        old, new = self._old.node.member("responses"), self._new.node.member("responses")
        before, after = dict(old.members()), dict(new.members())
        for status, node in before.items():
            found = _reply(status, after)
            if found is None:
                good = status[:1] in "123" and status != "default"
                level: Level = "breaking" if good and self._direction == "sent" else "compatible"
                kind = "response-status-removed" if good else "response-error-status-removed"
                self._add(kind, level, f"It doesn't reply with {status} any more.", node.pointer)
                continue
            was, now = self._comparison.old.resolve(node), self._comparison.new.resolve(found)
            name = f"the reply {status}" if status != "default" else "any other reply"
            self._contents(was.member("content"), now.member("content"), "reply", name, other(self._direction))
            self._headers(was.member("headers"), now.member("headers"), name)
        for status, node in after.items():
            if _reply(status, before) is None:
                good = "response-status-added" if status[:1] in "123" else "response-error-status-added"
                self._add(good, "compatible", f"It may reply with {status} from now on.", node.pointer)

    def _contents(self, old: Node, new: Node, kind: str, name: str, direction: Direction) -> None:
        """Media types, and what each of them holds."""
        before = {_media(each): node for each, node in old.members()}
        after = {_media(each): node for each, node in new.members()}
        slug = "request" if kind == "body" else "response"
        for media, was in before.items():
            now = after.get(media) or next((node for each, node in after.items() if _takes(each, media)), None)
            if now is None:
                words = f"{name[:1].upper()}{name[1:]} can't be {media} any more."
                self._add(f"{slug}-media-type-removed", "breaking", words, was.pointer, f" with {media}")
                continue
            shown = name if media in ("application/json", "*/*") or len(before) == 1 else f"{name} as {media}"
            site = Site("body" if kind == "body" else "reply", f"{self._what}{shown}", textual="json" not in media)
            self._comparison.schemas(self._caller, site, _schema(was), _schema(now), direction)
            if kind == "body":
                self._encodings(was.member("encoding"), now.member("encoding"), name)
        for media, now in after.items():
            if media not in before and not any(_takes(media, each) for each in before):
                words = f"{name[:1].upper()}{name[1:]} may be {media} too."
                self._add(f"{slug}-media-type-added", "compatible", words, now.pointer)

    def _encodings(self, old: Node, new: Node, name: str) -> None:
        """How parts of a form are written."""
        after = dict(new.members())
        for part, was in old.members():
            now = after.get(part)
            if now is not None and was.value != now.value:
                text = f"{part} of {name} is written in another way from now on."
                self._add("request-property-encoding-changed", "risky", text, now.pointer)

    def _headers(self, old: Node, new: Node, name: str) -> None:
        before = {each.lower(): (each, self._comparison.old.resolve(node)) for each, node in _every(old)}
        after = {each.lower(): (each, self._comparison.new.resolve(node)) for each, node in _every(new)}
        for key, (header, was) in before.items():
            said = f"The header {header} of {name}"
            if key not in after:
                level: Level = "breaking" if was.get("required") is True else "risky"
                self._add("response-header-removed", level, f"{said} isn't there any more.", was.pointer)
                continue
            now = after[key][1]
            if was.get("required") is True and now.get("required") is not True:
                text = f"{said} may be missing from now on."
                self._add("response-header-became-optional", "breaking", text, now.pointer)
            elif now.get("required") is True and was.get("required") is not True:
                self._add("response-header-became-required", "compatible", f"{said} is always there.", now.pointer)
            site = Site("header", f"the header {header} of {name}", textual=True)
            self._comparison.schemas(self._caller, site, _schema(was), _schema(now), other(self._direction))
        for key, (header, now) in after.items():
            if key not in before:
                self._add("response-header-added", "compatible", f"The header {header} of {name} is new.", now.pointer)


def _reply(status: str, replies: dict[str, Node]) -> Node | None:
    """What stands for replies of that status: its own, or that of its range."""
    if status in replies:
        return replies[status]
    in_range = f"{status[:1]}XX"
    if in_range in replies:
        return replies[in_range]
    if status.upper() == in_range:
        return next((node for each, node in replies.items() if each[:1] == status[:1]), None)
    return None


def _media(name: str) -> str:
    """A media type without its character set."""
    kind, *parameters = (part.strip() for part in name.lower().split(";"))
    return ";".join([kind, *(each for each in parameters if not each.startswith("charset="))])


def _takes(some: str, media: str) -> bool:
    """Whether a range of media types holds this one."""
    kind = some.split("/", maxsplit=1)[0]
    return some == "*/*" or (some.endswith("/*") and media.split("/", maxsplit=1)[0] == kind)


def _schema(node: Node) -> Node:
    found = node.member("schema")
    return Node({}, found.pointer) if found.value is None else found


def _every(node: Node) -> list[tuple[str, Node]]:
    """Headers, also those whose names begin as extensions do."""
    return [(name, node.member(name)) for name in node.object]
