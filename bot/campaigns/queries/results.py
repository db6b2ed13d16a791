"""Reads what came of a campaign: both groups as they were drawn, answers, promises, problems and sales."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from bot.campaigns.queries import (
    call_rows,
    find_by_name,
    get_row,
    list_answers,
    list_members,
    list_reached,
    questions_of,
    schema_of,
)
from bot.campaigns.queries.selling import list_sales
from bot.campaigns.rules import Arm
from bot.campaigns.rules.questions import Question, QuestionKind
from bot.campaigns.rules.results import Against, compare_words, csat, nps
from bot.campaigns.schemas import (
    CampaignFile,
    CampaignResult,
    Cells,
    Comparison,
    QuestionResult,
    Quote,
    SaleSum,
)
from bot.campaigns.tables import Campaign, CampaignMember, CampaignSale
from bot.customers.queries import list_by_ids
from bot.customers.tables import Customer, Loss
from bot.escalations.tables import Escalation
from bot.people.queries import get_calendar, list_names
from bot.people.usecases import require_here, require_manager
from bot.promises.tables import Promise

QUOTES, MENDED, LEFT, REPLACED = 5, 10, 10, 10
ONE_DAY = timedelta(days=1)


def get_result(
    session: Session, *, viewer: str, now: datetime, words: str = "", campaign_id: UUID | None = None
) -> CampaignResult:
    """
    Return what came so far of the campaign with that id or that *words* name.

    Raises:
        NotAllowed: the viewer is no full member.
        NotFound: there is no such campaign.
    """
    require_here(session, by=viewer)
    row = get_row(session, campaign_id) if campaign_id else find_by_name(session, words)
    return result_of(session, row, viewer=viewer, now=now)


def result_of(session: Session, row: Campaign, *, viewer: str | None, now: datetime) -> CampaignResult:
    """Return what came of a campaign."""
    members = list_members(session, row.id)
    names = {key: customer.name for key, customer in _customers(session, members).items()}
    called = [one for one in members if one.arm is Arm.CALLED and one.replaced_at is None]
    reached = list_reached(session, row, [one.customer_id for one in called])
    left = [one for one in called if one.customer_id not in reached]
    return CampaignResult(
        campaign=schema_of(session, row, viewer=viewer, now=now),
        comparisons=tuple(_compare(session, row, members)), questions=tuple(_learned(session, row, names)),
        sales=tuple(_sum_sales(session, row, members)), mended=tuple(_mended(session, row, members, names)),
        left=tuple(call_rows(session, left[:LEFT], names=list_names(session, [one.caller_id for one in left]))),
        left_total=len(left),
        replaced=tuple(
            Quote(customer_name=names[one.customer_id], words=one.reason) for one in members if one.replaced_at
        )[:REPLACED],
    )  # fmt: skip


def list_files(session: Session, *, campaign_id: UUID, viewer: str, now: datetime) -> tuple[CampaignFile, ...]:
    """
    Return the draw with both groups, the answers, the sales and the result of a campaign as tables.

    Raises:
        NotAllowed: the viewer is no manager, who alone may see the control group.
        NotFound: there is no such campaign.
    """
    require_manager(session, by=viewer, wish="see who is in the control group")
    row = get_row(session, campaign_id)
    members = list_members(session, row.id)
    customers = _customers(session, members)
    return (
        _draw_file(session, row, members, customers),
        _answers_file(session, row, customers),
        _sales_file(session, row, members, customers),
        _result_file(result_of(session, row, viewer=viewer, now=now)),
    )


def _compare(session: Session, row: Campaign, members: Sequence[CampaignMember]) -> Iterable[Comparison]:
    """Compare the groups as they were drawn: who was replaced counts, who replaced them doesn't."""
    groups = {arm: {one.customer_id for one in members if one.arm is arm and one.replaces_id is None} for arm in Arm}
    everybody = set().union(*groups.values())
    happened = {
        "were talked to": list_reached(session, row, everybody),
        "were promised something": {one.customer_id for one in _promises(session, row, everybody)},
        "raised a problem": {one.customer_id for one in _escalations(session, row, everybody)},
        "bought something": {one.customer_id for one in _sales(session, row)},
        "were lost": _lost(session, row, everybody),
    }
    for verb, who in happened.items():
        counts = [number for arm in Arm for number in (len(groups[arm] & who), len(groups[arm]))]
        yield Comparison(verb=verb, against=Against(*counts))


def _promises(session: Session, row: Campaign, customer_ids: Collection[UUID]) -> Sequence[Promise]:
    query = select(Promise).where(
        col(Promise.customer_id).in_(customer_ids),
        col(Promise.follows_id).is_(None),
        col(Promise.recorded_at) >= row.made_at,
        col(Promise.promised_on) <= row.until,
    )
    return session.exec(query.order_by(col(Promise.recorded_at))).all()


def _escalations(session: Session, row: Campaign, customer_ids: Collection[UUID]) -> Sequence[Escalation]:
    over = get_calendar(session, None).at(row.until + ONE_DAY, time())
    query = select(Escalation).where(
        col(Escalation.customer_id).in_(customer_ids),
        col(Escalation.raised_at) >= row.made_at,
        col(Escalation.raised_at) < over,
    )
    return session.exec(query.order_by(col(Escalation.raised_at))).all()


def _sales(session: Session, row: Campaign) -> Sequence[CampaignSale]:
    return session.exec(select(CampaignSale).where(CampaignSale.campaign_id == row.id)).all()


def _lost(session: Session, row: Campaign, customer_ids: Collection[UUID]) -> set[UUID]:
    query = select(Loss.customer_id).where(
        col(Loss.customer_id).in_(customer_ids), col(Loss.lost_on).between(row.began_on, row.until)
    )
    return set(session.exec(query))


def _mended(
    session: Session, row: Campaign, members: Sequence[CampaignMember], names: Mapping[UUID, str]
) -> Iterable[Quote]:
    called = {one.customer_id for one in members if one.arm is Arm.CALLED}
    told = [(one.raised_at, one.customer_id, f"problem: {one.what}") for one in _escalations(session, row, called)]
    told += [(one.recorded_at, one.customer_id, f"promised: {one.what}") for one in _promises(session, row, called)]
    for _, customer_id, words in sorted(told)[:MENDED]:
        yield Quote(customer_name=names[customer_id], words=words)


def _sum_sales(session: Session, row: Campaign, members: Sequence[CampaignMember]) -> Iterable[SaleSum]:
    arms = {one.customer_id: one.arm for one in members if one.replaces_id is None}
    sums: dict[str, dict[Arm, Decimal]] = defaultdict(lambda: dict.fromkeys(Arm, Decimal()))
    for sale in _sales(session, row):
        if sale.customer_id in arms:
            sums[sale.currency][arms[sale.customer_id]] += sale.amount
    for currency, by_arm in sorted(sums.items()):
        yield SaleSum(currency=currency, called=by_arm[Arm.CALLED], control=by_arm[Arm.CONTROL])


def _learned(session: Session, row: Campaign, names: Mapping[UUID, str]) -> Iterable[QuestionResult]:
    answers = list_answers(session, row.id)
    for number, question in enumerate(questions_of(row), start=1):
        given = [(theirs[number].given_at, key, theirs[number].answer) for key, theirs in answers.items()
                 if number in theirs]  # fmt: skip
        yield count_answers(question, given, names)


def count_answers(
    question: Question, given: Iterable[tuple[datetime, UUID, str]], names: Mapping[UUID, str]
) -> QuestionResult:
    """Return how often each answer was *given*, by the customer and when; *names* have those of the latest ones."""
    ordered = sorted(given, reverse=True)
    said = [answer for _, _, answer in ordered]
    latest = ordered[:QUOTES] if not question.options else []
    return QuestionResult(
        question=question, answered=len(said), counts=tuple(said.count(one) for one in question.options),
        score=_score(question, said),
        quotes=tuple(Quote(customer_name=names[key], words=answer) for _, key, answer in latest),
    )  # fmt: skip


def _score(question: Question, said: Sequence[str]) -> Any:
    if question.kind is QuestionKind.RECOMMEND:
        return nps([int(one) for one in said])
    return csat([int(one) for one in said]) if question.kind is QuestionKind.SCALE else None


def _customers(session: Session, members: Sequence[CampaignMember]) -> dict[UUID, Customer]:
    return list_by_ids(session, [one.customer_id for one in members])


def _draw_file(
    session: Session, row: Campaign, members: Sequence[CampaignMember], customers: Mapping[UUID, Customer]
) -> CampaignFile:
    names = list_names(session, [one.caller_id for one in members])
    replaced = {one.id: customers[one.customer_id].name for one in members}
    rows: list[Cells] = [
        (
            str(one.customer_id), customers[one.customer_id].name, one.band.value, one.arm.value,
            names.get(one.caller_id or "", ""), one.due_on, replaced.get(one.replaces_id) if one.replaces_id else None,
            one.reason, row.seed, row.fingerprint,
        )
        for one in members
    ]  # fmt: skip
    headers = (
        "Customer id", "Customer", "Size", "Group", "Caller", "Call by", "Drawn in the place of", "Replaced because",
        "Seed", "List",
    )  # fmt: skip
    return CampaignFile(name="draw", headers=headers, rows=tuple(rows))


def _answers_file(session: Session, row: Campaign, customers: Mapping[UUID, Customer]) -> CampaignFile:
    asked = questions_of(row)
    given = [one for theirs in list_answers(session, row.id).values() for one in theirs.values()]
    names = list_names(session, [one.by for one in given])
    rows: list[Cells] = [
        (
            str(one.customer_id), customers[one.customer_id].name, one.number, asked[one.number - 1].text, one.answer,
            names.get(one.by, ""), one.given_at.isoformat(),
        )
        for one in sorted(given, key=lambda one: (customers[one.customer_id].name, one.customer_id, one.number))
    ]  # fmt: skip
    headers = ("Customer id", "Customer", "Number", "Question", "Answer", "Written down by", "At")
    return CampaignFile(name="answers", headers=headers, rows=tuple(rows))


def _sales_file(
    session: Session, row: Campaign, members: Sequence[CampaignMember], customers: Mapping[UUID, Customer]
) -> CampaignFile:
    groups = {one.customer_id: one.arm.value for one in members}
    rows: list[Cells] = [
        (
            str(sale.customer_id), customers[sale.customer_id].name, groups[sale.customer_id], sale.amount,
            sale.currency, sale.sold_on, sale.reference, by, sale.at.isoformat(),
        )
        for sale, by in list_sales(session, row.id)
    ]  # fmt: skip
    headers = (
        "Customer id", "Customer", "Group", "Amount", "Currency", "Day", "Reference", "Written down by", "At",
    )  # fmt: skip
    return CampaignFile(name="sales", headers=headers, rows=tuple(rows))


def _result_file(result: CampaignResult) -> CampaignFile:
    rows: list[Cells] = []
    for one in result.comparisons:
        gap = one.against.difference()
        ends = (gap.value, gap.low, gap.high) if gap else (None, None, None)
        rows.append((one.verb, *one.against, *ends, compare_words(one.against, one.verb)))
    for asked in result.questions:
        if asked.score:
            measure = "NPS" if asked.question.kind is QuestionKind.RECOMMEND else "share of 8 to 10"
            about = (asked.score.value, asked.score.low, asked.score.high, asked.question.text)
            rows.append((measure, None, asked.score.n, None, None, *about))
    rows += [
        (f"sold, {one.currency}", one.called, None, one.control, None, None, None, None, "") for one in result.sales
    ]
    headers = (
        "What", "Called", "Of called", "Control", "Of control", "Difference or score", "Low", "High", "In words",
    )  # fmt: skip
    return CampaignFile(name="result", headers=headers, rows=tuple(rows))
