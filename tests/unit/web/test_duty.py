"""Who is on duty, as the page shows it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from netwatch.web.pages.duty import duty
from roster.layers import Post
from tests.hospital import NOW, SITE, settings

if TYPE_CHECKING:
    from pathlib import Path


def test_each_post_says_who_until_when_and_who_then(tmp_path: Path) -> None:
    now = duty(settings(tmp_path), NOW)
    primary, leader = now.places
    assert (primary.post, primary.shift) == (Post.PRIMARY, "夜班")
    assert [(each.name, each.phone) for each in primary.people] == [("张伟", "138 0000 1234")]
    assert primary.until == NOW.replace(hour=0, minute=0, second=0) + timedelta(days=1)
    assert [each.name for each in primary.following] == ["张伟"]
    assert (leader.post, [each.name for each in leader.people]) == (Post.LEADER, ["陈主任"])
    assert now.covered
    assert now.planned


def test_a_gap_says_who_gets_the_mail_and_who_comes(tmp_path: Path) -> None:
    nights = SITE.replace('start = "17:00"\nend = "08:00"', 'start = "20:00"\nend = "01:00"')
    only = nights[: nights.index('[[rotation]]\nshift = "week"')] + nights[nights.index("[[group]]") :]
    now = duty(settings(tmp_path, site=only), NOW)
    assert not now.covered
    assert now.places == ()
    assert now.begins == NOW.replace(hour=0, minute=0, second=0) + timedelta(days=1)
    assert [each.name for each in now.first] == ["张伟"]
    assert [each.name for each in now.fallback] == ["陈主任"]


def test_a_leader_alone_does_not_cover_the_first_post(tmp_path: Path) -> None:
    nights = SITE.replace('start = "17:00"\nend = "08:00"', 'start = "20:00"\nend = "01:00"')
    now = duty(settings(tmp_path, site=nights), NOW)
    assert [place.post for place in now.places] == [Post.LEADER]
    assert not now.covered


def test_without_a_roster_it_says_so(tmp_path: Path) -> None:
    site = SITE[: SITE.index("[[shift]]")] + SITE[SITE.index("[[group]]") :]
    now = duty(settings(tmp_path, site=site), NOW)
    assert not now.planned
    assert now.places == ()
