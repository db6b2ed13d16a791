"""The comparison with an earlier commit: that commit's own code reads the texts, and links are counted the same way."""

import subprocess
from pathlib import Path

import pytest

from benchmarks import before
from benchmarks.as_read import Result, Task
from benchmarks.before import ROOT, Found, ask, checkout, count
from benchmarks.matching import Post

POSTS = [Post("My Nokia 888 beats Golddex", ("Nokia 888", "Golddex")), Post("Ana Lima met us", ())]
LINKS = [[("likely", "Nokia"), ("linked", "Golddex"), ("linked", "Golddex")], [("ask", "Lima")]]


def test_links_are_counted_by_tier_against_the_names_that_are_customers() -> None:
    """A link is counted once a post; of the annotated names, Golddex alone is a customer's."""
    result = Result([], LINKS, ["golddex"])
    assert count(POSTS, result, {"linked"}) == Found(links=1, right=1, annotated=1)
    assert count(POSTS, result, {"linked", "likely", "ask"}) == Found(links=3, right=1, annotated=1)
    assert count(POSTS, result, set()).line() == "– 0.00 (0 of 0)"
    assert count(POSTS, Result([], [[], []], []), {"linked"}).line() == "– – (0 of 0)"
    assert Found(links=4, right=1, annotated=2).line() == "0.25 0.50 (1 of 4)"


@pytest.mark.slow
def test_a_version_reads_texts_and_finds_names_in_a_process_of_its_own(tmp_path: Path) -> None:
    """Its list of customers comes in as an import."""
    companies = tmp_path / "list.csv"
    companies.write_text("Company\nGolddex Widgets\n")
    task = Task(["What a great day!", "Terrible, it broke after a week."], ["Golddex Widgets met us."], str(companies))
    result = ask(ROOT, task)
    assert result.feelings == ["praise", "complaint"]
    assert [tuple(match) for match in result.matches[0]] == [("linked", "Golddex Widgets")]
    assert "golddex widgets" in result.known


def test_an_earlier_commit_is_checked_out_beside_this_one_and_taken_away_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its files are there for the time of the comparison."""
    git = ["git", "-C", str(tmp_path), "-c", "user.name=A", "-c", "user.email=a@b.example"]
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    for words in ("old", "new"):
        (tmp_path / "words.txt").write_text(words)
        subprocess.run([*git, "add", "words.txt"], check=True)
        subprocess.run([*git, "commit", "--quiet", "-m", words], check=True)
    monkeypatch.setattr(before, "ROOT", tmp_path)
    with checkout("HEAD~1") as path:
        assert (path / "words.txt").read_text() == "old"
    assert not path.exists()
    listed = subprocess.run([*git, "worktree", "list"], capture_output=True, text=True, check=True).stdout
    assert len(listed.splitlines()) == 1
