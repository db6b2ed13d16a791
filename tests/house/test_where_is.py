"""docs/where-is.md leads from each sentence of the README to the code behind it."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.makers import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
FOLDERS = ("bot", "jobs", "rehearsal", "demo", "migrations", "benchmarks", "tests", "docs")
FENCE = re.compile(r"^```$(.*?)^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`]+)`")


def plain(text: str) -> str:
    """Return Markdown as the reader sees it: no pictures, link targets, emphasis or code marks, one line."""
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)", "", text)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return " ".join(re.sub(r"[*`|]", "", text).split())


def sentences() -> list[str]:
    """Return each sentence of the README, and each command in its code blocks, in order."""
    found: list[str] = []
    for number, part in enumerate(FENCE.split(README)):
        if number % 2:
            lines = [line.partition("#")[0].strip() for line in part.splitlines()]
            found += [line for line in lines if line.startswith(("make ", ".venv/"))]
            continue
        for paragraph in re.split(r"\n\n|\n(?=- |\|)", part):
            text = plain(paragraph.strip().removeprefix("- "))
            if not text.startswith("#") and text.strip("- "):
                found += re.split(r"(?<=[.!?])\s+", text)
    return found


def rows() -> list[tuple[str, str]]:
    """Return the rows of docs/where-is.md: the beginning of a sentence, and where to look."""
    lines = (ROOT / "docs" / "where-is.md").read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    told = [(plain(said).removesuffix("…").strip(), where) for said, where in cells]
    return [(said, where) for said, where in told if said != "README says" and said.strip("-")]


@cache
def defined_in(path: Path) -> frozenset[str]:
    """Return the names that a file defines: functions, classes, `Class.method` and constants; else all its words."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        return frozenset(re.findall(r"[\w.-]+", text.replace(":", " ")))
    return frozenset(_names(ast.parse(text).body, ""))


def _names(body: list[ast.stmt], prefix: str) -> set[str]:
    names: set[str] = set()
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(prefix + node.name)
        if isinstance(node, ast.ClassDef):
            names |= _names(node.body, f"{node.name}.")
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {prefix + name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}
    return names


def test_every_sentence_of_the_readme_has_one_row() -> None:
    """Whoever reads a sentence finds the code behind it."""
    beginnings = [said for said, _ in rows()]
    found = {sentence: sum(sentence.startswith(said) for said in beginnings) for sentence in sentences()}
    assert len(found) > 40
    assert {sentence: count for sentence, count in found.items() if count != 1} == {}


def test_every_row_begins_a_sentence_of_the_readme() -> None:
    """No row stays when its sentence is gone."""
    told = sentences()
    assert [said for said, _ in rows() if not any(sentence.startswith(said) for sentence in told)] == []


@pytest.mark.parametrize(("said", "where"), rows())
def test_a_row_names_files_and_what_is_in_them(said: str, where: str) -> None:
    """Each path exists, and each name after it is defined in that file."""
    path = None
    for token in CODE.findall(where):
        if (ROOT / token).exists():
            path = ROOT / token
        else:
            assert path is not None, f"{said}: there is no {token}"
            assert path.is_file(), f"{said}: {path.name} is a folder, so it can't define {token}"
            assert token in defined_in(path), f"{said}: {token} isn't in {path.relative_to(ROOT)}"
    assert path is not None, said


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_path_in_the_docs_exists(page: Path) -> None:
    """Nobody looks for a file that was renamed."""
    named = [token for token in CODE.findall(FENCE.sub("", page.read_text(encoding="utf-8"))) if "<" not in token]
    paths = [token for token in named if re.fullmatch(rf"(?:{'|'.join(FOLDERS)})/[\w./-]*", token)]
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_the_map_names_every_folder_of_the_bot() -> None:
    """The map in the README shows each feature, and nothing that isn't there."""
    house = next(part for part in FENCE.findall(README) if "features.py" in part)
    named = set(re.findall(r"(?:^|\s)([a-z]+)/(?=\s|$)", house))
    features = {path.parent.name for path in ROOT.glob("bot/*/__init__.py")}
    assert features <= named
    assert all((ROOT / name).is_dir() for name in named - features)
