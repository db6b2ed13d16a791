"""Whatever stands in a name, a note or a list: Slack takes every screen of this feature, and nobody is pinged by it."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.core.errors import Ambiguous
from bot.core.schemas import Line
from bot.customers import schemas, views
from bot.customers.rules.due import Standing, Status
from bot.customers.rules.headers import Field
from bot.customers.rules.names import clean_text
from bot.customers.rules.rows import Note, Refusal
from bot.customers.schemas.families import Family, FamilyCounts, FamilyMember
from bot.customers.schemas.importing import ListImported
from bot.customers.views import card, forms
from rehearsal.strict import check_message, check_view
from tests.customers.test_customer_views import markup
from tests.makers import ANA, BOB

ID, DAY = UUID(int=1), date(2026, 11, 23)
RAW = st.one_of(
    st.text(max_size=60),
    st.sampled_from(["<!channel>", "<@U0ANA>", "&lt;", "*_~`>", "https://acme.com|x", "&" * 300, "\U0001f600" * 300]),
    st.text(alphabet="<>&*_!@#`\n\u202e\u0301", min_size=1, max_size=400),
)
KEPT = RAW.map(lambda text: clean_text(text, 200)).filter(bool)
"""Text as it is kept: every way in cleans it."""


def schema(text: str, **more: Any) -> schemas.CustomerSchema:
    """A customer of that name."""
    told: dict[str, Any] = {
        "id": ID, "name": text, "owner_id": ANA, "owner_name": text, "standing": Standing.DUE, "today": DAY,
        "effective_cadence_days": 30, "waiting_since": DAY, "last_contact_on": None, "due_on": DAY,
        "neglected_after": DAY, "lines": (Line(text=text),) * 9,
    }  # fmt: skip
    return schemas.CustomerSchema(**{**told, **more})


def card_of(text: str, many: int) -> schemas.Card:
    """A card on which that text stands everywhere."""
    contact = schemas.ContactDetails(name=text, role=text[:120], phone=text[:60])
    details = schemas.CustomerDetails(
        name=text, aliases=(text,) * many, tags=(text[:60],) * many, preferences=(text,) * many,
        contacts=(contact,) * many, country=text[:60], domain=text,
    )  # fmt: skip
    named = schemas.Named(id=ID, name=text)
    members = tuple(FamilyMember(id=ID, name=text, depth=depth) for depth in range(min(many, 8)))
    family = Family(root_id=ID, root_name=text, counts=FamilyCounts(total=many), members=members)
    lost = {"status": Status.LOST, "status_reason": text} if many % 2 else {}
    return schemas.Card(
        customer=schema(text, **lost), details=details, parent=named, family=family, added_on=DAY,
        source=text[:60], external_id=text[:120],
        timeline=(Line(text=text, on=DAY),) * min(many, 10),
    )  # fmt: skip


@settings(max_examples=80)
@given(text=KEPT, many=st.integers(0, 50))
@pytest.mark.slow
def test_no_text_makes_a_message_that_slack_refuses_or_that_pings(text: str, many: int) -> None:
    """Card, lists, nearest names, news and results."""
    nearest = tuple((UUID(int=number), text) for number in range(min(many, 20)))
    rows = tuple(schema(text, id=UUID(int=number)) for number in range(min(many, 8)))
    several = Ambiguous(f"{many} customers are called {text[:80]}; choose one.", asked=text[:80], nearest=nearest)
    kept = ((text, text),) * min(many, 20)
    messages = [
        card.message(card_of(text, many)),
        views.page(schemas.ListPage(rows=rows, words=text, page=2, pages=3, total=many)),
        views.page(schemas.ListPage(rows=rows, pool=True, total=many)),
        views.unknown(text, [schemas.Named(id=key, name=name) for key, name in nearest[:3]]),
        views.choose(several),
        views.said(text),
        views.taken(schema(text)),
        views.handed_over(
            schemas.CustomersHandedOver(names=(text,) * min(many + 1, 5), total=many + 1, by=BOB, note=text)
        ),
        views.customer_taken(schemas.CustomerTaken(name=text, to=None, by=BOB)),
        views.imported(
            ListImported(
                import_id=ID, file_name=text, added=many, changed=0, left_alone=0, refused=3, remarks=0,
                first_refusals=(text,) * 3,
            )
        ),
        forms.undone(schemas.ImportUndone(id=ID, file_name=text, removed=0, restored=0, kept=kept)),
    ]  # fmt: skip
    for message in messages:
        assert message is not None
        assert check_message(message.body()) == []
        for sign in ("<!channel>", "<@U0ANA>"):
            assert sign not in markup(message.blocks)
            assert sign not in message.text


@settings(max_examples=80)
@given(text=KEPT, many=st.integers(0, 60))
@example(text="😀" * 400, many=60)
@pytest.mark.slow
def test_no_text_makes_a_window_that_slack_refuses(text: str, many: int) -> None:
    """The card, the forms, and every step of an import."""
    shown = card_of(text, many)
    refusals = tuple(Refusal(number, text, text, text) for number in range(many))
    plan = schemas.ImportPlan(
        file_name=text, added=(text,) * many, changed=many, refusals=refusals,
        changes=(schemas.Changed(row_number=1, name=text, field="owner", before=text, after=""),) * many,
        remarks=(Note(1, text, text, text),) * many,
    )  # fmt: skip
    drafts = schemas.Drafts(
        file_name=text, headers=(text,) * many, columns=dict.fromkeys(list(Field)[:many], text),
        unmapped=(text,) * many, problems=(text,) * (many % 3),
    )  # fmt: skip
    earlier = tuple(
        schemas.ImportSummary(id=UUID(int=n), file_name=text, by=text, on=DAY, today=DAY, added=n, changed=n, refused=n,
                      undone_by=text if n % 2 else None, may_undo=not n % 2)
        for n in range(min(many, 5))
    )  # fmt: skip
    for view in (
        card.as_modal(shown), forms.add(text, owner=ANA, cadence=30), forms.edit(shown, under="V1", cadence=30),
        forms.status(shown), forms.hand_over(shown), forms.ask_for_file(earlier),
        forms.preview(plan, drafts, upload_id=ID, erase=False),
        forms.map_columns(drafts, upload_id=ID, by_hand={text: "name"}, erase=True),
    ):  # fmt: skip
        assert check_view(view) == []
