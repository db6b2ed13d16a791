"""
Check that the tests of the rules fail when a rule is changed: `make mutants`.

Every module `bot/*/rules.py` and `bot/*/rules/*.py` is changed in one place at a time (a mutant): a comparison, a
boolean, a number, an operator, a condition, a returned value. Only the bodies of functions are changed, not tables. A
mutant is killed when a test fails or runs too long. Only tests of the same feature that need no fixture are run, and of
those the ones that call the changed function. `tests/mutants.toml` lists the mutants that survive, with the reason; the
command fails when another one survives, when a listed one is killed or doesn't exist, and when less than 90 % are
killed. A mutant is in the sample or not by its own words, so that a change of one rule leaves the sample of the others.

pytest collects once. Then each mutant runs in a fork, so that one costs milliseconds. mutmut and cosmic-ray would start
pytest anew for each, or run all tests, databases included, before the first.
"""

import argparse
import ast
import faulthandler
import gc
import inspect
import os
import re
import resource
import signal
import sys
import time
import tomllib
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from copy import copy, deepcopy
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

TESTS = Path(__file__).parent
ROOT = TESTS.parent
LISTED = Path(__file__).with_suffix(".toml")
SAMPLE, SEED, WORKERS = 300, 9, 2
LEAST_KILLED = 0.9
SECONDS, MEMORY = 5.0, 4 << 30
"""What the tests of a mutant may take, besides ten times what they take without it; and bytes of addresses."""
SURVIVED, KILLED, BROKEN = 0, 1, 3

Listed = set[tuple[str, str]]
"""Functions and changed statements."""

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.LtE), ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,), ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}  # fmt: skip
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """
    One change: the function as `feature.name`, the changed statement, and what changes the module's tree.

    The first two are what it is listed by, so that code may move within its feature.
    """

    function: str
    statement: str
    name: str
    source: "Source"
    change: Callable[[], None]

    @property
    def key(self) -> tuple[str, str]:
        """What it is listed by."""
        return self.function, self.statement

    @property
    def feature(self) -> str:
        """The feature that the function belongs to, and the folder of the tests that have to notice."""
        return self.function.partition(".")[0]

    @property
    def called(self) -> str:
        """The function's name with its module's."""
        return f"{self.source.module.__name__}.{self.name}"

    def apply(self) -> None:
        """Change the function in this process for good."""
        self.change()
        self.source.recompile(self.source.tree)


SLOW = re.compile(r"test_(bombs|corpus|lean)\.py|carries_no_vader")
"""Tests that start processes or read many files."""
CALLED: set[str] = set()
"""The functions that the running test has called."""


class Source:
    """A module of rules: its tree, and its functions and methods by qualified name."""

    def __init__(self, module: ModuleType) -> None:
        self.module = module
        self.tree = ast.parse(inspect.getsource(module))
        self.nodes = dict(_functions(self.tree))
        self.functions = {name: _function(module, name) for name in self.nodes}
        self.feature = module.__name__.split(".")[1]

    def recompile(self, tree: ast.Module) -> None:
        """Give the functions the code of a changed tree, and forget what they computed."""
        codes = {one.co_qualname: one for one in _codes(compile(ast.fix_missing_locations(tree), "", "exec"))}
        for name, function in self.functions.items():
            function.__code__ = codes[name]
        self.forget()

    def forget(self) -> None:
        """Empty the caches."""
        for value in vars(self.module).values():
            if hasattr(value, "cache_clear"):
                value.cache_clear()

    def trace(self) -> None:
        """Make each function note its name in CALLED when it is called."""
        tree = deepcopy(self.tree)
        for name, node in _functions(tree):
            node.body.insert(0, ast.parse(f"__called__.add({self.module.__name__ + '.' + name!r})").body[0])
        vars(self.module)["__called__"] = CALLED
        self.recompile(tree)

    def mutants(self) -> Iterator[Mutant]:
        """All mutants, in the order of the text."""
        for name, node in self.nodes.items():
            for statement, change in _changes(node):
                yield Mutant(f"{self.feature}.{name}", statement, name, self, change)


def _functions(tree: ast.AST, within: str = "") -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef):
            yield within + node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node, f"{within}{node.name}.")


def _function(module: ModuleType, name: str) -> FunctionType:
    found: Any = module
    for part in name.split("."):
        found = inspect.getattr_static(found, part)
    while not isinstance(found, FunctionType):
        names = ("__wrapped__", "__func__", "fget", "func")
        found = next(value for value in (getattr(found, one, None) for one in names) if value is not None)
    return found


def _codes(code: CodeType) -> Iterator[CodeType]:
    """The code of all functions in a module's or class's code, themselves excluded."""
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _codes(inner)
            yield inner


# --- changes -----------------------------------------------------------------------------------------------------


def _changes(function: ast.FunctionDef) -> Iterator[tuple[str, Callable[[], None]]]:
    """The changes in one function, each with the statement it leads to; equal statements are numbered."""
    seen: Counter[str] = Counter()
    for statement, owner, field, at, new in _places(function):
        old = _put(owner, field, at, new)
        text = f"{_header(new)}  # {_header(old)}" if isinstance(new, ast.stmt) else _header(statement)
        _put(owner, field, at, old)
        seen[text] += 1
        number = f"  #{seen[text]}" if seen[text] > 1 else ""

        def change(owner: ast.AST = owner, field: str = field, at: int | None = at, new: ast.AST = new) -> None:
            _put(owner, field, at, new)

        yield text + number, change


def _places(function: ast.FunctionDef) -> Iterator[tuple[ast.stmt, ast.AST, str, int | None, ast.AST]]:
    """Each node that can be changed: its statement, where it hangs, and what to put there."""
    stack: list[tuple[ast.stmt, ast.AST, str, int | None, ast.AST]] = [
        (one, function, "body", at, one) for at, one in reversed([*enumerate(function.body)])
    ]
    while stack:
        statement, owner, field, at, node = stack.pop()
        statement = node if isinstance(node, ast.stmt) else statement
        for new in _variants(node, owner):
            yield statement, owner, field, at, new
        children = []
        for name, value in ast.iter_fields(node):
            if name in {"annotation", "returns", "args", "decorator_list"} and not isinstance(node, ast.Call):
                continue
            if isinstance(value, list):
                children += [(statement, node, name, n, one) for n, one in enumerate(value) if isinstance(one, ast.AST)]
            elif isinstance(value, ast.AST):
                children.append((statement, node, name, None, value))
        stack += reversed(children)


def _variants(node: ast.AST, owner: ast.AST) -> Iterator[ast.AST]:  # noqa: C901 - one case for each kind
    """What can stand in place of *node*."""
    match node:
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            for at, op in enumerate(ops):
                for other in COMPARISONS[type(op)]:
                    yield ast.Compare(left, [*ops[:at], other(), *ops[at + 1 :]], comparators)
        case ast.BoolOp(op=op, values=values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            yield ast.BinOp(left, OPERATORS[type(op)](), right)
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield operand
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value)) | ast.Constant(value=float(value)):
            yield from (ast.Constant(value + 1), ast.Constant(value - 1))
        case ast.Return(value=ast.expr() as value) if not (isinstance(value, ast.Constant) and value.value is None):
            yield ast.Return(ast.Constant(None))
        case ast.Continue():
            yield ast.Break()
        case ast.Break():
            yield ast.Continue()
        case ast.Name() | ast.Call() | ast.Attribute() | ast.NamedExpr() if _is_condition(node, owner):
            yield ast.UnaryOp(ast.Not(), node)


def _is_condition(node: ast.AST, owner: ast.AST) -> bool:
    match owner:
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
            return test is node
        case ast.comprehension(ifs=ifs):
            return node in ifs
        case ast.BoolOp(values=values):
            return node in values[:-1]
    return False


def _put(owner: ast.AST, field: str, at: int | None, new: ast.AST) -> ast.AST:
    """Put *new* in a field of *owner*; return what was there."""
    old = getattr(owner, field) if at is None else getattr(owner, field)[at]
    if at is None:
        setattr(owner, field, new)
    else:
        getattr(owner, field)[at] = new
    return old


def _header(statement: ast.AST) -> str:
    """Return a statement on one line, a compound one without what it holds."""
    shown = copy(statement)
    for field in ("body", "orelse", "cases", "handlers", "finalbody"):
        if hasattr(shown, field):
            setattr(shown, field, [])
    return " ".join(ast.unparse(ast.fix_missing_locations(shown)).split())


# --- tests -------------------------------------------------------------------------------------------------------


class Check:
    """A pytest plugin that runs the mutants instead of the tests."""

    def __init__(self, listed: Listed, wanted: Callable[[list[Mutant]], list[Mutant]]) -> None:
        self.listed = listed
        self.wanted = wanted
        self.mutants: list[Mutant] = []
        self.survivors: list[Mutant] = []
        self.killed: list[Mutant] = []
        self.calls: dict[str, list[tuple[float, pytest.Item]]] = defaultdict(list)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        """Make Hypothesis choose the same examples each time, fewer of them."""
        from hypothesis import Phase, settings  # noqa: PLC0415 - pytest wants to import it first

        quick = {"derandomize": True, "database": None, "max_examples": 30, "phases": (Phase.explicit, Phase.generate)}
        settings.register_profile("mutants", settings.get_profile("fast"), **quick)  # type: ignore[arg-type]  # each fits
        settings.load_profile("mutants")

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the tests that are plain functions without fixtures."""
        items[:] = [one for one in items if _is_pure(one)]

    @cached_property
    def sources(self) -> list[Source]:
        """The modules of rules."""
        paths = sorted([*ROOT.glob("bot/*/rules.py"), *ROOT.glob("bot/*/rules/**/*.py")])
        names = [".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in paths]
        return [Source(import_module(name)) for name in names]

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the tests once as they are, then those of each mutant."""
        self._learn(session.items)
        self.mutants = [one for source in self.sources for one in source.mutants()]
        chosen = self.wanted(self.mutants)
        gc.freeze()  # so that collections in forks copy no memory
        for done, (mutant, is_killed) in enumerate(self._run(chosen), 1):
            (self.killed if is_killed else self.survivors).append(mutant)
            if not is_killed and mutant.key not in self.listed:
                called = "" if self.calls[mutant.called] else " (no test calls it)"
                print(f"survives: {mutant.function}: {mutant.statement}{called}", flush=True)
            if done % 100 == 0:
                print(f"{done:,} of {len(chosen):,}, {len(self.survivors)} survive", flush=True)
        return True

    def _learn(self, items: list[pytest.Item]) -> None:
        """Note which functions each test calls, and how long it takes."""
        for source in self.sources:
            source.trace()
        for item, following in zip(items, [*items[1:], None], strict=True):
            CALLED.clear()
            for source in self.sources:
                source.forget()
            began = time.monotonic()
            reports = runtestprotocol(item, log=False, nextitem=following)
            failed = next((one for one in reports if one.failed), None)
            if failed:
                raise pytest.UsageError(f"{item.nodeid} fails without any mutant:\n{failed.longreprtext}")
            taken = time.monotonic() - began
            for name in CALLED:
                if name.split(".")[1] == _feature(item):
                    self.calls[name].append((taken, item))
        for source in self.sources:
            source.recompile(source.tree)

    def _run(self, mutants: Iterable[Mutant]) -> Iterator[tuple[Mutant, bool]]:
        """Each mutant, and whether it was killed, as they end."""
        running: dict[int, Mutant] = {}
        for mutant in mutants:
            calling = sorted(self.calls[mutant.called], key=lambda one: one[0])
            if not calling:
                yield mutant, False
                continue
            if len(running) >= WORKERS:
                yield _ended(running)
            child = os.fork()
            if not child:
                _try(mutant, [item for _, item in calling], SECONDS + 10 * sum(taken for taken, _ in calling))
            running[child] = mutant
        while running:
            yield _ended(running)


def _feature(item: pytest.Item) -> str:
    return item.path.relative_to(TESTS).parts[0]


def _is_pure(item: pytest.Item) -> bool:
    if not isinstance(item, pytest.Function) or inspect.iscoroutinefunction(item.function):
        return False
    if SLOW.search(item.nodeid):
        return False
    given = set(item.callspec.params) if hasattr(item, "callspec") else set()
    asked = set(inspect.signature(item.function).parameters)
    return item.cls is None and not (asked - given) and not [*item.iter_markers("usefixtures")]


def _ended(running: dict[int, Mutant]) -> tuple[Mutant, bool]:
    child, status = os.wait()
    mutant = running.pop(child)
    if os.waitstatus_to_exitcode(status) == BROKEN:
        raise RuntimeError(f"This mutant can't be made: {mutant.function}: {mutant.statement}")
    return mutant, status != SURVIVED


def _try(mutant: Mutant, items: list[pytest.Item], seconds: float) -> None:
    """Run tests on a mutant in this process, a fork, and end it."""
    code = BROKEN
    faulthandler.disable()  # a mutant that crashes is killed; where it did is of no interest
    try:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        mutant.apply()
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, seconds)
        code = KILLED
        pairs = zip(items, [*items[1:], None], strict=True)
        if all(one.passed for item, following in pairs for one in runtestprotocol(item, log=False, nextitem=following)):
            code = SURVIVED
    finally:
        os._exit(code)


# --- the command -------------------------------------------------------------------------------------------------


def main() -> int:
    """Run the check; the exit code is 0 when all is well."""
    parser = argparse.ArgumentParser(prog="make mutants", description="Change rules and see whether tests notice.")
    parser.add_argument("--all", action="store_true", help=f"every mutant, not {SAMPLE} of them")
    parser.add_argument("--seed", type=int, default=SEED, help="chooses other ones")
    parser.add_argument("--only", default="", help="functions that begin so, such as people._later")
    options = parser.parse_args()
    listed = {(function, one) for function, ones in tomllib.loads(LISTED.read_text()).items() for one in ones}

    def wanted(mutants: list[Mutant]) -> list[Mutant]:
        these = [one for one in mutants if one.function.startswith(options.only)]
        if options.all or options.only:
            return these
        return sorted(these, key=lambda one: zlib.crc32(repr((options.seed, one.key)).encode()))[:SAMPLE]

    check = Check(listed, wanted)
    tests = _tests(options.only.partition(".")[0])
    ended = pytest.main(["-qq", "-s", "-p", "no:cacheprovider", "--no-header", *map(str, tests)], plugins=[check])
    if not check.killed:
        return int(ended) or 1
    return _report(check, listed)


def _tests(feature: str) -> list[Path]:
    """Return the files of tests that import their own feature's rules; of every feature if *feature* is empty."""
    imports = re.compile(r"^(?:from|import) bot\.(\w+)\.rules\b", re.MULTILINE)
    return [
        path
        for path in sorted(TESTS.glob(f"{feature or '*'}/**/test_*.py"))
        if path.relative_to(TESTS).parts[0] in imports.findall(path.read_text(encoding="utf-8"))
    ]


def _report(check: Check, listed: Listed) -> int:
    new = [one.key for one in check.survivors if one.key not in listed]
    killed = [one.key for one in check.killed if one.key in listed]
    gone = sorted(listed - {one.key for one in check.mutants})
    for what, keys in (("is listed but killed", killed), ("is listed but gone", gone)):
        for function, statement in keys:
            print(f"{what}: {function}: {statement}")
    survived = Counter(one.feature for one in check.survivors)
    for feature, count in sorted(Counter(one.feature for one in check.killed + check.survivors).items()):
        print(f"{feature}: {count - survived[feature]:,} of {count:,} killed ({1 - survived[feature] / count:.1%})")
    tried = len(check.killed) + len(check.survivors)
    share = len(check.killed) / tried
    print(f"{len(check.killed):,} of {tried:,} mutants killed ({share:.1%}), of {len(check.mutants):,} there are.")
    return int(bool(new or killed or gone) or share < LEAST_KILLED)


if __name__ == "__main__":
    sys.exit(main())
