"""`backsmith`: hands the words of the command line to a command, and turns what it raises into text and an exit code.

Exit codes: 0 done; 1 the model has mistakes, or what was checked doesn't hold; 2 a mistake in the command or a setting;
3 the database can't be used; 4 a plan needs approval; 130 interrupted. Data goes to standard output, everything else
to standard error.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib.metadata import version

from cyclopts import App, CycloptsError, Group, Parameter

from backsmith.cli.exit_codes import DONE, INTERRUPTED, USAGE, exit_code
from backsmith.cli.talk import say
from backsmith.errors import BacksmithError

EXIT_CODES = (
    "Exit codes: 0 done; 1 the model has mistakes, or what was checked doesn't hold; 2 a mistake in the command or a "
    "setting; 3 the database can't be used; 4 a plan needs approval; 130 interrupted."
)

_BEGIN, _LOOK, _SERVE = Group("Begin", sort_key=1), Group("Look", sort_key=2), Group("Serve", sort_key=4)
_CHANGE = Group("Change", sort_key=3)

COMMANDS = (
    # name, group, what it does. The module of the same name holds the function, imported when it is called.
    ("adopt", _BEGIN, "Write a model from an existing database."),
    ("create", _BEGIN, "Create the tables of a model in an empty database."),
    ("check", _LOOK, "Find every mistake of a model."),
    ("show", _LOOK, "Say what a model means: in English, or as JSON."),
    ("openapi", _LOOK, "Write the OpenAPI document of what is served, for an audience."),
    ("docs", _LOOK, "Write the documentation of an application: pages, or Markdown."),
    ("contract", _LOOK, "Say what a change of the API breaks and for whom; list what releases changed."),
    ("client", _LOOK, "Write a typed client of an application, in another language."),
    ("matrix", _LOOK, "Say who can do what to which entity and field."),
    ("why", _LOOK, "Explain how a request is decided: rules, rows, SQL, query plan."),
    ("log", _LOOK, "Show who changed what: the change log."),
    ("advise", _LOOK, "Say which indexes are missing and which are of no use."),
    ("settings", _LOOK, "List the settings, their values and where those come from."),
    ("test", _LOOK, "Try an application out by what its own contract says."),
    ("audit", _LOOK, "Say what is risky in a model and its settings."),
    ("audit-log", _LOOK, "Check and show the audit trail: sign-ins, denials, changes of rights."),
    ("plan", _CHANGE, "Say what a change of the model means, before anything is done."),
    ("apply", _CHANGE, "Bring a database to the shape of its model while it is used."),
    ("rollback", _CHANGE, "Go back from an expanded release to the version before."),
    ("migrations", _CHANGE, "Keep the versions of a model as files for review."),
    ("serve", _SERVE, "Serve the API of a model."),
    ("accounts", _SERVE, "Make, show and change accounts, the first administrator too."),
    ("secrets", _SERVE, "Show and replace the keys of what is encrypted."),
    ("mail", _SERVE, "Show what the mails look like, with example values."),
    ("token", _SERVE, "Sign a token for trying the API out, in development."),
    ("key", _SERVE, "Make an API key for a program."),
)


def application(words: Sequence[str]) -> App:
    """The parser of a command line with these words."""
    called = words[0] if words else None
    app = App(
        name="backsmith",
        help=f"The back-end developer, as software. Begin with: backsmith serve shop.py\n\n{EXIT_CODES}",
        version=lambda: f"backsmith {version('backsmith')}",
        # Markdown joins the lines of a docstring, but takes a tenth of a second to import.
        help_format="markdown" if called in {name for name, _, _ in COMMANDS} else "plaintext",
        version_flags=["--version"],
        default_parameter=Parameter(negative=()),
    )
    for name, group, help in COMMANDS:
        # The command that is called shows the whole help of its function; for the others one line is enough, so that
        # they need not be imported.
        shown = None if name == called else help
        module = name.replace("-", "_")
        app.command(f"backsmith.cli.{module}:{module}", name=name, group=group, help=shown)
    return app


def main(words: Sequence[str] | None = None) -> None:
    """Run the command that the words say (by default those of the process), and exit with its code."""
    sys.exit(run(words))


def run(words: Sequence[str] | None = None) -> int:
    """Run the command that the words say and return its exit code."""
    words = list(sys.argv[1:] if words is None else words)
    names = [name for name, _, _ in COMMANDS]
    if words and not words[0].startswith("-") and words[0] not in names:
        near = get_close_matches(words[0], names, 1)
        hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(names)}."
        say(f"There is no command {words[0]}. {hint}\nSee: backsmith --help")
        return USAGE
    try:
        code = application(words)(words, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        say(f"{str(error).strip()}\nSee: backsmith{_command(error)} --help")
        return USAGE
    except BacksmithError as error:
        say(str(error))
        return exit_code(error)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output left, as `| head` does. Nothing more can be written, not even by Python at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    return code if isinstance(code, int) else DONE


def _command(error: CycloptsError) -> str:
    chain = error.command_chain or ()
    return "".join(f" {word}" for word in chain)
