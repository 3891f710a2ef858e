"""`netwatch rules`."""

import io
import json
import sys

import pytest

from netwatch.cli import main
from probes.platforms import rule_names

SAID = """\
display current-configuration
!Last configuration was updated at 2026-03-04 10:00:00+08:00 by zhang
!Last configuration was saved at 2026-03-04 11:00:00+08:00 by li
#
sysname 门诊楼\x1b[31m
#
aaa
 local-user admin password irreversible-cipher CANARY
#
return
<门诊楼>"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "said.txt"
    path.write_bytes(SAID.encode("gb18030"))
    return str(path)


def test_a_file_is_shown_kept_dropped_and_masked_without_its_secrets(file, capsys):
    assert main(["rules", "test", file, "--platform", "huawei_vrp"]) == 0
    shown = capsys.readouterr().out
    assert "CANARY" not in shown
    assert "huawei_vrp/" in shown
    assert "gb18030" in shown
    assert "2026-03-04 10:00:00+08:00 zhang" in shown
    assert "2026-03-04 11:00:00+08:00 li" in shown
    assert "\nsysname 门诊楼\n" in shown
    assert "\n local-user admin password irreversible-cipher <secret:" in shown


def test_the_same_as_json(file, capsys):
    assert main(["rules", "test", file, "--platform", "huawei_vrp", "--format", "json"]) == 0
    shown = capsys.readouterr().out
    told = json.loads(shown)
    assert "CANARY" not in shown
    assert (told["encoding"], told["gap"], told["saved_by"]) == ("gb18030", None, "li")
    assert [each["path"] for each in told["sections"]] == [[], ["aaa"]]
    assert [each["line"] for each in told["masked"]] == [8]
    assert {each["line"] for each in told["dropped"]} == {1, 2, 3, 4, 6, 9, 10, 11}


def test_a_file_that_is_not_whole_is_told_and_is_no_success(file, capsys, monkeypatch):
    part = SAID[:200].encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(part)))
    assert main(["rules", "test", "-", "--platform", "huawei_vrp"]) == 1
    assert "it does not end with 'return'" in capsys.readouterr().out


def test_another_facet_is_read_by_what_holds_for_it(tmp_path, capsys):
    path = tmp_path / "sysctl.txt"
    path.write_text("fs.file-nr = 1 0 9\nnet.ipv4.ip_forward = 0\n", encoding="utf-8")
    assert main(["rules", "test", str(path), "--platform", "linux", "--facet", "sysctl", "--format", "json"]) == 0
    (section,) = json.loads(capsys.readouterr().out)["sections"]
    assert section == {"path": [], "lines": ["net.ipv4.ip_forward = 0"], "is_ordered": False}


def test_a_file_that_is_not_there_is_said_in_one_sentence(tmp_path, capsys):
    path = tmp_path / "none.txt"
    assert main(["rules", "test", str(path), "--platform", "cisco_ios"]) == 2
    assert capsys.readouterr().err.strip() == f"{path}: No such file or directory"


def test_all_rules_are_listed(capsys):
    assert main(["rules", "list"]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in rule_names())
    assert main(["rules", "list", "--format", "json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert {each["name"] for each in listed} == set(rule_names())
