"""Every screen of this feature at its worst input keeps Slack's limits and shows hostile text as it is."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from bot.core.errors import Ambiguous
from bot.core.schemas import Line
from bot.customers import views
from bot.customers.rules.due import SnoozeReason, Standing, Status
from bot.customers.rules.headers import Field
from bot.customers.rules.losses import LossReason
from bot.customers.rules.rows import Note, Refusal
from bot.customers.schemas import (
    Card,
    Changed,
    ContactDetails,
    CustomerDetails,
    CustomerSchema,
    CustomersHandedOver,
    CustomerTaken,
    Drafts,
    ImportDone,
    ImportPlan,
    ImportSummary,
    ImportUndone,
    ListPage,
    LookUp,
    Named,
    OfferedButton,
)
from bot.customers.schemas.families import (
    Family,
    FamilyCounts,
    FamilyMember,
    FamilyPage,
    ParentSuggestion,
    SuggestionPage,
)
from bot.customers.schemas.importing import ImportTakenBack, ListImported, Spread
from bot.customers.schemas.losses import LossForm, RelativeLost
from bot.customers.schemas.sharing import (
    CustomersTakenBack,
    PoolShared,
    ShareDone,
    ShareForm,
    ShareSummary,
    ShareUndone,
)
from bot.customers.views import card, customer_select, families, forms, losses, sharing
from bot.slack.blocks import Message, field_of, modal
from rehearsal.strict import check_message, check_view
from tests.makers import ANA, BOB

ID = UUID(int=1)
EVIL = "<!channel> *&* \u202e" + "&" * 400
NAME = EVIL[:200]


def schema(number: int = 1, **more: Any) -> CustomerSchema:
    """A customer with the longest of everything."""
    told: dict[str, Any] = {
        "id": UUID(int=number), "name": NAME, "owner_id": ANA, "owner_name": NAME, "standing": Standing.NEGLECTED,
        "today": date(2026, 11, 23), "effective_cadence_days": 365, "waiting_since": date(1990, 1, 1),
        "last_contact_on": date(1990, 1, 1), "due_on": date(1991, 1, 1), "neglected_after": date(1991, 6, 1),
        "lines": tuple(Line(text=EVIL) for _ in range(60)),
    }  # fmt: skip
    return CustomerSchema(**{**told, **more})


FAMILY = Family(
    root_id=UUID(int=2), root_name=NAME, counts=FamilyCounts(total=1000, neglected=999, lost=1, is_more=True),
    members=tuple(
        FamilyMember(id=UUID(int=number), name=NAME, depth=9, standing=Standing.IN_CADENCE, owner_name=NAME)
        for number in range(1, 13)
    ),
)  # fmt: skip
"""A family with the longest of everything."""


def full_card(**more: Any) -> Card:
    """A card with the longest of everything."""
    contact = ContactDetails(name=NAME, role=EVIL[:120], email=EVIL[:200], phone=EVIL[:60], do_not_contact=True)
    details = CustomerDetails(
        name=NAME, aliases=(NAME,) * 50, domain="a" * 253, owner_id=ANA, cadence_days=365, parent_id=ID,
        annual_value=Decimal("999999999999999.99"), currency="EUR", headcount=2**31 - 1, country=EVIL[:60],
        zone="America/Argentina/ComodRivadavia", tags=(EVIL[:60],) * 50, preferences=(EVIL[:300],) * 50,
        contacts=(contact,) * 50,
    )  # fmt: skip
    return Card(
        customer=schema(**more), details=details, parent=Named(id=ID, name=NAME), family=FAMILY,
        cadence_approved_by=BOB, status_until=date(2027, 1, 1), added_on=date(1990, 1, 1), source=EVIL[:60],
        external_id=EVIL[:120], timeline=tuple(Line(text=EVIL, on=date(2026, 1, 1)) for _ in range(10)),
    )  # fmt: skip


OFFERS = tuple(OfferedButton(label=f"Offer {number}", action_id=f"feature{number}.offer") for number in range(20))
"""As many buttons as there will ever be features."""


def markup(value: Any) -> str:
    """All text in which Slack looks for mentions."""
    if isinstance(value, dict):
        own = value["text"] if value.get("type") == "mrkdwn" else ""
        return own + "".join(markup(inner) for inner in value.values())
    return "".join(markup(inner) for inner in value) if isinstance(value, list | tuple) else ""


EIGHT = tuple(schema(number) for number in range(1, 9))
NEAREST = tuple(Named(id=UUID(int=number), name=NAME) for number in range(3))
LOST: dict[str, Any] = {"status": Status.LOST, "status_reason": EVIL[:300], "owner_id": None, "owner_name": None}
KEPT = ((NAME, EVIL[:100]),) * 20
REFUSALS = tuple(Refusal(number, EVIL[:80], EVIL, EVIL) for number in range(99))
PICK = field_of("Customer", customer_select(Named(id=ID, name=NAME)), block_id="x")

SHARED = ShareSummary(id=ID, by=NAME, on=date(1990, 1, 1), today=date(2026, 11, 23), total=46_964)
SHARINGS = tuple(SHARED.model_copy(update={"id": UUID(int=number)}) for number in range(3))
MESSAGES = {
    "list": views.page(ListPage(rows=EIGHT, words=EVIL[:200], page=2, pages=9, total=46_964)),
    "list of the first found": views.page(
        ListPage(rows=EIGHT, words=EVIL[:200], page=63, pages=63, total=500, and_more=True)
    ),
    "pool": views.page(ListPage(rows=EIGHT, page=1, pages=9, total=46_964, pool=True, may_share=True)),
    "empty list": views.page(ListPage(rows=())),
    "empty pool": views.page(ListPage(rows=(), pool=True)),
    "unknown": views.looked_up(LookUp(words=EVIL[:200], nearest=NEAREST)),
    "help": views.help_page(),
    "taken": views.taken(schema()),
    "relative lost": losses.relative_lost(
        RelativeLost(
            loss_id=ID, customer_id=ID, name=NAME, why=EVIL[:300], by=BOB, root_name=NAME, names=(NAME,) * 3, total=900
        )
    ),
    "card": card.message(full_card().model_copy(update={"offers": OFFERS})),
    "snoozed card": card.message(
        full_card(standing=Standing.SNOOZED, snoozed_until=date(2027, 1, 1), snooze_reason=SnoozeReason.DEFERRED,
                  snooze_note=EVIL[:300])),
    "lost card": card.message(full_card(**LOST)),
    "handed over": views.handed_over(CustomersHandedOver(names=(NAME,) * 5, total=9000, by=ANA, note=EVIL[:300])),
    "handed over by list": views.handed_over(CustomersHandedOver(names=(NAME,), total=1, by="bot")),
    "taken back": views.taken_back(CustomersTakenBack(names=(NAME,) * 5, total=9000, by=ANA)),
    "import undone": views.import_taken_back(
        ImportTakenBack(file_name=NAME, names=(NAME,) * 5, given=9000, left=0, by=ANA)),
    "import undone, some left": views.import_taken_back(
        ImportTakenBack(file_name=NAME, names=(NAME,), given=46_964, left=2, by="bot")),
    "taken away": views.customer_taken(CustomerTaken(name=NAME, to=BOB, by=ANA)),
    "taken over": views.customer_taken(CustomerTaken(name=NAME, to=ANA, by=ANA)),
    "pooled": views.customer_taken(CustomerTaken(name=NAME, to=None, by=ANA)),
    "imported": views.imported(
        ListImported(import_id=ID, file_name=NAME, added=46_964, changed=1, left_alone=2, refused=3, remarks=4,
                     first_refusals=(EVIL,) * 3, unowned=9, may_share=True,
                     spread=Spread(weeks=104, a_day=100, is_evened=True))),
    "empty pool, shared out": views.page(ListPage(rows=(), pool=True, may_share=True, shares=SHARINGS)),
    "shared out": sharing.shared_out(
        PoolShared(share_id=ID, total=46_964, shares=((NAME, 46_964),) * 500, is_evened=True)),
    "shared out, undone": sharing.shared_before(SHARED.model_copy(update={"undone_by": NAME})),
    "sharing undone": sharing.unshared_message(ShareUndone(back=0, kept=46_964, kept_names=(NAME,) * 5)),
    "suggested parents": families.suggestions(
        SuggestionPage(
            rows=tuple(
                ParentSuggestion(customer_id=UUID(int=n), customer_name=NAME, parent_id=ID, parent_name=NAME, why=EVIL)
                for n in range(8)),
            after=ID, next_after=ID, up_to=NAME),
        said=EVIL[:400]),
    "undone": forms.undone(
        ImportUndone(id=ID, file_name=NAME, removed=1, restored=2, kept=KEPT, kept_total=900)),
}  # fmt: skip

PLAN = ImportPlan(
    file_name=NAME, added=(NAME,) * 9, changed=9000, refusals=REFUSALS,
    changes=tuple(Changed(row_number=n, name=NAME, field="owner", before=EVIL, after=EVIL) for n in range(99)),
    remarks=tuple(Note(n, EVIL[:80], EVIL, EVIL) for n in range(99)), late=46_000,
)  # fmt: skip
DRAFTS = Drafts(
    file_name=NAME, system="HubSpot", headers=(EVIL, "") * 300, columns=dict.fromkeys(Field, EVIL),
    unmapped=(EVIL,) * 100, problems=(EVIL,) * 9,
)  # fmt: skip
UNDONE = ImportUndone(id=ID, file_name=NAME, removed=46_964, restored=2, kept=KEPT, kept_total=900)
EARLIER = tuple(
    ImportSummary(
        id=UUID(int=n), file_name=NAME, by=NAME, on=date(1990, 1, 1), today=date(2026, 11, 23), added=46_964,
        changed=46_964, refused=46_964, undone_by=NAME if n % 2 else None, may_undo=not n % 2, has_refused=True,
    )
    for n in range(5)
)  # fmt: skip
AMBIGUOUS = Ambiguous("20 customers are called so; choose one.", asked=EVIL[:80],
                      nearest=tuple((UUID(int=n), NAME) for n in range(20)))  # fmt: skip
VIEWS = {
    "card": card.as_modal(full_card().model_copy(update={"offers": OFFERS})),
    "family": families.as_modal(FamilyPage(customer_id=ID, family=FAMILY, page=1, pages=90)),
    "lost": losses.lost_form(
        LossForm(
            customer=schema(), reason=LossReason.COMPETITOR, foreseen=True, lost_on=date(1990, 1, 1), words=EVIL[:280],
            before=tuple(Line(text=EVIL, on=date(1990, 1, 1)) for _ in range(10)),
        ),
        state="x",
    ),
    "lost, nothing known": losses.lost_form(LossForm(customer=schema(), lost_on=date(1990, 1, 1)), state="x"),
    "add": forms.add(NAME, owner=ANA, cadence=30),
    "edit": forms.edit(full_card(), under="V" * 20, cadence=30),
    "status": forms.status(full_card(status=Status.PAUSED, status_reason=EVIL[:300])),
    "hand over": forms.hand_over(full_card()),
    "file": forms.ask_for_file(),
    "file with earlier lists": forms.ask_for_file(EARLIER, just_undone=UNDONE),
    "preview": forms.preview(PLAN, DRAFTS, upload_id=ID, erase=True),
    "columns": forms.map_columns(DRAFTS, upload_id=ID, by_hand={EVIL: "name"}, erase=False),
    "done": forms.done(ImportDone(id=ID, plan=PLAN)),
    "share out": sharing.share_out(ShareForm(total=46_964, examples=(NAME,) * 3, among=(ANA,) * 10)),
    "shared out": sharing.shared(ShareDone(id=ID, total=46_964, shares=((NAME, 46_964),) * 500, is_evened=True)),
    "sharing undone": sharing.unshared(ShareUndone(back=46_964, kept=1, kept_names=(NAME,))),
    "select": modal("x", [PICK], callback_id="x", submit="x"),
}  # fmt: skip


MESSAGES["ambiguous"] = views.choose(AMBIGUOUS) or views.help_page()


@pytest.mark.parametrize("name", list(MESSAGES))
def test_every_message_keeps_slacks_limits(name: str) -> None:
    """With the longest, most hostile input; and nobody is pinged by a name."""
    message: Message = MESSAGES[name]
    assert check_message(message.body()) == []
    assert "<!channel>" not in markup(message.blocks)
    assert "<!channel>" not in message.text


@pytest.mark.parametrize("name", list(VIEWS))
def test_every_window_keeps_slacks_limits(name: str) -> None:
    """With the longest, most hostile input."""
    assert check_view(VIEWS[name]) == []


def test_what_is_too_long_for_the_form_is_kept() -> None:
    """Fields that can't be shown whole are named, so that saving leaves them alone."""
    assert forms.too_long_for_form(full_card().details) == {"aliases", "tags", "preferences", "contacts"}
    assert forms.too_long_for_form(CustomerDetails(name="x")) == set()
