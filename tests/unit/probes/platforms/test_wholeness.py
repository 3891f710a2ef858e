from __future__ import annotations

import pytest

from probes.collect import Answer, Capture
from probes.platforms import normalise, rules_of


@pytest.mark.parametrize(("rules", "is_whole"), [("linux", True), ("snmp", False), ("huawei_vrp", False)])
def test_a_list_may_be_empty_and_a_configuration_may_not(rules: str, is_whole: bool) -> None:
    text = normalise(rules_of(rules), Capture("logins", rules, (Answer("netwatch-collect", b""),)), b"k" * 32)
    assert (text.gap is None) is is_whole
    assert text.sections == ()
