"""Patterns of texts that stand for values: in filters, in keys of addresses, in JSON where a type is written as text.

What matches is accepted. They take a little less than the engine does: years from 1000 on, integers to 8.9 of the 9.2
quintillions of 64 bits, no blanks around values; a pattern that took exactly as much couldn't be read. They mean the
same in ECMAScript, Python, Java, Ruby and RE2: without look-around, classes such as `\\d`, or a slash.
"""

from __future__ import annotations

import re

from backsmith.blueprint.types import (
    Boolean,
    Bytes,
    Date,
    DateTime,
    Duration,
    Enum,
    Float,
    Integer,
    Json,
    List,
    Numeric,
    Sealed,
    Text,
    Time,
    Type,
    Uuid,
)

_LEAP = "(?:[1-9][0-9](?:0[48]|[2468][048]|[13579][26])|(?:[2468][048]|[13579][26])00)"
DATE = (
    "(?:[1-9][0-9]{3}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)"
    f"|(?:0[13578]|1[02])-31)|{_LEAP}-02-29)"
)
"""A day that there is."""
TIME = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:[.][0-9]{1,6})?"
ZONE = "(?:Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])"
DURATION = "P(?:[0-9]{1,6}D(?:T[0-9]{1,6}H)?|T[0-9]{1,6}[HM]|T[0-9]{1,6}(?:[.][0-9]{1,6})?S)"
UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
BYTES = r"\\x(?:[0-9a-f]{2})*"
FLOAT = "-?[0-9]{1,15}(?:[.][0-9]{1,15})?(?:e[+-]?[0-9]{1,2})?"
JSON = r'(?:true|false|-?(?:0|[1-9][0-9]{0,15})|"[A-Za-z0-9 _.-]*")'
WORD = "[A-Za-z0-9_-]"
"""A character that means nothing in the grammar."""
_DIGITS = 18
"""Digits of a decimal whose type has no limit."""
_PLAIN = re.compile("[A-Za-z0-9 _,:;=@%&<>~!'\"-]+")
_INTEGERS = {16: "-?[12]?[0-9]{1,4}", 32: "-?1?[0-9]{1,9}", 64: "-?[1-8]?[0-9]{1,18}"}
EMAIL = "[a-zA-Z0-9.!#$%&'*+=?^_`{|}~-]{1,64}@[a-zA-Z0-9]{1,32}(?:-[a-zA-Z0-9]{1,16})?(?:[.][a-zA-Z0-9]{1,32})*"
SLUG = "[a-z0-9]+(?:[-_][a-z0-9]+)*"
URL = r"https?:\x2f\x2f[a-zA-Z0-9-]+(?:[.][a-zA-Z0-9-]+)*(?::[1-9][0-9]{0,3})?(?:\x2f[a-zA-Z0-9._~!$&'()*+,;=:@?#-]*)*"


def text_of(type: Type) -> str:
    """The pattern of a value as text, where anything may follow or stand before it: for keys in addresses, and for
    the operators that take one value."""
    match type:
        case Text():
            return r"[^\x00]*"
        case Integer(bits):
            return _INTEGERS[bits]
        case Float():
            return FLOAT
        case Numeric(digits, places):
            return _decimal((digits or _DIGITS) - places, places)
        case Boolean():
            return "(?:true|false)"
        case Date():
            return DATE
        case DateTime():
            return f"{DATE}T{TIME}{ZONE}"
        case Time():
            return TIME
        case Duration():
            return DURATION
        case Uuid():
            return UUID
        case Bytes():
            return BYTES
        case Json():
            return JSON
        case Enum(values):
            return one_of(values)
        case List(item):
            return rf"\{{(?:{item_of(item)}(?:,{item_of(item)})*)?\}}"
        case Sealed(of):
            return text_of(of)


def _decimal(whole: int, places: int) -> str:
    """A number of so many digits before the point and so many after it: SQLite doesn't compare all that have more."""
    if not whole:
        return f"-?0?[.][0-9]{{1,{places}}}"
    return f"-?[0-9]{{1,{whole}}}" + (f"(?:[.][0-9]{{1,{places}}})?" if places else "")


def item_of(type: Type) -> str:
    """The pattern of a value within a list, where commas and brackets end one."""
    match type:
        case Text():
            return r'"[^"\\\x00]*"'
        case Enum(values):
            return one_of([f'"{value}"' for value in values if '"' not in value and "\\" not in value])
        case _:
            return text_of(type)


def plain_of(type: Type) -> str | None:
    """The pattern of a value within conditions in parentheses; None of types that are hard to write there."""
    match type:
        case Text():
            return f"{WORD}+"
        case Enum(values):
            plain = [value for value in values if re.fullmatch(f"{WORD}+", value)]
            return one_of(plain) if plain else None
        case Integer() | Boolean() | Date() | Uuid():
            return text_of(type)
        case _:
            return None


def one_of(texts: tuple[str, ...] | list[str]) -> str:
    """The pattern of one of some texts."""
    return f"(?:{'|'.join(map(escaped, texts))})"


def escaped(text: str) -> str:
    """The pattern of a text to the letter: each character that could mean something stands in a class, and slashes and
    what isn't ASCII, which languages escape in different ways, too."""
    if _PLAIN.fullmatch(text):
        return text
    return "".join(each if _PLAIN.fullmatch(each) else _in_class(each) for each in text)


def _in_class(character: str) -> str:
    if character in "^\\]":
        return "\\" + character
    return r"\x2f" if character == "/" else f"[{character}]"


def whole(pattern: str) -> str:
    """The pattern of a text that is nothing else."""
    return f"^{pattern}$"
