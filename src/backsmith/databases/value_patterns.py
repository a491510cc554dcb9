"""Which texts are values of which type, as regular expressions that Python and PostgreSQL read alike.

They tell what a text is before it is cast: a cast of what is no value is an error on PostgreSQL. White space around a
value doesn't count. Digits are those of ASCII, which `\\d` in Python isn't held to.
"""

from __future__ import annotations

SPACE = " \t\n\r\x0b\x0c"
"""What may stand around a value."""
LONGEST = 1000
"""Characters of a number at most."""

INTEGER = "[+-]?[0-9]+"
DECIMAL = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
FLOAT = rf"{DECIMAL}(?:[eE][+-]?[0-9]{{1,3}})?"
TRUE = ("true", "t", "yes", "y", "on", "1")
FALSE = ("false", "f", "no", "n", "off", "0")

_LEAP = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"
DATE = (
    "(?!0000)(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    f"|02-(?:0[1-9]|1[0-9]|2[0-8]))|{_LEAP}-02-29)"
)
"""The days of the years 1 to 9999, leap years counted."""
TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?"
ZONE = "(?:Z|[+-](?:0[0-9]|1[0-5])(?::?[0-5][0-9])?)"
DATETIME = f"{DATE}(?:[T ]{TIME}{ZONE}?)?"
"""ISO 8601; without a time it is midnight, without a zone UTC."""
DURATION = (
    r"P(?=[-0-9T])(?:-?[0-9]{1,7}D)?(?:T(?=[-0-9])(?:-?[0-9]{1,9}H)?(?:-?[0-9]{1,9}M)?"
    r"(?:-?[0-9]{1,9}(?:\.[0-9]{1,6})?S)?)?"
)
"""ISO 8601 in days and less: months and years have no one length."""
UUID = "[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}"
BYTES = r"\\x(?:[0-9a-fA-F]{2})*"

LARGEST_FLOAT, SMALLEST_FLOAT = "1.7976931348623157e308", "5e-324"

# JSON: texts and numbers become "" and 0, then what holds nothing but these becomes 0 too, level by level. Nothing that
# isn't JSON gets down to a single one of them.
JSON_TEXT = r'"(?:[^"\\\u0001-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"'
JSON_SCALAR = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null"
JSON_SPACE = r"[ \t\n\r]+"
_PLAIN = '(?:0|"")'
JSON_NESTED = rf'\[(?:{_PLAIN}(?:,{_PLAIN})*)?\]|\{{(?:"":{_PLAIN}(?:,"":{_PLAIN})*)?\}}'
JSON_UNREADABLE = r"\\u(?:0000|[dD][89a-fA-F])"
"""Escapes in a JSON text that PostgreSQL makes no text of, or only in pairs."""
JSON_DEPTH = 32
"""Levels of arrays and objects in each other at most."""
