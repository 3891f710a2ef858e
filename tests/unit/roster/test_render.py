"""The report as people read it."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from gettext import NullTranslations
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from roster import render
from roster.cover import Shift
from roster.facts import (
    Acknowledgement,
    Facts,
    Fault,
    Flapping,
    Forecast,
    LogEntry,
    Mail,
    MailFigures,
    Monitoring,
    NextAction,
    Note,
    OnDuty,
    Outlook,
    Person,
    Polls,
    Redundancy,
    Severity,
    Sight,
    Silence,
    Task,
    Unseen,
    Window,
)
from roster.handover import build, digest
from roster.layers import Post
from roster.lines import folded, width
from roster.phrase import Sentence
from roster.report_wording import ReportWording

if TYPE_CHECKING:
    from roster.report import Handover

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 11, 22, tzinfo=UTC)
END = START + timedelta(hours=9)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
ENGLISH = NullTranslations()
CHINESE = {
    "Act now": "立即关注",
    "None": "无",
    "critical": "紧急",
    "{n} h": "{n} 小时",
    "{n} min": "{n} 分",
    "{label}: {value}": "{label}：{value}",
    "{name}, {names}": "{name}、{names}",
    "{text} ({note})": "{text}（{note}）",
    "{n} critical faults are open": "未恢复的紧急故障 {n} 起",
    "power supply {n} has failed": "电源 {n} 故障",
    "Next action": "下一步",
    "by {time}": "{time} 前",
}


class Translated(NullTranslations):
    """A catalogue in memory; what it lacks stays English."""

    def __init__(self, texts: dict[str, str]) -> None:
        super().__init__()
        self._texts = texts
        self._info = {"language": "zh_CN"}

    def gettext(self, message: str) -> str:
        return self._texts.get(message, message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self._texts.get(msgid2, msgid1 if n == 1 else msgid2)


class Marked(NullTranslations):
    """A catalogue that puts brackets around whatever passes through it."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"


class Tags(HTMLParser):
    """Collects the tags of a page with the names of their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, ...]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, *(name for name, _ in attrs)))


def rich(word=lambda name: name) -> Handover:
    """A report with something in every place; `word` makes the text of each."""
    shift = Shift(
        "day/2026-11-22/primary", "", "day", word("title"), date(2026, 11, 22), Post.PRIMARY, (), (), START, END
    )
    ping = Sentence("does not answer to ping")
    faults = (
        Fault(
            312,
            word("device"),
            "psu",
            Severity.CRITICAL,
            Sentence("power supply {n} has failed", {"n": 1}),
            START + HOUR,
            11,
            where=word("where"),
            acknowledged=Acknowledgement(word("holder"), START + HOUR, word("held"), END + HOUR),
            affects=word("affected"),
            notes=(Note(START + HOUR, word("noter"), word("noted")),),
            next_action=NextAction(word("action"), END + HOUR, word("doer"), word("call")),
            reopened=2,
        ),
        Fault(313, word("second"), "icmp", Severity.CRITICAL, ping, START + HOUR, 12, phone=word("hotline")),
        Fault(314, word("behind"), "icmp", Severity.MINOR, ping, START + HOUR, 13, root=313),
        Fault(315, word("lesser"), "icmp", Severity.WARNING, ping, START - HOUR, 14, hidden=3),
        Fault(
            310,
            word("over"),
            "icmp",
            Severity.MAJOR,
            ping,
            START - HOUR,
            5,
            closed=END - HOUR,
            closed_event=15,
            cause=word("cause"),
            repair=word("repair"),
            notes=(Note(START + HOUR, word("closer"), word("closing")),),
            root=9,
        ),
    )
    facts = Facts(
        at=END,
        upto_event=20,
        after_event=10,
        day_kind=word("dayKind"),
        outgoing=(OnDuty(Post.PRIMARY, Person(word("zhang"), word("phone1"), word("mail1"))),),
        incoming=(OnDuty(Post.PRIMARY, Person(word("wang"), word("phone2"))), OnDuty(Post.LEADER, Person(word("li")))),
        next_shift=word("nextShift"),
        next_start=END,
        next_end=END + 8 * HOUR,
        faults=faults,
        tasks=(Task("t", word("task"), START, END + HOUR, word("taskWho"), word("taskPhone")),),
        windows=(
            Window(word("windowOn"), (word("windowDevice"),), START, END + HOUR, word("windowAuthor")),
            Window(word("windowLater"), (), END + HOUR, END + 2 * HOUR),
        ),
        silences=(Silence(word("silence"), START, None, word("silencer"), word("silenceWhy")),),
        unseen=(Unseen(word("unseen"), Sight.UNREACHABLE, word("unseenWhere"), START, ping),),
        redundancy=(Redundancy(word("hangs"), (word("lostUplink"),), 1, word("hangsWhere"), START, (312,)),),
        outlook=Outlook(
            (Forecast(word("fills"), "Storage in use", word("fillsItem"), END + 5 * HOUR, "90 %", "81 %", "+1 %"),),
            1,
            2,
        ),
        flapping=(Flapping(word("flapping"), word("flapCheck"), START, 315),),
        mail=MailFigures(5, 1, 2, 3, START),
        mails=(Mail(START + HOUR, word("mailTo"), word("mailSubject"), 16),),
        log=(
            LogEntry(17, START - HOUR, START + HOUR, word("logger"), word("logged"), word("level"), (word("logLink"),)),
        ),
        monitoring=Monitoring(
            415, 410, (Polls(word("polls"), END, 2),), 4, -0.25, False, START, False, (Sentence("a problem"),)
        ),
    )
    return build(shift, facts)


def quiet() -> Handover:
    shift = Shift("day/2026-11-22/primary", "", "day", "白班", date(2026, 11, 22), Post.PRIMARY, (), (), START, END)
    return build(shift, Facts(END, 20))


def words() -> set[str]:
    """Every text that the facts of the rich report hold."""
    told: set[str] = set()
    rich(lambda name: told.add(name) or name)
    return told


RENDERINGS = {
    "html": lambda report, catalogue=ENGLISH: render.html(report, catalogue, ZONE),
    "text": lambda report, catalogue=ENGLISH: render.text(report, catalogue, ZONE),
    "mail html": lambda report, catalogue=ENGLISH: render.mail_body(report, catalogue, ZONE).html,
    "mail text": lambda report, catalogue=ENGLISH: render.mail_body(report, catalogue, ZONE).text,
}
PAGES = ("html", "mail html")
TEXTS = ("text", "mail text")


@pytest.mark.parametrize("form", ["html", "text"])
def test_every_fact_is_in_the_page_and_in_the_text(form):
    shown = RENDERINGS[form](rich(lambda name: f"<{name}>")).replace("&lt;", "<").replace("&gt;", ">")
    # A fault that is taken by somebody has its own phone only where no other is given.
    missing = {name for name in words() if f"<{name}>" not in shown}
    assert missing == set()
    for number in (310, 312, 313, 314, 315):
        assert f"F{number}" in shown


@pytest.mark.parametrize("form", ["mail html", "mail text"])
def test_the_mail_has_sections_0_to_4_and_10_and_says_where_the_rest_is(form):
    shown = RENDERINGS[form](rich())
    first = ("device", "action", "lesser", "task", "windowLater", "windowOn", "silence", "unseen", "hangs", "flapping")
    for name in first:
        assert name in shown
    assert "logged" not in shown
    assert "The whole report is attached." in shown
    linked = render.mail_body(rich(), ENGLISH, ZONE, link="https://netwatch.example/handovers/7")
    assert "https://netwatch.example/handovers/7" in linked.text
    assert 'href="https://netwatch.example/handovers/7"' in linked.html
    assert "javascript:" not in render.mail_body(rich(), ENGLISH, ZONE, link="javascript:alert(1)").html


def test_the_mails_subject_is_short_and_says_the_worst():
    assert render.mail_body(rich(), ENGLISH, ZONE).subject == "Handover 2026-11-22 title: 2 critical faults are open"
    assert render.mail_body(rich(lambda name: f"{name}\nBcc: x"), ENGLISH, ZONE).subject.count("\n") == 0


def test_a_mail_stays_short_in_a_bad_night_and_says_how_many_more_there_are():
    shift = Shift("day/2026-11-22/primary", "", "day", "白班", date(2026, 11, 22), Post.PRIMARY, (), (), START, END)
    many = tuple(
        Fault(n, f"sw-{n}", "icmp", Severity.MAJOR, Sentence("{n} of 60 packets lost", {"n": n}), START, n)
        for n in range(1, 61)
    )
    body = render.mail_body(build(shift, Facts(END, 99, faults=many)), ENGLISH, ZONE)
    for shown in (body.text, body.html):
        assert "sw-20" in shown
        assert "sw-21" not in shown
        assert "and 40 more: see the report" in shown


@pytest.mark.parametrize("form", RENDERINGS)
@pytest.mark.parametrize("make", [rich, quiet])
def test_every_place_is_there_in_its_order_and_an_empty_one_says_none(form, make):
    shown = re.sub(r"<style>.*</style>", "", RENDERINGS[form](make()), flags=re.DOTALL)
    titles = ["Act now", "To do", "Abnormal states in force", "Watch"]
    if "mail" not in form:
        titles += ["This shift", "Rounds and environment", "Duties", "People and objects", "Duty log"]
        titles += ["The monitoring itself", "Sign-off"]
    bare = re.sub(r"<[^>]*>", " ", shown)
    places = [re.search(rf"{number}\s+(?:·\s+)?{title}", bare) for number, title in enumerate(titles, 1)]
    assert all(places)
    assert [place.start() for place in places] == sorted(place.start() for place in places)
    if make is quiet:
        for begin, until in zip(places, [*places[1:], None], strict=True):
            part = bare[begin.end() : until.start() if until else None]
            assert "None" in part or "not known" in part


def own(**known: object) -> Handover:
    shift = Shift("day/2026-11-22/primary", "", "day", "白班", date(2026, 11, 22), Post.PRIMARY, (), (), START, END)
    return build(shift, Facts(END, 20, monitoring=Monitoring(**known)))


LABELS = ("Devices seen", "Last polls", "Polls waiting", "Mail", "Clock", "Back-up of netwatch", "Problems")


@pytest.mark.parametrize("form", RENDERINGS)
@pytest.mark.parametrize("make", [rich, quiet, own])
def test_every_line_on_the_monitoring_itself_is_always_there_in_its_order(form, make):
    bare = " ".join(re.sub(r"<[^>]*>", " ", RENDERINGS[form](make())).split())
    section = bare[bare.rindex("The monitoring itself") :]
    places = [section.find(label) for label in LABELS]
    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ({}, ("whether it is synchronised is not known", "no back-up known", "Polls waiting: not known")),
        ({"clock_synchronised": True, "queue": 0}, ("Clock: synchronised", "Polls waiting: 0")),
        ({"clock_synchronised": False}, ("Clock: not synchronised",)),
        ({"backup_at": END - HOUR, "backup_good": True}, ("(1 h ago)",)),
    ],
)
@pytest.mark.parametrize("form", TEXTS)
def test_what_is_not_known_of_the_monitoring_is_said(form, known, words):
    shown = " ".join(RENDERINGS[form](own(**known)).split())
    assert all(word in shown for word in words)


WATCHED = ("If this, then that", "Capacity forecasts", "Changes too often")


@pytest.mark.parametrize("form", RENDERINGS)
@pytest.mark.parametrize("make", [rich, quiet])
def test_every_group_of_what_may_happen_is_always_there(form, make):
    said = RENDERINGS[form](make())
    assert [name for name in WATCHED if name not in said] == []


def test_what_is_wrong_with_the_monitoring_is_seen_at_once():
    good = own(clock_synchronised=True, backup_at=END, backup_good=True)
    assert 'class="missing"' not in render.html(good, ENGLISH, ZONE).partition('id="s10"')[2]
    for wrong in ({"clock_synchronised": False}, {"backup_good": False}, {"problems": (Sentence("a problem"),)}):
        assert 'class="missing"' in render.html(own(**wrong), ENGLISH, ZONE).partition('id="s10"')[2]


@pytest.mark.parametrize("form", RENDERINGS)
def test_silences_are_shown_where_an_old_report_has_some_and_else_not_spoken_of(form):
    assert "Silences" in RENDERINGS[form](rich())
    assert "Silences" not in RENDERINGS[form](quiet())


HOSTILE = st.sampled_from(
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "' onmouseover='alert(1)",
        "</style><b>",
        "{{ 7 * 7 }}",
        "{% raw %}",
        "%(opened)s %s 100%",
        "{n} {0} {__class__}",
        "&lt;b&gt;",
        "a\n== 1 · Act now (0) ==\nNone",
        "\u202edrowssap",
        "\x1b[2J\x00",
        "https://evil.example/x.png",
        "",
    ]
) | st.text(max_size=30)


@pytest.mark.parametrize("form", PAGES)
@given(texts=st.lists(HOSTILE, min_size=1, max_size=6))
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_hostile_text_makes_no_tag_and_no_attribute(form, texts):
    hostile = rich(lambda name: f"{name}{texts[len(name) % len(texts)]}")
    assert Tags(RENDERINGS[form](hostile)).tags == Tags(RENDERINGS[form](rich())).tags


@pytest.mark.parametrize("form", TEXTS)
@given(texts=st.lists(HOSTILE, min_size=1, max_size=6))
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_hostile_text_forges_no_heading_in_plain_text(form, texts):
    hostile = RENDERINGS[form](rich(lambda name: f"{name}{texts[len(name) % len(texts)]}"))
    headings = [line for line in RENDERINGS[form](rich()).split("\n") if line.startswith("== ")]
    assert [line for line in hostile.split("\n") if line.startswith("== ")] == headings
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", hostile)


@pytest.mark.parametrize("form", PAGES)
def test_nothing_comes_from_elsewhere(form):
    page = RENDERINGS[form](rich())
    tags = Tags(page).tags
    assert {"script", "img", "link", "iframe", "object", "base", "form"}.isdisjoint(tag for tag, *_ in tags)
    assert {"src", "href", "srcset", "action", "onclick"}.isdisjoint(name for _, *names in tags for name in names)
    assert "url(" not in page
    assert "@import" not in page


def test_the_style_can_be_allowed_by_its_hash():
    style = re.search(r"<style>(.*)</style>", render.html(quiet(), ENGLISH, ZONE), re.DOTALL)
    hashed = base64.b64encode(hashlib.sha256(style.group(1).encode()).digest()).decode()
    assert render.style_source() == f"'sha256-{hashed}'"
    assert "style" not in {name for _, *names in Tags(render.html(rich(), ENGLISH, ZONE)).tags for name in names}


@pytest.mark.parametrize("form", RENDERINGS)
def test_every_word_of_the_program_goes_through_the_catalogue(form):
    shown = RENDERINGS[form](rich(lambda name: f"«{name}»"), Marked())
    shown = re.sub(r"<style>.*</style>", "", shown, flags=re.DOTALL)
    shown = re.sub(r"<[^>]*>", " ", shown).replace("&lt;", "<")
    shown = re.sub(r"«\w+»", "", shown)
    while "⟦" in shown:
        before = shown
        shown = re.sub(r"⟦[^⟦⟧]*⟧", "", shown)
        assert shown != before
    shown = re.sub(r"\bF\d+\b|SHA-256 [0-9a-f]{64}|netwatch|day/2026-11-22/primary|Asia/Shanghai|UTC|C2, C4", "", shown)
    assert re.findall(r"[A-Za-z]{2,}", shown) == []


@pytest.mark.parametrize("form", RENDERINGS)
def test_the_language_changes_the_rendering_and_nothing_else(form):
    report = rich()
    before = digest(report)
    english, chinese = RENDERINGS[form](report), RENDERINGS[form](report, Translated(CHINESE))
    assert "Act now" in english
    for text in ("立即关注", "紧急", "电源 1 故障", "2 起", "2026-11-22 18:00 前"):
        assert text in chinese
    assert digest(report) == before
    assert [tag for tag in Tags(english).tags if tag[0] != "html"] == [
        tag for tag in Tags(chinese).tags if tag[0] != "html"
    ]


def test_the_page_says_its_language():
    assert '<html lang="zh-CN">' in render.html(quiet(), Translated(CHINESE), ZONE)
    assert '<html lang="en">' in render.html(quiet(), ENGLISH, ZONE)


def test_a_broken_translation_gives_way_to_the_english_text():
    broken = Translated({"{seen} of {total} devices seen": "{oops}", "Opened behind %(root)s": "%(oops)s"})
    assert "410 of 415 devices seen" in render.text(rich(), broken, ZONE)
    assert "Opened behind F313" in render.html(rich(), broken, ZONE)


def test_the_same_report_is_rendered_alike_every_time():
    assert render.html(rich(), ENGLISH, ZONE) == render.html(rich(), ENGLISH, ZONE)


@pytest.mark.parametrize("form", TEXTS)
def test_no_line_of_text_is_wider_than_a_terminal(form):
    shown = RENDERINGS[form](rich(lambda name: f"{name} 交换机中断，" * 12), Translated(CHINESE))
    assert max(width(line) for line in shown.split("\n")) <= 78


def test_what_somebody_wrote_keeps_its_lines_in_text():
    report = rich(lambda name: "first\n    second" if name == "logged" else name)
    assert "    first\n        second\n" in render.text(report, ENGLISH, ZONE)


def test_a_fault_that_the_service_lost_is_marked():
    first = rich()
    shift = Shift("n", "", "n", "大夜", date(2026, 11, 23), Post.PRIMARY, (), (), END, END + 8 * HOUR)
    second = build(shift, Facts(END + 8 * HOUR, 30), first)
    shown = " ".join(render.text(second, ENGLISH, ZONE).split())
    assert shown.count("netwatch no longer knows this fault") == 3
    assert "carried over for 1 shift" in render.html(second, ENGLISH, ZONE)


SAY = ReportWording(ENGLISH, ZONE)


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(0), "0 s"),
        (timedelta(seconds=-5), "0 s"),
        (timedelta(minutes=2, seconds=31), "2 min 31 s"),
        (timedelta(minutes=9, seconds=59), "9 min 59 s"),
        (timedelta(minutes=10, seconds=1), "10 min"),
        (timedelta(hours=1, minutes=20, seconds=40), "1 h 20 min"),
        (timedelta(hours=24), "1 d"),
        (timedelta(days=3, hours=2, minutes=5), "3 d 2 h"),
    ],
)
def test_a_duration_has_two_units_at_most(length, said):
    assert SAY.lasted(length) == said


def test_a_duration_in_chinese():
    assert ReportWording(Translated(CHINESE), ZONE).lasted(timedelta(hours=1, minutes=20)) == "1 小时 20 分"


def test_a_time_in_a_repeated_hour_says_its_offset():
    chicago = ReportWording(ENGLISH, ZoneInfo("America/Chicago"))
    assert chicago.when(datetime(2026, 11, 1, 6, 30, tzinfo=UTC)) == "2026-11-01 01:30 -0500"
    assert chicago.when(datetime(2026, 11, 1, 7, 30, tzinfo=UTC)) == "2026-11-01 01:30 -0600"
    assert SAY.when(START) == "2026-11-22 08:00"
    assert SAY.place(START) == "Asia/Shanghai, UTC+08:00"


@pytest.mark.parametrize(
    ("template", "values", "said"),
    [
        ("{value:.1f} °C", {"value": 38.52}, "38.5 °C"),
        ("{missing}", {}, "{missing}"),
        ("{value:d}", {"value": "x"}, "{value:d}"),
        ("{value.__class__}", {"value": 1}, "{value.__class__}"),
        ("{value:99999999}", {"value": 1}, "{value:99999999}"),
        ("{{literal}} {value}", {"value": 1}, "{literal} 1"),
        ("{", {}, "{"),
        ("", {}, ""),
    ],
)
def test_a_sentence_that_cannot_be_said_is_shown_as_it_is(template, values, said):
    assert SAY.said(Sentence(template, values)) == said


def test_a_value_that_the_catalogue_knows_is_translated_too():
    chinese = ReportWording(Translated({"{what} is high": "{what}过高", "temperature": "温度"}), ZONE)
    assert chinese.said(Sentence("{what} is high", {"what": "temperature"})) == "温度过高"


def test_what_a_device_says_stays_as_it_says_it():
    chinese = ReportWording(Translated({"{keyword} → {after}": "{keyword} 改为 {after}", "down": "中断"}), ZONE)
    assert chinese.said(Sentence("{keyword} → {after}", {"keyword": "mode", "after": "down"})) == "mode 改为 down"


def test_what_was_chosen_in_a_register_is_said_in_the_readers_language():
    chinese = ReportWording(Translated({"infected": "有病毒"}), ZONE)
    assert [chinese.chosen(value) for value in ("infected", "as it was")] == ["有病毒", "as it was"]


def test_a_long_list_of_names_ends_with_how_many_more():
    assert SAY.listed([]) == ""
    assert SAY.listed(["a", "b"]) == "a, b"
    assert SAY.listed(f"n{n}" for n in range(15)).endswith("n10, n11 and 3 more")
    assert SAY.listed(["a"], total=5) == "a and 4 more"
    assert ReportWording(Translated(CHINESE), ZONE).listed(["甲", "乙"]) == "甲、乙"


def test_devices_that_are_unknown_for_one_reason_stand_together():
    upstream = Sentence("upstream is down")
    devices = [Unseen(name, Sight.UNREACHABLE, "B1", START, upstream) for name in ("a", "b")]
    devices.append(replace(devices[0], device="c", reason=None))
    assert SAY.unseen(devices) == (
        ("unreachable, upstream is down, since 2026-11-22 08:00", ("a B1", "b B1")),
        ("unreachable, since 2026-11-22 08:00", ("c B1",)),
    )


def test_devices_that_hang_on_one_uplink_by_one_fault_are_told_of_in_one_line():
    lost = [Redundancy(f"sw-{n}", ("core-a",), 1, "B1", START, (12,)) for n in range(300)]
    lost.append(Redundancy("ring", ("core-a", "core-b"), 2, since=START, faults=(12, 13)))
    (how, names), (other, ring) = SAY.redundancy(lost)
    assert how == "core-a away, 1 uplink left, since 2026-11-22 08:00, F12"
    assert (len(names), names[0]) == (300, "sw-0 B1")
    assert other == "core-a, core-b away, 2 uplinks left, since 2026-11-22 08:00, F12, F13"
    assert ring == ("ring",)


@pytest.mark.parametrize("form", RENDERINGS)
def test_lost_redundancy_is_shown_in_every_form_and_counted_in_its_heading(form):
    report = rich()
    shown = [RENDERINGS[form](each) for each in (report, replace(report, redundancy=report.redundancy * 3))]
    assert "lostUplink away, 1 uplink left, since 2026-11-22 08:00, F312" in re.sub(r"\s+", " ", shown[0])
    counts = [re.search(r"Abnormal states in force\D*(\d+)", re.sub(r"<[^>]*>|\(", " ", text)) for text in shown]
    assert [int(found[1]) for found in counts if found] == [5, 7]


@pytest.mark.parametrize("form", RENDERINGS)
def test_a_report_of_an_earlier_format_says_nothing_of_redundancy(form):
    assert "Redundancy lost" not in RENDERINGS[form](replace(rich(), format=2, redundancy=()))


def test_chinese_is_folded_between_characters_but_no_line_begins_with_a_mark():
    lines = folded("  " + "核心交换机电源故障，" * 12, 40).split("\n")
    assert all(width(line) <= 40 for line in lines)
    assert not any(line.lstrip().startswith("，") for line in lines)
    assert all(line.startswith("    ") for line in lines[1:])


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=300), st.integers(20, 90))
def test_folding_loses_no_character_and_keeps_the_width(text, columns):
    shown = folded(text, columns)
    assert "".join(shown.split()) == "".join(text.split())
    # A single character with marks that stack upon it cannot be broken; all else fits.
    assert all(width(line) <= columns for line in shown.split("\n"))
