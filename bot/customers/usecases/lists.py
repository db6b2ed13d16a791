"""
Importing a list of customers, or planning to.

A blank erases nothing unless that is asked for. `last contact` is stored for new customers only, since check-ins are
more reliable. A new customer without `added on` was added today. Aliases are added; tags and preferences are replaced.
A list sets do-not-contact and never lifts it. It assigns new and ownerless customers; only managers can take one from
its owner, exclude one, set a cadence above the floor, share the new ones out, and import more than fifty at a time.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlmodel import Session, select

from bot.core.batches import Batches, OneTransaction
from bot.core.clock import new_id
from bot.core.collecting import sparing_present, without_collecting
from bot.core.database import see_one_state
from bot.core.errors import NotAllowed
from bot.customers.queries import list_customer_names, list_owner_ids
from bot.customers.queries.due import ScheduleBatch
from bot.customers.rules.likeness import KnownNames
from bot.customers.rules.rows import Note, Refusal
from bot.customers.schemas import Changed, Drafts, ImportDone, ImportPlan, SampleRow, TakenAsOne
from bot.customers.schemas.importing import ImportRun
from bot.customers.tables import ImportChange
from bot.customers.usecases import writing
from bot.customers.usecases.comparing import Comparison, ImportOptions, Progress, under_headings
from bot.customers.usecases.matching import ListedCustomer, Matcher
from bot.customers.usecases.running import interrupting, require_idle, start_import
from bot.customers.usecases.scheduling import measure_spread, spread_first_calls
from bot.customers.usecases.sharing import check_among, list_unowned, share_out_new
from bot.customers.usecases.writing import Prepared
from bot.people.queries import list_names
from bot.people.usecases import whom_to_ask
from bot.workspaces.queries import get_workspace

COMPARISONS = 3
"""How often a list is compared with what people change meanwhile; after that, the rows concerned are refused."""
STALE = "Somebody changed this customer while the list came in; import the list again to bring this row."
MEMBERS_MOST = 50
"""Customers that a member may add and change with one list; a mistake in a longer one is a manager's to answer for."""
SAMPLE_ROWS = 3
MOST_PROPOSED = 10
"""People that a preview proposes to share customers out among."""
MOST_COMPARISONS = 500_000  # names looked at for look-alikes: a few seconds; they are only suggestions


@without_collecting()
def plan_import(
    session: Session,
    *,
    drafts: Drafts,
    by: str,
    now: datetime,
    erase_blanks: bool = False,
    apart: Collection[int] = (),
    progress: Progress | None = None,
) -> ImportPlan:
    """
    Return what importing *drafts* would do, and change nothing. Rows *apart* are customers of their own.

    Raises:
        InvalidInput: the list's columns have problems that must be settled first.
        NotAllowed: *by* is no full member ("bot" stands for the command line).
    """
    see_one_state(session)
    comparison = Comparison(session, drafts, ImportOptions(erase_blanks, apart), by=by, import_id=new_id())
    prepared = comparison.run(progress)
    prepared.late = spread_first_calls(
        session, ScheduleBatch(session), prepared.new, import_id=prepared.import_id, now=now
    )
    known = prepared.list_known_to_write()
    changed = writing.build_batch(session, known, file_name=drafts.file_name, by=by, now=now).after
    prepared.remarks += under_headings(_look_alikes(prepared.new, comparison.matcher), drafts)
    plan = _plan(session, drafts=drafts, prepared=prepared, changed=changed.keys(), now=now)
    proposed = list_owner_ids(session, most=MOST_PROPOSED) if prepared.manages and plan.unowned else ()
    return plan.model_copy(update={"proposed": proposed, "only_managers": _only_managers(session, prepared)})


def apply_import(
    session: Session,
    *,
    drafts: Drafts,
    by: str,
    now: datetime,
    erase_blanks: bool = False,
    apart: Collection[int] = (),
    share_among: Sequence[str] = (),
    progress: Progress | None = None,
) -> ImportDone:
    """Import *drafts* in the transaction of *session*, as `run_import` does in many."""
    options = ImportOptions(erase_blanks, apart, share_among)
    return run_import(OneTransaction(session, now), drafts=drafts, options=options, by=by, progress=progress)


def run_import(
    batches: Batches,
    *,
    drafts: Drafts,
    options: ImportOptions,
    by: str,
    upload_id: UUID | None = None,
    resumed: ImportRun | None = None,
    progress: Progress | None = None,
) -> ImportDone:
    """
    Import every row of *drafts* that can be, and notify new owners; the import can be undone.

    The list is compared with the database without a lock, and written in *batches*. What somebody has changed between
    the two is compared again. With *resumed*, an import that was interrupted goes on: the list is compared as it stood
    before that import, and what is written already isn't written again.

    Raises:
        InvalidInput: as `plan_import`; or one of *share_among* can't own customers, field `among`.
        NotAllowed: as `plan_import`; or only a manager may import so many, or share customers out.
        AlreadyDone: another import is running, or this list was imported before.
    """
    at, import_id = (resumed.at, resumed.id) if resumed else (batches.now(), new_id())
    about: dict[str, Any] = {"drafts": drafts, "options": options, "by": by, "import_id": import_id, "now": at}
    compare = partial(batches.read, _prepare, **about)
    if resumed is not None:
        with interrupting(batches, resumed):
            return _write_list(batches, compare(), compare, drafts, resumed, progress)
    prepared = compare()
    choices = {"erase": options.erase_blanks, "among": list(options.share_among), "room": dict(options.room)}
    runner = batches.write(
        start_import, import_id=import_id, file_name=drafts.file_name, source=drafts.system, by=by,
        upload_id=upload_id, choices=choices, now=at,
    )  # fmt: skip
    run = ImportRun(id=import_id, runner=runner, by=by, at=at, file_name=drafts.file_name)
    with interrupting(batches, run):
        return _write_list(batches, prepared, compare, drafts, run, progress)


@sparing_present()
def _write_list(
    batches: Batches,
    prepared: Prepared,
    compare: Callable[[], Prepared],
    drafts: Drafts,
    run: ImportRun,
    progress: Progress | None,
) -> ImportDone:
    """Write a list in batches, compare again what has become stale meanwhile, and finish the import."""
    changed = {key for key, was_added in prepared.written.items() if not was_added}
    stale = _write_parts(batches, prepared, run, changed, progress)
    for _ in range(COMPARISONS - 1):
        if stale:
            prepared = compare()
            stale = _write_parts(batches, prepared, run, changed, progress)
    _leave_out(prepared, stale)
    plan = batches.read(_plan, drafts=drafts, prepared=prepared, changed=changed)
    assigned = batches.read(writing.list_assigned, run=run)
    batches.write(writing.finish_import, run=run, plan=plan, assigned=assigned)
    return ImportDone(id=run.id, plan=plan)


def _write_parts(
    batches: Batches, prepared: Prepared, run: ImportRun, changed: set[UUID], progress: Progress | None
) -> set[UUID]:
    """Write what isn't written, add which known customers were *changed*, and return what is stale."""
    unwritten, done, stale = prepared.list_unwritten(), 0, set[UUID]()
    look_again = writing.MANY
    while done < len(unwritten):
        part = unwritten[done : done + batches.limit]
        done += len(part)
        has_grown = done >= look_again
        written = batches.write(writing.write_part, part=part, prepared=prepared, run=run, has_grown=has_grown)
        look_again *= 4 if has_grown else 1
        changed |= written.changed
        stale |= written.stale
        if progress:
            progress(done, len(unwritten))
    return stale


def _leave_out(prepared: Prepared, stale: Collection[UUID]) -> None:
    """Refuse the rows of customers that somebody changed each time when they were to be written."""
    for target in (*prepared.new, *prepared.known) if stale else ():
        if target.id in stale:
            prepared.refusals += [Refusal(row.row_number, "", STALE, row.name or "") for row in target.rows]
    prepared.new = [target for target in prepared.new if target.id not in stale]
    prepared.known = [target for target in prepared.known if target.id not in stale]


@without_collecting()
def _prepare(
    session: Session, *, drafts: Drafts, options: ImportOptions, by: str, import_id: UUID, now: datetime
) -> Prepared:
    """Compare a list with the database, and decide who gets what, and when first calls are."""
    see_one_state(session)
    require_idle(session, now=now, but=import_id)
    prepared = Comparison(session, drafts, options, by=by, import_id=import_id).run()
    if refused := _only_managers(session, prepared):
        raise NotAllowed(refused)
    if options.share_among:
        check_among(session, among=options.share_among, by=by, now=now)
        room = {person: options.room.get(person, 0) for person in options.share_among}
        share_out_new(prepared, room, default_cadence=get_workspace(session).default_cadence_days)
    prepared.late = spread_first_calls(session, ScheduleBatch(session), prepared.new, import_id=import_id, now=now)
    written = select(ImportChange.customer_id, ImportChange.added).where(ImportChange.import_id == import_id)
    prepared.written = dict(session.exec(written).all())
    return prepared


def _only_managers(session: Session, prepared: Prepared) -> str:
    """Return why *prepared* is too much for who imports it; empty when it isn't."""
    count = len(prepared.new) + len(prepared.changed)
    if prepared.manages or count <= MEMBERS_MOST:
        return ""
    return (
        f"Only managers can import more than {MEMBERS_MOST} customers at once, and this list holds {count:,}; "
        f"ask {whom_to_ask(session)}, or import a shorter list."
    )


def _plan(
    session: Session,
    *,
    drafts: Drafts,
    prepared: Prepared,
    changed: Collection[UUID],
    now: datetime,  # noqa: ARG001 - every query takes the time
) -> ImportPlan:
    return ImportPlan(
        file_name=drafts.file_name, source=drafts.system, late=prepared.late, changed=len(changed),
        added=tuple(target.given["name"] for target in prepared.new),
        added_rows=tuple(target.rows[0].row_number for target in prepared.new),
        changed_rows=tuple(target.rows[0].row_number for target in prepared.known if target.id in changed),
        changes=_changes(session, prepared),
        left_alone=sum(target.id not in changed for target in prepared.known),
        taken_as_one=tuple(map(_taken_as_one, filter(_has_several_rows, (*prepared.new, *prepared.known)))),
        refusals=tuple(sorted(prepared.refusals, key=lambda refusal: (refusal.row_number, refusal.column))),
        remarks=tuple(sorted(prepared.remarks, key=lambda note: (note.row_number, note.column))),
        sample=_sample(session, prepared.new[:SAMPLE_ROWS]), unowned=len(list_unowned(prepared)),
        may_share=prepared.manages, shares=_shares(session, prepared.shares),
        spread=measure_spread(session, prepared.new),
    )  # fmt: skip


def _has_several_rows(target: ListedCustomer) -> bool:
    return len(target.rows) > 1


def _taken_as_one(target: ListedCustomer) -> TakenAsOne:
    names = tuple(dict.fromkeys(row.name for row in target.rows))
    return TakenAsOne(rows=tuple(row.row_number for row in target.rows), names=names, why=target.why)


def _sample(session: Session, targets: Sequence[ListedCustomer]) -> tuple[SampleRow, ...]:
    owners = [target.given.get("owner_id") for target in targets]
    names = list_names(session, owners)
    return tuple(
        SampleRow(
            name=target.given["name"], domain=target.given.get("domain") or "", owner_name=names.get(owner or "", "")
        )
        for target, owner in zip(targets, owners, strict=True)
    )


def _shares(session: Session, shares: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    names = list_names(session, shares)
    return tuple(sorted((names[person], count) for person, count in shares.items()))


def _changes(session: Session, prepared: Prepared) -> tuple[Changed, ...]:
    """Return what known customers are changed to, with the names of owners and parents."""
    both = [
        (target, name, getattr(target.current, name), value)
        for target in prepared.changed
        for name, value in (target.different or {}).items()
        if name != "name_key"
    ]
    owners = {value for _, name, *values in both if name == "owner_id" for value in values if value}
    parents = {value for _, name, *values in both if name == "parent_id" for value in values if value}
    named: dict[str, Mapping[Any, str]] = {
        "owner_id": list_names(session, owners),
        "parent_id": {**list_customer_names(session, parents), **{new.id: new.name for new in prepared.new}},
    }
    shown = (
        Changed(
            row_number=target.rows[0].row_number, name=target.name, field=_WORDS.get(name, name.replace("_", " ")),
            before=_shown(before, named.get(name, {})), after=_shown(after, named.get(name, {})),
        )
        for target, name, before, after in both
    )  # fmt: skip
    return tuple(change for change in shown if change.before != change.after)


_WORDS = {"owner_id": "owner", "parent_id": "parent", "cadence_days": "cadence"}


def _shown(value: Any, names: Mapping[Any, str]) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return ", ".join(value) if isinstance(value, list) else "" if value is None else names.get(value, str(value))


def _look_alikes(new: Sequence[ListedCustomer], matcher: Matcher) -> list[Note]:
    """Note new customers whose names look like those of known ones; different domains say that they differ."""
    known = [target for target in matcher.by_uuid.values() if not target.is_new]
    remarks = []
    names = {one.name_key: one.name for one in known}
    everyone, without_domain = KnownNames(names), KnownNames(one.name_key for one in known if not one.domain)
    for target in new[: MOST_COMPARISONS // len(known)] if known else ():
        if alike := (without_domain if target.domain else everyone).find_look_alike(target.name_key):
            reason = f"{target.name} looks like {names[alike]}, whom we have. It will be added as a new customer."
            remarks.append(Note(target.rows[0].row_number, "name", reason, target.name))
    return remarks
