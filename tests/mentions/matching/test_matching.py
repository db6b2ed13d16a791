"""Texts matched with customers and ourselves, in few statements; lessons, own names, forgetting; on both databases."""

import csv
import gzip
from uuid import uuid4

import pytest
from sqlmodel import Session, select

from bot.core.errors import InvalidInput, NotAllowed, NotFound
from bot.mentions.queries.contributions import export
from bot.mentions.queries.matching import export_matching, list_own_names, match_many
from bot.mentions.rules.tiers import Tier
from bot.mentions.schemas.mentions import Text
from bot.mentions.usecases.aliases import erase_matching, name_ourselves, refresh_aliases
from bot.workspaces.tables import AuditEntry
from tests.customers.lists import REAL, take_in
from tests.makers import ANA, MARA, Office
from tests.mentions.matching.helpers import count, match, match_all, matched, planned, statements, teach

COMPANIES = REAL / "financedatabase_companies.csv.gz"
SLICE = 1500


def test_title_words_links_and_accounts_are_all_looked_at(office: Office) -> None:
    """Each brings its own customer; no name goes on from the title into the words."""
    ids = {name: office.customer(name) for name in ("Golddex", "Condax Metals", "Lindqvist Bread")}
    office.customer("Silver Condax")
    domain = office.customer("Zathunicon", domain="zathu.com")
    found = match(
        office, "Condax Metals is fine", title="Golddex and Silver", domains=["https://www.zathu.com/x"],
        handles=["@LindqvistBread"],
    )  # fmt: skip
    assert {(one.customer_id, one.tier, one.alias) for one in found} == {
        (ids["Golddex"], Tier.LIKELY, "Golddex"),
        (ids["Condax Metals"], Tier.LINKED, "Condax Metals"),
        (ids["Lindqvist Bread"], Tier.LINKED, "LindqvistBread"),
        (domain, Tier.LINKED, "https://www.zathu.com/x"),
    }
    assert found[-1].tier is Tier.LIKELY


@pytest.mark.parametrize(
    ("name", "text", "alias"),
    [
        ("Golddex", "Golddex🔥 rocks", "Golddex"),
        ("Golddex", "love 🔥Golddex🔥", "Golddex"),
        ("Golddex🔥", "I think Golddex rocks", "Golddex"),
        ("Golddex", "在Golddex工作", "Golddex"),
        ("アクメ", "株式会社アクメの対応が遅い", "アクメ"),
        ("株式会社アクメ", "株式会社アクメの対応が遅い", "アクメ"),
        ("株式会社アクメ", "アクメは遅い", "アクメ"),
        ("Яндекс", "在Яндекс работает", "Яндекс"),
    ],
)
def test_an_emoji_or_a_change_of_script_ends_a_name(office: Office, name: str, text: str, alias: str) -> None:
    """Many people write no space there; a Japanese legal form belongs to the name only on paper."""
    customer = office.customer(name)
    assert [(one.customer_id, one.tier, one.alias) for one in match(office, text)] == [(customer, Tier.LIKELY, alias)]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("阿里巴巴", "我们使用阿里巴巴的服务", [("阿里巴巴", Tier.LIKELY)]),
        ("阿里巴巴", "阿里巴巴,很好", [("阿里巴巴", Tier.LIKELY)]),
        ("中国", "他是中国人", [("中国", Tier.ASK)]),
        ("东芝", "我买了 东芝 电脑", [("东芝", Tier.LIKELY)]),
        ("東芝", "東芝の対応が遅い", [("東芝", Tier.LIKELY)]),
        ("삼성전자", "삼성전자는 느려요", [("삼성전자", Tier.LIKELY)]),
        ("삼성", "삼성은 느려요", [("삼성", Tier.ASK)]),
        ("전자", "삼성전자는 느려요", []),
    ],
)
def test_a_name_is_found_inside_text_without_spaces(
    office: Office, name: str, text: str, expected: list[tuple[str, Tier]]
) -> None:
    """Two signs may be a part of another word, so they are asked about; endings follow Korean names."""
    office.customer(name)
    assert [(one.alias, one.tier) for one in match(office, text)] == expected


def test_two_names_in_one_run_are_both_found_and_a_longer_one_hides_its_part(office: Office) -> None:
    """阿里 is no part of what is said of 阿里巴巴."""
    for name in ("阿里巴巴", "阿里", "腾讯公司"):
        office.customer(name)
    assert [one.alias for one in match(office, "我们使用阿里巴巴和腾讯公司的服务")] == ["阿里巴巴", "腾讯公司"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("we asked Toys! Direct twice", [Tier.LINKED]),
        ("Toys! Direct, again", [Tier.LINKED]),
        ("I like Toys! Direct contact is best", [Tier.LINKED]),
        ("we asked Toys Direct twice", [Tier.LINKED]),
        ("we asked Toys! direct contact is best", []),
    ],
)
def test_a_name_may_have_an_exclamation_mark_inside(office: Office, text: str, expected: list[Tier]) -> None:
    """Only where the customer's name has one; other names end where the sentence does."""
    office.customer("Toys! Direct Ltd.")
    office.customer("Golddex Bank")
    assert [one.tier for one in match(office, text)] == expected
    assert match(office, "I like Golddex! Bank holidays are here") == ()


@pytest.mark.parametrize(
    "name",
    ["A.P. Moller - Maersk", "A.P. Møller – Mærsk A/S", "Golddex | Widgets", "Trip.com Group", "Winall Hi-tech Seed",
     "Bak Ambalaj ve Ticaret", "Marks & Spencer", "AT&T", "Ben & Jerry's", "Foo / Barclay"],
)  # fmt: skip
def test_a_customer_is_found_by_its_very_name(office: Office, name: str) -> None:
    """Also with a dash or stroke of its own; not the customer whose name is a part of it."""
    customer = office.customer(name)
    office.customer("Maersk")
    assert [one.customer_id for one in match(office, f"we had trouble with {name} again")] == [customer]


@pytest.mark.both_databases
def test_many_texts_cost_a_few_statements_and_each_has_its_own(office: Office) -> None:
    """What one speaks of is never told of another."""
    golddex, condax = office.customer("Golddex"), office.customer("Condax")
    office.do(refresh_aliases)
    texts = [Text(words=words) for words in ("Golddex one", "nothing here", "Condax two", "")] * 50
    asked = statements(office, lambda: match_all(office, texts))
    assert len([one for one in asked if "SELECT" in one]) == 3  # keys, lessons, the languages of the workspace
    found = [[one.customer_id for one in each] for each in match_all(office, texts)]
    assert found == [[golddex], [], [condax], []] * 50
    assert match_all(office, []) == []


@pytest.mark.both_databases
def test_looking_up_uses_the_index_among_thousands(office: Office) -> None:
    """The plan of the one statement behind all matching, and of the lessons."""
    take_in(office, "name\n" + "\n".join(f"Golddex{number} Works" for number in range(3000)))
    office.do(refresh_aliases)
    assert count(office, "mention_aliases") == 6000
    [plan] = planned(office, "mention_aliases", lambda: office.ask(match_many, texts=[Text(words="Golddex7 Works is")]))
    assert "ix_mention_aliases_workspace_id_key" in plan


def test_not_this_one_teaches_in_its_source_or_everywhere(office: Office) -> None:
    """What was said last holds, and is on record."""
    golddex, here, there = office.customer("Golddex"), uuid4(), uuid4()
    words = "Golddex never answers"
    teach(office, golddex, "golddex", source_id=here)
    assert matched(office, words, source_id=here) == []
    assert matched(office, words, source_id=there) == matched(office, words) == [(golddex, Tier.LIKELY)]
    teach(office, golddex, "golddex", Tier.ASK)
    assert matched(office, words, source_id=there) == [(golddex, Tier.ASK)]
    teach(office, golddex, "golddex", Tier.ASK, source_id=here)
    assert matched(office, words, source_id=here) == [(golddex, Tier.ASK)]
    assert count(office, "mention_lessons") == 2
    assert [entry.action for entry in office.look(_lessons_on_record)] == ["mentions.lesson"] * 3


def test_a_lesson_stays_when_the_customer_is_renamed(office: Office) -> None:
    """The keys are made anew; what people taught isn't lost."""
    golddex = office.customer("Golddex")
    teach(office, golddex, "golddex")
    assert matched(office, "Golddex again") == []
    assert office.do(refresh_aliases) == 0


def test_only_members_teach_and_only_doubts(office: Office) -> None:
    """Nobody makes a match surer than it is; nobody teaches about another workspace's customer."""
    golddex = office.customer("Golddex")
    guest = office.person("U0GUEST", "Gus Guest", is_guest=True)
    with pytest.raises(NotAllowed):
        teach(office, golddex, "golddex", by=guest)
    with pytest.raises(NotFound):
        teach(office, uuid4(), "golddex")
    with pytest.raises(InvalidInput, match="ask about these words"):
        teach(office, golddex, "golddex", Tier.LINKED)
    assert count(office, "mention_lessons") == 0


def test_our_own_names_are_found_and_shown_again(office: Office) -> None:
    """Nobody's customer: ourselves. "Not us" teaches likewise; saying it anew replaces it."""
    said = {"names": ["Evenhand Software", "Evenhand"], "domains": ["https://evenhand.com/"], "handles": ["@even_hand"]}
    kept = office.do(name_ourselves, **said, by=MARA)
    assert kept.names == ("Evenhand", "Evenhand Software")
    assert (kept.domains, kept.handles) == (("https://evenhand.com/",), ("@even_hand",))
    assert matched(office, "we use Evenhand Software") == [(None, Tier.LINKED)]
    assert matched(office, "hey @EvenHand") == [(None, Tier.LINKED)]
    teach(office, None, "evenhand")
    assert matched(office, "Evenhand again") == []
    office.do(name_ourselves, names=["Levelhand"], domains=[], handles=[], by=MARA)
    assert matched(office, "we use Evenhand Software") == []
    assert office.look(list_own_names).names == ("Levelhand",)


def test_only_managers_say_what_we_are_called_and_nonsense_is_told_by_field(office: Office) -> None:
    """Nothing is changed then."""
    with pytest.raises(NotAllowed, match="Only managers can say what we are called"):
        office.do(name_ourselves, names=["X"], domains=[], handles=[], by=ANA)
    with pytest.raises(InvalidInput) as refused:
        office.do(name_ourselves, names=["…", *map(str, range(30))], domains=["gmail.com"], handles=["@"], by=MARA)
    assert set(refused.value.fields) == {"names", "domains", "handles"}
    assert count(office, "mention_aliases") == 0


def test_our_names_stay_when_customers_change(office: Office) -> None:
    """Refreshing touches customers' keys only."""
    office.do(name_ourselves, names=["Evenhand"], domains=[], handles=[], by=MARA)
    office.customer("Golddex")
    assert {who for who, _ in matched(office, "Evenhand and Golddex")} >= {None}


def test_what_is_kept_of_a_customer_or_a_person_is_exported_and_forgotten(office: Office) -> None:
    """Keys and lessons of the customer; of who taught, only the name goes."""
    golddex, condax = office.customer("Golddex", domain="golddex.com"), office.customer("Condax")
    office.do(refresh_aliases)
    teach(office, golddex, "golddex")
    teach(office, condax, "condax", Tier.ASK)
    told = office.look(lambda session: export_matching(session, "customer", str(golddex)))
    assert office.look(lambda session: export(session, "customer", str(golddex))) == told
    assert told["found_by"] == ["@golddex", "golddex", "golddex.com"]
    assert [(one["words"], one["verdict"], one["by"]) for one in told["lessons"]] == [("golddex", "ignored", ANA)]
    assert len(office.look(lambda session: export_matching(session, "person", ANA))["lessons"]) == 2
    assert office.look(lambda session: export_matching(session, "channel", "C1")) == {}
    assert office.do(erase_matching, kind="customer", subject_id=str(golddex)) == 4
    assert office.do(erase_matching, kind="person", subject_id=ANA) == 1
    assert office.do(erase_matching, kind="channel", subject_id="C1") == 0
    assert office.look(lambda session: export_matching(session, "person", ANA)) == {"lessons": []}


@pytest.mark.both_databases
def test_hostile_texts_and_names_are_matched_or_not_and_never_an_error(office: Office) -> None:
    """NUL, lone surrogates, broadcasts, a megabyte, quotes of SQL."""
    office.customer("Golddex'); DROP TABLE customers; --")
    office.customer("<!channel> Golddex")
    texts = ["\x00Golddex\x00", "\ud800 Golddex", "<!channel> Golddex", "Golddex " * 100_000, "'); DROP TABLE x; --"]
    found = [match(office, words, title=words, domains=[words], handles=[words]) for words in texts]
    assert len(found) == len(texts)
    assert count(office, "customers") == 2


@pytest.mark.data
@pytest.mark.skipif(not COMPANIES.exists(), reason="the real list isn't at ../shared/data/customers")
def test_real_companies_are_found_where_they_are_named(office: Office) -> None:
    """A slice of the list: each name of two words or more, in a sentence, is linked or shared by several."""
    with gzip.open(COMPANIES, "rt", encoding="utf-8") as file:
        names = [row["name"].strip() for row in csv.DictReader(file)][20000 : 20000 + SLICE]
    take_in(office, "\n".join(["name", *(f'"{name.replace(chr(34), chr(34) * 2)}"' for name in names)]))
    office.do(refresh_aliases)
    wanted = [name for name in names if len(name.split()) <= 4 and name.replace(" ", "").isalpha() and name.istitle()]
    found = match_all(office, [Text(words=f"yesterday we asked {name} about it") for name in wanted])
    sure = [matches[0].tier if matches else Tier.IGNORED for matches in found]
    assert len(wanted) > 100
    assert sure.count(Tier.IGNORED) <= len(wanted) // 50
    assert sure.count(Tier.LINKED) >= len(wanted) // 2


def _lessons_on_record(session: Session) -> list[AuditEntry]:
    return list(session.exec(select(AuditEntry).where(AuditEntry.subject_kind == "lesson")).all())
