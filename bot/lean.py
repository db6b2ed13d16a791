"""
What the running bot leaves out of its memory. Imported before anything else that is large.

Five megabytes: structlog looks for rich as it is imported, and takes all of it along. Our log lines are drawn without
it (see bot/logs.py). Whoever needs rich itself, such as the progress bar, can still import it afterwards.

Another nine, and fifteen from the first holiday on, with `import_leanly`: docstrings, which nobody reads in a process
that serves Slack, the countries whose holidays nobody keeps, and parts of libraries that the others only name. Whoever
needs one of these gets it, at that moment.
"""

import ast
import ctypes
import dis
import re
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib import import_module
from importlib.machinery import (
    BYTECODE_SUFFIXES,
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    SourceFileLoader,
    SourcelessFileLoader,
)
from importlib.util import module_from_spec, resolve_name
from inspect import CO_NEWLOCALS
from types import CodeType, ModuleType
from typing import Any

M_ARENA_MAX = -8  # malloc.h of the GNU C library

HANDING_ON = frozenset({"holidays.calendars", "holidays.countries", "holidays.financial", "holidays.groups"})
"""Packages that only hand on what their modules define, and import hundreds of those for the few that are asked for."""

LATE = frozenset(
    {
        # Bolt's other halves: without asyncio, for OAuth, and messages as objects; ours are dictionaries
        "slack_bolt.adapter.socket_mode.builtin", "slack_bolt.app.app", "slack_sdk.web.client",
        "slack_sdk.oauth.installation_store.sqlite3", "slack_sdk.oauth.state_store.sqlite3",
        "slack_sdk.models.attachments", "slack_sdk.models.blocks", "slack_sdk.models.blocks.basic_components",
        "slack_sdk.models.blocks.block_elements", "slack_sdk.models.blocks.blocks", "slack_sdk.models.messages.chunk",
        "slack_sdk.models.metadata", "slack_sdk.models.views",
        # settings from the command line, jobs in processes, days written as words
        "pydantic_settings.sources.providers.cli", "concurrent.futures.process", "dateutil.parser",
        # sessions that threads share by name
        "sqlalchemy.orm.scoping",
    }
)  # fmt: skip
"""Modules that other libraries only name, in annotations or to ask what something is; two megabytes."""

LEFT_OUT = "…"
"""What stands in a docstring's place: some libraries go on with the text of theirs, so there is one."""

HAS_DOCSTRING = 0x4000000
"""The flag of a function with a docstring since Python 3.13 (`inspect.CO_HAS_DOCSTRING`); before, a text tells it."""

USES_FIRST_CONSTANT = tuple(bytes((code, 0)) for code in dis.hasconst if code < 256)  # noqa: PLR2004 - one byte each
"""Instructions that read a function's first constant, where its docstring stands."""

_loaded: dict[str, ModuleType] = {}
_loading = threading.RLock()

if "structlog" not in sys.modules and "rich" not in sys.modules:
    sys.modules["rich"] = None  # type: ignore[assignment]  # Python's own way to say: not to be found
    import structlog  # noqa: F401 - that is the purpose

    del sys.modules["rich"]


def share_heap() -> None:
    """Let all threads share a heap, where the C library is GNU's: one each keeps megabytes that nobody uses."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def import_leanly() -> None:
    """
    Have whatever is imported from now on keep no docstrings, and packages that only hand on import what is asked for.

    Asserts and line numbers stay as they are, and so do the .pyc files.
    """
    kinds = (
        (ExtensionFileLoader, EXTENSION_SUFFIXES),
        (_LeanLoader, SOURCE_SUFFIXES),
        (SourcelessFileLoader, BYTECODE_SUFFIXES),
    )
    sys.path_hooks.insert(0, FileFinder.path_hook(*kinds))
    sys.path_importer_cache.clear()


class _LeanLoader(SourceFileLoader):
    """Loads a module as ever, and forgets its docstrings."""

    def get_code(self, fullname: str) -> CodeType | None:
        """Its functions keep no docstring."""
        code = super().get_code(fullname)
        return code and without_docstrings(code)

    def exec_module(self, module: ModuleType) -> None:
        """Neither do its classes, nor it itself."""
        if module.__name__ in HANDING_ON and (origins := find_origins(self.get_data(self.path), module.__name__)):
            vars(module)["__getattr__"] = _handing_on(module, origins)
            return
        if module.__name__ in LATE:
            vars(module)["__getattr__"] = partial(_stand_in, module, self)
            return
        self.load(module)

    def load(self, module: ModuleType) -> None:
        """Run its code, now."""
        super().exec_module(module)
        classes = [each for each in vars(module).values() if isinstance(each, type)]
        for found in (module, *(each for each in classes if each.__module__ == module.__name__)):
            if isinstance(vars(found).get("__doc__"), str):  # SQLAlchemy has a class where it is a property
                with suppress(TypeError):  # a class written in C
                    found.__doc__ = LEFT_OUT


def find_origins(source: bytes, package: str) -> dict[str, tuple[str, str]]:
    """
    Where *package*, which only hands on, has each name from: a module, and the name there.

    Nothing when its *source* holds anything but a docstring and imports of names.
    """
    origins: dict[str, tuple[str, str]] = {}
    for node in ast.parse(source).body:
        match node:
            case ast.Expr(ast.Constant()):
                continue
            case ast.ImportFrom(module, names, level) if all(each.name != "*" for each in names):
                origin = resolve_name("." * (level or 0) + (module or ""), package)
                origins |= {each.asname or each.name: (origin, each.name) for each in names}
            case _:
                return {}
    return origins


def _handing_on(module: ModuleType, origins: dict[str, tuple[str, str]]) -> Callable[[str], Any]:
    def find(name: str) -> Any:
        if name not in origins:
            raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
        origin, original = origins[name]
        value = getattr(import_module(origin), original)
        setattr(module, name, value)
        return value

    return find


class _Late(type):
    """What stands for a class or function of a module whose code is loaded once one of them is called."""

    def __call__(cls, *arguments: Any, **options: Any) -> Any:
        """Make one, or call it, for real."""
        return cls._real()(*arguments, **options)

    def __instancecheck__(cls, each: object) -> bool:
        """Nothing is one before there are any."""
        real = _loaded.get(cls.__module__)
        return real is not None and isinstance(each, getattr(real, cls.__name__))

    def __getattr__(cls, name: str) -> Any:
        """What the real one has; Python's own questions (dunder) are about the stand-in."""
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(cls._real(), name)

    def __getitem__(cls, _kinds: object) -> Any:
        """`Source[Any]` is a matter of annotations."""
        return cls

    def _real(cls) -> Any:
        if "stands_for" not in vars(cls):
            raise RuntimeError(f"{cls.__name__} is made from a class that the running bot doesn't carry.")
        return getattr(_load(vars(cls)["stands_for"]), cls.__name__)


def _stand_in(module: ModuleType, loader: SourceFileLoader, name: str) -> Any:
    """What the source of *module* has of that name: a stand-in, or a constant, for which it is loaded."""
    if name.startswith("__") or not re.search(rf"\b{re.escape(name)}\b", loader.get_data(loader.path).decode()):
        raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
    value = (
        getattr(_load(module), name)
        if name.isupper()
        else _Late(name, (), {"__module__": module.__name__, "stands_for": module})
    )
    setattr(module, name, value)
    return value


def _load(module: ModuleType) -> ModuleType:
    """The real module, in the place of one of stand-ins from now on."""
    with _loading:
        if module.__name__ not in _loaded:
            spec: Any = module.__spec__
            real = sys.modules[module.__name__] = module_from_spec(spec)
            try:
                spec.loader.load(real)
            except BaseException:
                sys.modules[module.__name__] = module
                raise
            _loaded[module.__name__] = real
        return _loaded[module.__name__]


def without_docstrings(code: CodeType) -> CodeType:
    """*code* with no docstring in the functions inside it, except where they use that very text themselves."""
    constants = [without_docstrings(each) if isinstance(each, CodeType) else each for each in code.co_consts]
    if _has_docstring(code) and not any(use in code.co_code for use in USES_FIRST_CONSTANT):
        constants[0] = LEFT_OUT
    if all(new is old for new, old in zip(constants, code.co_consts, strict=True)):
        return code
    return code.replace(co_consts=tuple(constants))


def _has_docstring(code: CodeType) -> bool:
    if sys.version_info >= (3, 13):
        return bool(code.co_flags & HAS_DOCSTRING)
    is_function = bool(code.co_flags & CO_NEWLOCALS) and not code.co_name.startswith("<")  # <genexpr> and the like
    return is_function and isinstance(next(iter(code.co_consts), None), str)
