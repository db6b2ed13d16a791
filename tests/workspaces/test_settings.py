"""Changing the workspace's settings, and their audit trail."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import InvalidInput
from bot.workspaces.queries import get_workspace, list_audit
from bot.workspaces.usecases import change_settings, setting_problems
from tests.makers import LONG_AGO, MARA, WORKSPACE, Office

USUAL = {"cadence": 30, "floor": 90, "factor": 1.5, "first_calls": 8}


def test_changing_a_setting_names_what_changed(office: Office) -> None:
    """Only changed settings are returned and audited, with their old values."""
    assert office.do(change_settings, **{**USUAL, "cadence": 21}, by=MARA) == {"default_cadence_days"}
    (entry, _installed) = office.look(lambda s: list_audit(s, subject_kind="workspace", subject_id=WORKSPACE))
    assert (entry.before, entry.after) == ({"default_cadence_days": 30}, {"default_cadence_days": 21})
    assert entry.by == MARA


def test_saving_what_is_already_so_leaves_no_trace(office: Office) -> None:
    """Saving unchanged settings audits nothing, but marks the workspace as set up."""
    first = office.runtime.clock.now()
    assert office.do(change_settings, **USUAL, by=MARA) == frozenset()
    office.runtime.clock.move_to(first.replace(hour=15))  # type: ignore[attr-defined]
    assert office.do(change_settings, **USUAL, by=MARA) == frozenset()
    assert len(office.look(lambda s: list_audit(s, subject_kind="workspace", subject_id=WORKSPACE))) == 1
    workspace = office.look(get_workspace)
    assert workspace.set_up_at == first
    assert workspace.installed_at == LONG_AGO


def test_every_setting_arrives(office: Office) -> None:
    """All four settings are stored, at their limits."""
    office.do(change_settings, cadence=365, floor=365, factor=5, first_calls=100, by=MARA)
    workspace = office.look(get_workspace)
    assert (workspace.default_cadence_days, workspace.cadence_floor_days) == (365, 365)
    assert (workspace.neglect_factor, workspace.first_calls_a_day) == (5.0, 100)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("cadence", 0), ("cadence", 366), ("cadence", 91), ("floor", 0), ("floor", 366), ("factor", 0.99),
        ("factor", 5.01), ("factor", float("nan")), ("first_calls", 0), ("first_calls", 101),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_under_its_field(office: Office, field: str, value: float) -> None:
    """Each limit has a sentence, and nothing is stored."""
    with pytest.raises(InvalidInput) as caught:
        office.do(change_settings, **{**USUAL, field: value}, by=MARA)
    assert list(caught.value.fields) == [field]
    assert caught.value.fields[field].endswith((".", "it."))
    assert office.look(get_workspace).set_up_at is None


@given(
    cadence=st.integers(-5, 400), floor=st.integers(-5, 400), first_calls=st.integers(-5, 120),
    factor=st.floats(-1, 7),
)  # fmt: skip
def test_a_setting_is_refused_exactly_when_the_tables_would(
    cadence: int, floor: int, first_calls: int, factor: float
) -> None:
    """The validation and the tables' CHECK constraints agree."""
    problems = setting_problems(cadence=cadence, floor=floor, factor=factor, first_calls=first_calls)
    possible = 1 <= floor <= 365 and 1 <= cadence <= floor and 1 <= factor <= 5 and 1 <= first_calls <= 100
    assert (problems == {}) == possible


def test_whether_days_are_evened_out_stays_unless_it_is_said(office: Office) -> None:
    """A window that was opened before there was such a setting changes nothing about it."""
    assert office.look(get_workspace).levels_load is True
    assert office.do(change_settings, **USUAL, levels_load=False, by=MARA) == {"levels_load"}
    assert office.do(change_settings, **USUAL, by=MARA) == frozenset()
    assert office.look(get_workspace).levels_load is False
