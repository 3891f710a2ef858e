"""The audit log of a real service: what it records of itself and of commands, and that a kill leaves it whole."""

from __future__ import annotations

import json
import signal
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from netwatch.storage import audit
from tests.e2e.service import wait_for

if TYPE_CHECKING:
    from tests.e2e.service import RunningService

pytestmark = pytest.mark.timeout(120)
LEADER = '[[person]]\nname = "root"\nrole = "leader"\nmail = "root@hospital.example"\n'


def listed(service: RunningService) -> list[dict[str, Any]]:
    """Return the log, the oldest first; from the database, since the configuration may be wrong."""
    found = service.rows(partial(audit.newest, wanted=audit.Wanted(), most=1000))
    return [{**asdict(each), "detail": json.loads(each.detail)} for each in reversed(found)]


def test_what_the_service_does_and_what_it_is_told_is_recorded_and_signed(service: RunningService) -> None:
    service.configure(LEADER)
    service.start()
    service.command("log", "add", "the UPS beeps", "--by", "zhang")
    service.command("report", "release", "9", "--by", "root", code=2)
    wait_for((service.folder / "audit.anchors").exists, 20)
    service.configure(LEADER + "[polling]\nworkers = 5\n")
    assert service.process is not None
    service.process.send_signal(signal.SIGHUP)
    wait_for(lambda: any(each["action"] == "service.reloaded" for each in listed(service)), 20)
    service.configure("[nonsense]\n")
    service.process.send_signal(signal.SIGHUP)
    wait_for(lambda: any(each["action"] == "service.refused" for each in listed(service)), 20)
    service.configure(LEADER)
    assert service.stop() == 0

    found = {str(each["action"]): each for each in listed(service)}
    assert list(found)[:1] == ["service.started"]
    assert found["log"]["actor"] == "zhang"
    assert found["release_report"]["detail"]["outcome"] == "refused"
    reloaded = found["service.reloaded"]["detail"]
    assert reloaded["changed"] == ["polling"]
    assert reloaded["configuration_before"] != reloaded["configuration"]
    assert found["service.refused"]["detail"]["problems"]
    assert found["audit.verified"]["detail"]["wrong"] == 0
    said = json.loads(service.command("audit", "verify", "--format", "json"))
    assert (said["ok"], said["last_good"]) == (True, said["head"]["seq"])
    assert (service.folder / "audit.anchors").read_text().count("\n") == said["checkpoints"] == said["anchors"]


def test_a_service_that_is_killed_again_and_again_leaves_a_whole_log(service: RunningService) -> None:
    service.configure(LEADER)
    for turn in range(3):
        service.start()
        service.command("log", "add", f"turn {turn}", "--by", "zhang")
        service.kill()
        said = json.loads(service.command("audit", "verify", "--format", "json"))
        assert said["ok"], said["wrong"]
    actions = [each["action"] for each in listed(service)]
    assert actions.count("log") == actions.count("service.started") == 3
