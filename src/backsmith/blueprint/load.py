"""Finding and importing an application: `shop.py`, a package's folder, or a dotted name -> its modules.

An application is a module or a package; every entity and query in it belongs to it. What goes wrong while it is
imported is reported as a mistake of the model, at its place.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from backsmith.blueprint.load_problems import import_problem
from backsmith.blueprint.lock import lock_path
from backsmith.blueprint.source import shown
from backsmith.errors import ModelError, UsageError


@dataclass(frozen=True)
class Application:
    """The modules of an application, its package's own first."""

    name: str
    modules: tuple[ModuleType, ...]
    doc: str | None = None

    @property
    def path(self) -> Path:
        """The module's file, or the package's folder."""
        file = Path(self.modules[0].__file__ or f"{self.name}.py")
        return file.parent if file.name == "__init__.py" else file

    @property
    def lock_path(self) -> Path:
        """The lock file beside it."""
        return lock_path(self.path)


def load(name: str) -> Application:
    """Import the application at that path (`shop.py`, `shop/`) or of that dotted name (`company.shop`).

    Raises UsageError when there is none, ModelError when it can't be imported.
    """
    root, module = place_of(name)
    _forget_others(module, root)
    if sys.path[:1] != [str(root)]:  # first, for another model of the name may stand behind it
        sys.path[:] = [str(root), *(each for each in sys.path if each != str(root))]
    importlib.invalidate_caches()
    return application_of(_import(module))


def place_of(name: str) -> tuple[Path, str]:
    """The folder to import from and the dotted name of a model, which isn't imported.

    Raises UsageError when there is no such file, or it can't be a model.
    """
    path = Path(name)
    if path.suffix == ".py" or path.exists():
        root, module = _module_of(path)
    else:
        root, module = Path.cwd(), name
        if not all(part.isidentifier() for part in name.split(".")):
            raise UsageError(f"There is no file {name}. Give a Python file, a package's folder, or a dotted name.")
    if module.split(".")[0] in sys.stdlib_module_names:
        raise UsageError(f"A model can't be called {module}: Python has a module of that name. Rename it.")
    return root, module


def application_of(module: ModuleType) -> Application:
    """The application that a module or package is, all its submodules imported."""
    modules = [module]
    if hasattr(module, "__path__"):
        found = pkgutil.walk_packages(module.__path__, f"{module.__name__}.", onerror=lambda _: None)
        names = [each.name for each in found if not each.name.endswith(".__main__")]
        modules += [_import(name) for name in sorted(names)]
    doc = inspect.getdoc(module) if module.__doc__ else None
    return Application(module.__name__.rpartition(".")[2], tuple(modules), doc)


def _module_of(path: Path) -> tuple[Path, str]:
    """The folder to import from and the dotted name of the module in a file or folder."""
    path = path.resolve()
    if path.is_dir() and not (path / "__init__.py").exists():
        raise UsageError(f"{shown(str(path))} is a folder without __init__.py. Add one, or give a Python file.")
    if not path.exists():
        raise UsageError(f"There is no file {shown(str(path))}.")
    if path.is_file() and path.suffix != ".py":
        raise UsageError(f"{shown(str(path))} isn't a Python file.")
    folder, names = path.parent, [path.stem]
    while (folder / "__init__.py").exists():
        names.insert(0, folder.name)
        folder = folder.parent
    if names[-1] == "__init__":
        names.pop()
    wrong = next((name for name in names if not name.isidentifier()), None)
    if wrong is not None:
        raise UsageError(f"'{wrong}' can't be imported: use letters, digits and _ in the names of files and folders.")
    return folder, ".".join(names)


def _forget_others(module: str, root: Path) -> None:
    """Drop what was imported under that name from elsewhere, so that two models of one name don't mix."""
    top = module.split(".", maxsplit=1)[0]
    known = sys.modules.get(top)
    places = [known.__file__] if known and known.__file__ else list(getattr(known, "__path__", ()))
    if known is None or any(place and Path(place).resolve().is_relative_to(root.resolve()) for place in places):
        return
    for name in [each for each in sys.modules if each == top or each.startswith(f"{top}.")]:
        del sys.modules[name]


def _import(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModelError:
        raise
    except ModuleNotFoundError as error:
        if error.name and (name == error.name or name.startswith(f"{error.name}.")):
            raise UsageError(f"There is no file or module {name}.") from error
        raise ModelError((import_problem(error),)) from error
    except Exception as error:
        raise ModelError((import_problem(error),)) from error
