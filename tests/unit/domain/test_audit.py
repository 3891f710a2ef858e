"""The audit log's chain by itself: one form only, and nothing can be changed in it unseen."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.domain.audit import (
    BACKWARDS,
    GENESIS,
    MOST_BYTES,
    SET_BACK,
    AuditEvent,
    Point,
    Walked,
    Wrong,
    canonical,
    detailed,
    hash_of,
    hashed,
    milliseconds,
    moment,
    walk,
)
from netwatch.domain.checkpoints import Anchor, Checkpoint, anchors_in, is_approval, is_due, sealed_before
from probes.secret import Secret

NOW = datetime(2026, 11, 22, 2, 0, 0, 123456, tzinfo=UTC)
texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)


def chained(count: int, start: Point | None = None, *, who: str = "zhang") -> list[AuditEvent]:
    """Return a chain that is right."""
    before = start or Point()
    made = []
    for seq in range(before.seq + 1, before.seq + count + 1):
        at, detail = milliseconds(NOW) + seq * 1000, detailed({"n": seq})
        said = canonical(seq, at, who, "", "log", f"entry/{seq}", detail)
        made.append(AuditEvent(seq, at, who, "", "log", f"entry/{seq}", detail, before.hash, hashed(said, before.hash)))
        before = Point(seq, made[-1].hash, at)
    return made


def walked(events: list[AuditEvent], start: Point | None = None) -> tuple[list[Wrong], Walked]:
    """Walk to the end."""
    found = []
    going = walk(events, start or Point(), frozenset(range(1000)))
    while True:
        try:
            found.append(next(going))
        except StopIteration as done:
            return found, done.value


def test_the_canonical_form_is_plain_json_with_its_keys_in_order() -> None:
    said = canonical(7, 12, "张工", "10.0.0.9", "log", 'a"b', '{"a":1}')
    assert said.decode() == (
        '{"action":"log","actor":"张工","address":"10.0.0.9","at":12,"detail":{"a":1},"seq":7,"subject":"a\\"b"}'
    )
    assert list(json.loads(said)) == sorted(json.loads(said))


def test_the_hash_is_sha256_over_tag_hash_before_and_form() -> None:
    (event,) = chained(1)
    said = canonical(1, event.at, "zhang", "", "log", "entry/1", '{"n":1}')
    assert event.hash == hashlib.sha256(b"netwatch/audit/event/1\n" + GENESIS.encode() + said).hexdigest()


@given(texts, texts, texts, texts, st.dictionaries(texts, st.integers() | texts | st.none() | st.booleans()))
def test_no_two_events_have_one_form(actor: str, action: str, subject: str, address: str, detail: dict[str, object]):
    kept = detailed(detail)
    back = json.loads(canonical(1, 2, actor, address, action, subject, kept))
    assert (back["actor"], back["action"], back["subject"], back["address"]) == (actor, action, subject, address)
    assert back["detail"] == json.loads(kept)


def test_a_chain_that_is_right_is_right() -> None:
    wrong, end = walked(chained(20))
    assert (wrong, end.count, end.head.seq) == ([], 20, 20)


def rebuilt(events: list[AuditEvent]) -> list[AuditEvent]:
    """Give every event the hashes that fit it."""
    before, made = GENESIS, []
    for seq, event in enumerate(events, 1):
        bare = replace(event, seq=seq, prev_hash=before)
        made.append(replace(bare, hash=hash_of(bare)))
        before = made[-1].hash
    return made


FIELDS = ("actor", "address", "action", "subject", "detail", "prev_hash", "hash")


@st.composite
def tamperings(draw: st.DrawFn) -> list[AuditEvent]:
    """Return a chain of 12 in which something was changed, so that something else is said than was recorded."""
    events = chained(12)
    place = draw(st.integers(0, 10))
    match draw(st.sampled_from(("alter", "time", "delete", "swap", "insert", "renumber", "copy"))):
        case "alter":
            name = draw(st.sampled_from(FIELDS))
            was = getattr(events[place], name)
            events[place] = replace(events[place], **{name: draw(texts.filter(lambda text: text != was))})
        case "time":
            events[place] = replace(events[place], at=events[place].at + draw(st.integers(1, 10**9)))
        case "delete":
            del events[place]
        case "swap":
            other = draw(st.integers(0, 11).filter(lambda number: number != place))
            first, second = events[place], events[other]
            events[place], events[other] = replace(second, seq=first.seq), replace(first, seq=second.seq)
        case "insert":
            events.insert(place, replace(chained(1, who=draw(texts))[0], seq=events[place].seq))
        case "renumber":
            events = [replace(each, seq=each.seq + (each.seq > place)) for each in events]
        case "copy":
            events[place] = replace(events[place + 1], seq=events[place].seq)
    return events


@given(tamperings())
def test_whatever_is_changed_without_the_hashes_is_found(events: list[AuditEvent]) -> None:
    wrong, _end = walked(events)
    assert wrong


@given(tamperings())
def test_whoever_makes_all_hashes_fit_has_another_head(events: list[AuditEvent]) -> None:
    forged = rebuilt(events)
    wrong, end = walked(forged)
    true = chained(12)
    if [replace(each, prev_hash="", hash="") for each in forged] == [
        replace(each, prev_hash="", hash="") for each in true
    ]:
        return  # only hashes had been changed, and those are right again
    assert all(str(each.message).find("the clock went back") > 0 for each in wrong)
    assert end.hashes.get(12) != true[-1].hash


def test_a_clock_that_was_set_back_says_so_in_the_event_or_is_found() -> None:
    first, second = chained(2)
    back = first.at - BACKWARDS - 1
    silent = rebuilt([first, replace(second, at=back)])
    (wrong,) = walked(silent)[0]
    assert (wrong.seq, str(wrong.message)) == (2, "event 2 is 600 s older than one before it: the clock went back")
    honest = rebuilt([first, replace(second, at=back, detail=detailed({SET_BACK: 600}))])
    assert walked(honest)[0] == []


def test_times_are_whole_milliseconds_of_utc() -> None:
    assert moment(milliseconds(NOW)) == NOW.replace(microsecond=123000)
    elsewhere = NOW.astimezone(timezone(timedelta(hours=8)))
    assert milliseconds(elsewhere) == milliseconds(NOW)


class Colour:
    def __str__(self) -> str:
        return "red"


def test_a_detail_keeps_no_secret_no_float_and_no_bytes() -> None:
    said = detailed(
        {
            "value": Secret("c4n4ry-value"),
            "password": "c4n4ry-name",
            "nested": {"snmp_community": "c4n4ry-nested", "list": [Secret("c4n4ry-list"), 1.5]},
            "raw": b"c4n4ry-bytes",
            "at": NOW,
            "of": Colour(),
            "names": frozenset({"b", "a"}),
        }
    )
    assert "c4n4ry" not in said
    kept = json.loads(said)
    assert kept["value"] == kept["password"] == kept["nested"]["snmp_community"] == "***"
    assert kept["nested"]["list"] == ["***", "1.5"]
    assert (kept["at"], kept["of"], kept["names"]) == (milliseconds(NOW), "red", ["a", "b"])
    assert kept["raw"] == f"sha256:{hashlib.sha256(b'c4n4ry-bytes').hexdigest()}"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
        lambda inner: st.lists(inner, max_size=80) | st.dictionaries(st.text(), inner, max_size=80),
        max_leaves=60,
    )
)
def test_a_detail_is_bounded_and_has_one_form(value: object) -> None:
    said = detailed({"value": value})
    assert len(said.encode()) <= MOST_BYTES
    assert "\\u0000" not in said
    assert detailed(json.loads(said)) == said or "cut" in said or "…" in said or "***" in said


def test_a_detail_that_is_too_large_is_kept_by_its_digest() -> None:
    kept = json.loads(detailed({str(number): "x" * 499 for number in range(40)}))
    assert kept["cut"] is True
    assert len(kept["sha256"]) == 64


def test_an_anchor_is_found_in_a_line_of_syslog_and_a_broken_one_is_told() -> None:
    good = Checkpoint(7, "a" * 64, 12, "b" * 16, "c" * 128)
    lines = ["Nov 22 10:00:00 mon kernel: hello", f"<109>1 - mon netwatch 1 checkpoint - {good.line}", good.line[:-9]]
    found = list(anchors_in(lines, "messages"))
    assert found[0] == Anchor(good, "messages", 2)
    assert isinstance(found[1], Wrong)
    assert str(found[1].message) == "line 3 of messages is not a whole anchor"
    assert len(found) == 2


@pytest.mark.parametrize(
    ("oldest", "count", "approval", "due"),
    [
        (None, 0, True, False),
        (0, 1, False, False),
        (14.9, 499, False, False),
        (15, 1, False, True),
        (1, 500, False, True),
        (0, 1, True, True),
    ],
)
def test_a_checkpoint_is_due_after_a_quarter_of_an_hour_500_events_or_an_approval(
    oldest: float | None, count: int, approval: bool, due: bool
) -> None:
    at = None if oldest is None else milliseconds(NOW - timedelta(minutes=oldest))
    assert is_due(at, count, NOW, approval=approval) is due


@pytest.mark.parametrize("action", ["approve_entry", "release_report", "waive_drift", "judge_unapproved"])
def test_these_actions_are_approvals(action: str) -> None:
    assert is_approval(action)
    assert not is_approval("log")


def test_events_are_sealed_a_month_at_a_time() -> None:
    keep = timedelta(days=1096)
    young = milliseconds(NOW - keep - timedelta(days=29))
    assert sealed_before(young, NOW, keep) is None
    assert sealed_before(young - 86_400_001, NOW, keep) == milliseconds(NOW - keep)
