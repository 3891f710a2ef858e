"""The calendar that people and files tell, over the one that libraries know."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from netwatch.actions import carry_out
from netwatch.config import load
from netwatch.errors import UsageError
from netwatch.plugins import Registry
from netwatch.storage import events
from netwatch.storage.calendar import calendar, told
from netwatch.storage.events import EventKind
from roster.calendar import Calendar, DayKind, YearStatus

if TYPE_CHECKING:
    from pathlib import Path

    from netwatch.config import Settings
    from netwatch.storage.database import Database

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
PEOPLE = '[[person]]\nname = "wang"\nrole = "leader"\n[[person]]\nname = "li"\n'
YEAR = [
    ["2027-01-01", "statutory", "元旦", ""],
    ["2027-05-01", "statutory", "劳动节", ""],
    ["2027-05-08", "workday", "劳动节", "2027-05-04"],
    ["2027-10-01", "statutory", "国庆节", ""],
]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    path = tmp_path / "config.toml"
    path.write_text(PEOPLE, encoding="utf-8")
    path.chmod(0o600)
    return load(path, Registry.installed())


@pytest.fixture
def act(settings: Settings, database: Database):
    def carried(action: str, actor: str = "wang", **values: Any) -> str:
        return str(database.write_now(carry_out(settings, action, actor, NOW, values)))

    return carried


def known(database: Database) -> Calendar:
    return database.read_now(lambda tx: calendar(tx, "CN"))


def test_one_day_is_said_and_taken_back(act, database):
    day = date(2026, 11, 24)
    said = act("set_day", date="2026-11-24", kind="rest day", name="院庆")
    assert said == "2026-11-24 is now: rest day"
    assert (known(database).kind(day), known(database).day(day).name) == (DayKind.REST, "院庆")
    act("set_day", date="2026-11-24", kind="workday")
    assert known(database).day(day).name == ""
    act("clear_day", date="2026-11-24")
    assert known(database).kind(day) is DayKind.WORKDAY
    assert database.read_now(told) == ()
    kinds = [entry.kind for entry in database.read_now(lambda tx: events.newest(tx, (EventKind.CALENDAR,), 9))]
    assert len(kinds) == 3


def test_what_a_person_says_wins_over_a_file_whichever_came_first(act, database):
    act("set_day", date="2027-01-01", kind="workday", name="演练")
    act("import_days", days=YEAR, file="2027.json")
    day = date(2027, 1, 1)
    assert known(database).kind(day) is DayKind.WORKDAY
    act("clear_day", date="2027-01-01")
    assert known(database).kind(day) is DayKind.STATUTORY


def test_a_file_that_tells_a_whole_year_makes_it_official_and_replaces_the_one_before(act, database):
    assert known(database).status(2027) is YearStatus.PROVISIONAL
    wrong = [*YEAR, ["2027-06-01", "statutory", "误", ""]]
    assert act("import_days", days=wrong, file="2027.json") == "days imported: 5, 2027-01-01 to 2027-10-01"
    assert known(database).status(2027) is YearStatus.OFFICIAL
    assert known(database).kind(date(2027, 6, 1)) is DayKind.STATUTORY
    act("import_days", days=YEAR, file="2027.json")
    assert known(database).kind(date(2027, 6, 1)) is DayKind.WORKDAY
    assert known(database).day(date(2027, 5, 8)).replaces == date(2027, 5, 4)


def test_a_december_day_in_the_next_years_file_leaves_this_years_days_alone(act, database):
    act("import_days", days=YEAR, file="2027.json")
    act("import_days", days=[["2027-12-31", "statutory", "元旦", ""]], file="2028.json")
    assert len(database.read_now(told)) == 5
    assert known(database).status(2027) is YearStatus.OFFICIAL


@pytest.mark.parametrize(
    ("action", "values", "sentence"),
    [
        ("set_day", {"date": "soon", "kind": "workday"}, "date: must be a date such as 2026-11-22"),
        ("set_day", {"date": "1026-11-22", "kind": "workday"}, "date: 1026-11-22 is too far away"),
        ("set_day", {"date": "2026-11-22", "kind": "off"}, "kind: must be one of"),
        ("set_day", {"date": "2026-11-22", "kind": "workday", "replaces": "2026-11-22"}, "replaces: must be another day"),
        ("clear_day", {"date": "2026-11-22"}, "nobody has said anything of 2026-11-22"),
        ("import_days", {"days": []}, "days: must be a list of 1 to 800 days"),
        ("import_days", {"days": YEAR * 201}, "days: must be a list of 1 to 800 days"),
        ("import_days", {"days": [["2027-01-01", "workday"]]}, "days: each must be a date, a kind"),
        ("import_days", {"days": [*YEAR, ["2027-01-32", "workday", "", ""]]}, "date: must be a date"),
    ],
)  # fmt: skip
def test_what_is_no_day_is_refused_and_nothing_is_kept(act, database, action, values, sentence):
    with pytest.raises(UsageError, match=sentence):
        act(action, **values)
    assert database.read_now(told) == ()


@pytest.mark.parametrize("action", ["set_day", "clear_day", "import_days"])
def test_it_takes_a_leader(act, action):
    with pytest.raises(UsageError, match="it takes the role leader"):
        act(action, "li", date="2026-11-22", kind="workday", days=YEAR)
