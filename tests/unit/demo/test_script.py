"""What is wrong at which second, and what is told of it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.demo.effects import Busy, Full, PortDown, Refusing, Silent
from netwatch.demo.hospital import HOSPITAL, Protocol
from netwatch.demo.script import SCRIPT, Act, Deed, Episode, Script

HOUR = 3600.0
SMALL = Script(
    (
        Episode(Silent("a"), 10, 20, "{device} goes", "{device} comes"),
        Episode(Busy("b", 99), 15, 30, "{device} runs hot"),
    ),
    (Deed(12, Act.ACKNOWLEDGE, "on my way", "a/"),),
    length=40,
)
seconds = st.floats(0, 200, allow_nan=False)


@pytest.mark.parametrize(
    ("at", "wrong"),
    [
        (0, set()),
        (9.9, set()),
        (10, {Silent("a")}),
        (15, {Silent("a"), Busy("b", 99)}),
        (20, {Busy("b", 99)}),
        (30, set()),
        (50, {Silent("a")}),
        (95, {Silent("a"), Busy("b", 99)}),
    ],
)
def test_an_episode_holds_from_its_start_until_its_end_in_every_round(at: float, wrong: set[object]) -> None:
    assert SMALL.in_force(at) == wrong


def test_cues_come_in_order_with_what_is_done_in_its_place() -> None:
    told = [(cue.at, cue.device or cue.deed) for cue in SMALL.cues(0, 40)]
    assert told == [(10, "a"), (12, SMALL.deeds[0]), (15, "b"), (20, "a")]


def test_cues_of_later_rounds_follow() -> None:
    assert [cue.at for cue in SMALL.cues(20, 60)] == [50, 52, 55, 60]


@given(st.lists(seconds, min_size=2).map(sorted))
def test_every_cue_is_told_once_however_time_is_cut(cuts: list[float]) -> None:
    whole = SMALL.cues(cuts[0], cuts[-1])
    parts = [cue for after, upto in pairwise(cuts) for cue in SMALL.cues(after, upto)]
    assert tuple(parts) == whole


@given(seconds, st.floats(0.1, 5))
def test_another_pace_tells_the_same_story(at: float, factor: float) -> None:
    slow = SMALL.paced(factor)
    assert len(slow.cues(-1, 200 * factor)) == len(SMALL.cues(-1, 200))
    if all(abs(at % 40 - edge) > 0.01 for edge in (0, 10, 15, 20, 30, 40)):
        assert slow.in_force(at * factor) == SMALL.in_force(at)


def test_the_demo_speaks_only_of_what_the_hospital_has() -> None:
    devices = {device.name: device for device in HOSPITAL}
    for episode in SCRIPT.episodes:
        device = devices[episode.effect.device]
        match episode.effect:
            case PortDown(port=port):
                assert port in device.watched
            case Full(volume=volume):
                assert volume in {each.name for each in device.volumes}
            case Refusing(service=service):
                offered = {each.name: each.protocol for each in device.services}
                assert offered[service] is Protocol.TCP
    for deed in SCRIPT.deeds:
        assert deed.check == "" or deed.check.partition("/")[0] in devices


def test_each_deed_is_about_something_that_is_wrong_then() -> None:
    for deed in SCRIPT.deeds:
        if deed.check:
            assert deed.check.rstrip("/") in {effect.device for effect in SCRIPT.in_force(deed.at)}


def test_within_three_minutes_faults_of_several_kinds_have_come_and_some_have_gone() -> None:
    begun = {type(effect) for at in range(180) for effect in SCRIPT.in_force(at)}
    ended = [episode for episode in SCRIPT.episodes if episode.end < 150]
    assert len(begun) >= 5
    assert len(ended) >= 2


def test_every_episode_is_over_before_the_story_begins_again() -> None:
    assert all(0 < episode.start < episode.end < SCRIPT.length for episode in SCRIPT.episodes)


def test_nothing_but_what_is_to_flap_fails_twice_in_a_round() -> None:
    single = [episode.effect for episode in SCRIPT.episodes if not isinstance(episode.effect, PortDown)]
    assert len(single) == len(set(single))
