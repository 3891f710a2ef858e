"""What changed against what was approved: when, where, by whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.domain.drift.attribution import Attribution, Confidence, attribute
from netwatch.domain.drift.condition import Condition
from netwatch.domain.drift.difference import compare
from netwatch.domain.drift.matching import Footing, Match, Rulebook, Stretch, Where, match
from netwatch.domain.drift.permit import Fit, Permit, Piece, Scope, Timing, fit, matches, of_entry, pieces, timing
from netwatch.domain.drift.verdict import Verdict, fingerprint, noise, unsaved_severity, verdict
from netwatch.domain.model import Severity
from netwatch.domain.registers import Entry, EntryState, Field, FieldKind, RegisterType
from probes.api import Message
from probes.collect import Evidence, EvidenceKind, Section

START = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
GRACE = timedelta(minutes=10)
WHERE = Where("sw-1", frozenset({"switches"}), "running")
PORT, VLAN = Piece(("interface GE1/0/5",)), Piece((), "vlan batch 10 20 30")
SCOPE = Scope(device="sw-1")


def at(minute: float) -> datetime:
    return START + timedelta(minutes=minute)


def permit(start: float, end: float, *scopes: Scope, change: int = 1, people: tuple[str, ...] = ("li",)) -> Permit:
    return Permit(scopes or (SCOPE,), frozenset(people), at(start), at(end), change=change)


def rulebook(*permits: Permit) -> Rulebook:
    return Rulebook(permits, {"li": "li", "liming": "li", "wang": "wang"}, GRACE)


def stretch(low: float, high: float, *changed: Piece, by: Attribution | None = None) -> Stretch:
    return Stretch(at(low), at(high), frozenset(changed or (PORT,)), by or Attribution())


@pytest.mark.parametrize(
    ("start", "end", "footing"),
    [
        (40, 80, Footing.COVERED),
        (52, 58, Footing.COVERED),
        (60, 80, Footing.COVERED),
        (61, 80, Footing.DOUBTFUL),
        (30, 49, Footing.DOUBTFUL),
        (71, 80, Footing.NOTHING),
        (20, 40, Footing.NOTHING),
    ],
)
def test_the_whole_interval_must_lie_in_the_window_give_or_take_the_grace(start, end, footing):
    found = match(WHERE, (PORT,), (stretch(50, 60),), rulebook(permit(start, end)))
    assert found.footing is footing


@given(st.integers(0, 100), st.integers(0, 100), st.integers(0, 100), st.integers(0, 100))
def test_timing_says_inside_only_where_every_instant_is_and_outside_only_where_none_is(a, b, c, d):
    (low, high), (start, end) = sorted((a, b)), sorted((c, d))
    found = timing(permit(start, end), at(low), at(high), timedelta())
    # a change happened in (low, high]; an instant is an interval of one point
    instants = [high] if low == high else [low + step / 2 for step in range(1, 2 * (high - low) + 1)]
    inside = [start <= each <= end for each in instants]
    if found is Timing.INSIDE:
        assert all(inside)
    if found is Timing.OUTSIDE:
        assert not any(inside)


@pytest.mark.parametrize(
    ("users", "confidence", "footing", "why"),
    [
        (("li",), Confidence.HIGH, Footing.COVERED, "change request 1 covers it"),
        (("LiMing ",), Confidence.MEDIUM, Footing.COVERED, "change request 1 covers it"),
        (("wang",), Confidence.HIGH, Footing.DOUBTFUL, "by wang, who is no implementer of change request 1"),
        (("li", "wang"), Confidence.HIGH, Footing.DOUBTFUL, "by wang, who is no implementer of change request 1"),
        (("vendor\x1b",), Confidence.HIGH, Footing.DOUBTFUL, r"by vendor\x1b, an account of nobody here"),
        (("vendor",), Confidence.LOW, Footing.COVERED, "change request 1 covers it"),
        ((), Confidence.NONE, Footing.COVERED, "change request 1 covers it"),
    ],
)
def test_whoever_is_known_to_have_done_it_must_have_been_to_do_it(users, confidence, footing, why):
    by = Attribution(users=users, confidence=confidence)
    found = match(WHERE, (PORT,), (stretch(50, 60, by=by),), rulebook(permit(40, 80)))
    assert found.footing is footing
    assert str(found.why).endswith(why)


@pytest.mark.parametrize(
    ("scope", "closeness"),
    [
        (Scope(device="sw-2"), Fit.NONE),
        (Scope(group="cores"), Fit.NONE),
        (Scope(group="switches"), Fit.GROUP),
        (Scope(device="sw-1"), Fit.DEVICE),
        (Scope(device="sw-1", facets=("startup",)), Fit.NONE),
        (Scope(device="sw-1", facets=("running", "startup")), Fit.FACET),
        (Scope(group="switches", paths=("interface *",)), Fit.SECTION),
        (Scope(device="sw-1", paths=("acl *",)), Fit.NONE),
        (Scope(device="sw-1", facets=("startup",), paths=("interface *",)), Fit.NONE),
    ],
)
def test_how_closely_a_scope_is_about_a_section(scope, closeness):
    assert fit(permit(0, 1, scope), WHERE.device, WHERE.groups, WHERE.facet, PORT) is closeness


@pytest.mark.parametrize(
    ("pattern", "piece", "named"),
    [
        ("interface GE1/0/5", PORT, True),
        ("interface ge1/0/?", PORT, True),
        ("interface GE1/0/", PORT, False),
        ("GE1/0/5", PORT, False),
        ("vlan *", VLAN, True),
        ("interface *", VLAN, False),
        ("config firewall policy", Piece(("config firewall policy", "edit 5")), True),
        ("edit 5", Piece(("config firewall policy", "edit 5")), True),
        ("config firewall policy / edit *", Piece(("config firewall policy", "edit 5")), True),
        ("interface [G]E*", PORT, False),
        ("*", VLAN, True),
    ],
)
def test_a_pattern_names_a_path_what_it_stands_in_or_its_heading(pattern, piece, named):
    assert matches(pattern, piece) is named


@given(st.text("ab*?", max_size=8), st.text("ab", max_size=10))
def test_a_pattern_is_what_a_shell_would_take_it_for(pattern, line):
    assert matches(pattern, Piece((), line)) == fnmatchcase(line, pattern)


def test_a_pattern_of_many_stars_ends():
    assert not matches("*a" * 30 + "b", Piece((), "a" * 3000))


def test_of_overlapping_permits_the_closest_counts_then_the_shorter_then_the_first():
    wide, near = permit(0, 90, Scope(group="switches")), permit(0, 90, change=2)
    section = permit(0, 90, Scope(device="sw-1", paths=("interface*",)), change=3)
    short, again = (permit(40, 70, *section.scopes, change=number) for number in (4, 5))
    for permits, expected in (((wide, near), 2), ((wide, near, section), 3), ((section, again, short, near), 4)):
        found = match(WHERE, (PORT,), (stretch(50, 60),), rulebook(*permits))
        assert (found.footing, found.permit.change) == (Footing.COVERED, expected)


def test_a_closer_permit_that_leaves_a_doubt_does_not_take_the_place_of_a_wider_one_that_leaves_none():
    doubtful = permit(61, 90, Scope(device="sw-1", paths=("interface*",)), change=2)
    found = match(WHERE, (PORT,), (stretch(50, 60),), rulebook(permit(0, 90, Scope(group="switches")), doubtful))
    assert (found.footing, found.permit.change) == (Footing.COVERED, 1)


def test_what_is_left_over_is_named():
    rules = rulebook(permit(40, 80, Scope(device="sw-1", paths=("interface*",))))
    found = match(WHERE, (PORT, VLAN), (stretch(50, 60, PORT, VLAN),), rules)
    assert (found.footing, found.left, found.permit.change) == (Footing.NOTHING, (VLAN,), 1)
    assert str(found.why) == "change request 1 does not cover 1 changed parts, such as vlan batch 10 20 30"


def test_each_piece_stands_on_the_worst_of_the_changes_that_touched_it():
    rules = rulebook(permit(40, 80), permit(200, 220, change=2))
    covered = [stretch(50, 60, PORT), stretch(205, 210, VLAN)]
    assert match(WHERE, (PORT, VLAN), covered, rules).footing is Footing.COVERED
    touched = [stretch(50, 60, PORT), stretch(100, 110, PORT)]
    assert match(WHERE, (PORT,), touched, rules).footing is Footing.NOTHING
    undone = [stretch(50, 60, PORT), stretch(100, 110, VLAN), stretch(205, 210, VLAN)]
    assert match(WHERE, (PORT,), undone, rules).footing is Footing.COVERED


def test_an_emergency_that_nobody_has_approved_covers_nothing_yet():
    claimed = replace(permit(40, 80), claimed=True)
    found = match(WHERE, (PORT,), (stretch(50, 60),), rulebook(claimed))
    assert (found.footing, found.left) == (Footing.CLAIMED, (PORT,))


@given(st.data())
def test_one_more_permit_never_makes_it_worse(data):
    scopes = st.sampled_from(
        [Scope(device="sw-1"), Scope(group="switches"), Scope(device="sw-1", paths=("vlan*",)), Scope(device="sw-2")]
    )
    times = st.tuples(st.integers(0, 100), st.integers(0, 100)).map(sorted)
    one = st.builds(
        lambda scope, span, claimed: replace(permit(*span, scope), claimed=claimed), scopes, times, st.booleans()
    )
    permits, more = data.draw(st.lists(one, max_size=4)), data.draw(one)
    way = (stretch(20, 40, PORT, VLAN), stretch(60, 70, VLAN))
    before, after = (match(WHERE, (PORT, VLAN), way, rulebook(*each)) for each in (permits, [*permits, more]))
    assert after.footing <= before.footing


def test_who_it_was_is_told_with_how_much_is_known():
    said = Evidence(EvidenceKind.HEADER, at(55), "li", "10.0.0.9")
    found = attribute([said], at(50), at(60))
    assert (found.users, found.addresses, found.first, found.confidence) == (
        ("li",), ("10.0.0.9",), at(55), Confidence.HIGH)  # fmt: skip
    assert attribute([replace(said, at=None)], at(50), at(60)).confidence is Confidence.MEDIUM
    assert attribute([replace(said, user="SYSTEM")], at(50), at(60)).confidence is Confidence.MEDIUM
    login = replace(said, kind=EvidenceKind.LOGIN, user="vendor")
    assert attribute([login], at(50), at(60)).named == ()
    assert attribute([login], at(50), at(60)).users == ("vendor",)
    assert attribute([said, login], at(50), at(60)).users == ("li",)


def test_evidence_of_another_time_says_nothing():
    said = Evidence(EvidenceKind.SYSLOG, at(10), "li")
    assert attribute([said], at(50), at(60)) == Attribution()
    assert attribute([replace(said, at=at(70))], at(50), at(60)) == Attribution()
    assert attribute([replace(said, at=at(64))], at(50), at(60)).users == ("li",)


def test_pieces_are_sections_and_lines_that_stand_alone():
    before = (Section((), ("sysname S1", "vlan batch 10 20")), Section(PORT.path, ("description A",)))
    after = (Section((), ("sysname S1", "vlan batch 10 20 30")), Section(PORT.path, ("description B",)))
    assert pieces(compare(before, after)) == (Piece((), "vlan batch 10 20"), VLAN, PORT)
    assert pieces(compare(before, before[::-1])) == (Piece(()),)
    assert pieces(compare(before, before)) == ()
    routes = tuple(
        (Section(("ip route",), tuple(f"ip route 10.{n}.0.0/16 Null0" for n in some)),) for some in ((1,), (1, 2))
    )
    assert pieces(compare(*routes)) == (Piece((), "ip route 10.2.0.0/16 Null0"),)


def test_blocks_may_stand_in_any_order_and_what_is_in_them_may_not():
    first, second = Section(("interface GE1",), ("a",)), Section(("interface GE2",), ("b",))
    one, two = (Section(("firewall", f"term {name}"), ("then accept",)) for name in ("x", "y"))
    for before, after, is_noise in (
        ((first, second), (second, first), True),
        ((first, one, two), (one, two, first), True),
        ((first, one, two), (first, two, one), False),
        ((first,), (second,), False),
        ((first,), (first,), False),
    ):
        assert noise(compare(before, after), before, after) is is_noise


CASES = [
    ("a", None, Condition.NEVER, None, Verdict.MISSING),
    ("a", None, Condition.SUSPECT, None, Verdict.SUSPECT),
    (None, "a", Condition.KNOWN, None, Verdict.NO_BASELINE),
    ("a", "a", Condition.KNOWN, None, Verdict.UNCHANGED),
    ("a", "a", Condition.SUSPECT, None, Verdict.SUSPECT),
    ("a", "a", Condition.STALE, None, Verdict.STALE),
    ("a", "a", Condition.MISSING, None, Verdict.MISSING),
    ("a", "b", Condition.KNOWN, None, Verdict.NOISE),
    ("a", "b", Condition.KNOWN, Footing.COVERED, Verdict.AUTHORISED),
    ("a", "b", Condition.KNOWN, Footing.DOUBTFUL, Verdict.NEEDS_REVIEW),
    ("a", "b", Condition.KNOWN, Footing.CLAIMED, Verdict.UNAUTHORISED),
    ("a", "b", Condition.MISSING, Footing.NOTHING, Verdict.UNAUTHORISED),
]


@pytest.mark.parametrize(("base", "content", "known", "footing", "said"), CASES)
def test_the_verdict(base, content, known, footing, said):
    found = Match(footing, Message("x")) if footing is not None else None
    assert verdict(base, content, known, found) is said


def test_a_fingerprint_is_of_one_deviation():
    names = {
        fingerprint(*each)
        for each in (("d", "f", "a", "b"), ("d", "f", "b", "a"), ("d", "fa", "", "b"), ("df", "", "a", "b"))
    }
    assert len(names) == 4
    assert fingerprint("d", "f", "a", "b") == fingerprint("d", "f", "a", "b")


@pytest.mark.parametrize(
    ("minutes", "bad"), [(29, None), (30, Severity.WARNING), (119, Severity.WARNING), (120, Severity.MINOR)]
)
def test_what_is_not_saved_is_worse_the_longer_it_is_not(minutes, bad):
    assert unsaved_severity(at(0), timedelta(minutes=30), at(minutes)) is bad


REGISTER = RegisterType(
    "change",
    {"en": "Change"},
    (Field("device", {"en": "device"}, FieldKind.DEVICE), Field("who", {"en": "who"}, FieldKind.PERSON)),
)


def test_an_approved_entry_of_a_register_is_a_permit_from_its_approval_to_its_end():
    entry = Entry("change", "zhang", at(0), EntryState.APPROVED, {"device": "sw-1", "who": "li"}, at(10), at(90),
                  approved_by="boss", approved_at=at(20), id=7)  # fmt: skip
    found = of_entry(REGISTER, entry)
    assert found is not None
    assert (found.start, found.end, found.people, found.entry) == (at(20), at(90), frozenset({"li"}), 7)
    assert fit(found, "sw-1", (), "running", PORT) is Fit.DEVICE
    assert of_entry(REGISTER, replace(entry, state=EntryState.DONE, closed=at(50))).end == at(50)
    assert of_entry(REGISTER, replace(entry, state=EntryState.SUBMITTED)) is None
    assert of_entry(REGISTER, replace(entry, values={})) is None
