"""Files that cannot be what they should be are refused with one clear sentence each."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from netwatch.config import load
from netwatch.config.files import DEEPEST, LARGEST, MOST_FILES
from netwatch.errors import ConfigError

if TYPE_CHECKING:
    from conftest import Load, Problems

    from netwatch.plugins import Registry

DEVICE = '[[device]]\nname = "{}"\naddress = "127.0.0.1"\ncheck = [{{ kind = "icmp" }}]\n'


def refused(path: Path, registry: Registry) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(path, registry)
    assert caught.value.exit_code == 78
    return str(caught.value).splitlines()


def test_a_file_that_is_not_there(tmp_path: Path, registry: Registry) -> None:
    says = "does not exist; --config FILE names another, netwatch run --first writes a first one into ./var"
    assert refused(tmp_path / "config.toml", registry) == [f"{tmp_path}/config.toml: {says}"]


def test_a_folder(tmp_path: Path, registry: Registry) -> None:
    assert refused(tmp_path, registry) == [f"{tmp_path.name}: is not a file"]


def test_a_device_that_would_never_end(registry: Registry) -> None:
    assert refused(Path("/dev/zero"), registry) == ["zero: is not a file"]


def test_a_file_that_this_user_may_not_read(
    tmp_path: Path, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_arguments: object) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "config.toml").touch()
    monkeypatch.setattr(Path, "open", forbidden)  # root may read everything
    assert refused(tmp_path / "config.toml", registry) == ["config.toml: may not be read by this user"]


def test_a_broken_disk(tmp_path: Path, registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object) -> None:
        raise OSError(5, "Input/output error")

    (tmp_path / "config.toml").touch()
    monkeypatch.setattr(Path, "open", broken)
    assert refused(tmp_path / "config.toml", registry) == ["config.toml: cannot be read: Input/output error"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"#" * (LARGEST + 1), "config.toml: is larger than 1 MiB; split it and use include"),
        ('name = "值班"'.encode("utf-16"), "config.toml: is UTF-16; save it as UTF-8"),
        ('[site]\nname = "值班"'.encode("gb18030"), "config.toml:2: is not UTF-8 text; save it as UTF-8"),
        (b"a = " + b"[" * 100_000, "config.toml: is nested too deeply"),
        (b"a = " + b"[" * DEEPEST + b"]" * DEEPEST, "config.toml: is nested too deeply"),
        (b"[" + b".".join([b"a"] * DEEPEST) + b"]", "config.toml: is nested too deeply"),
        (b"a = 2026-02-30", "config.toml:1: is not TOML: invalid date or datetime, at column 5"),
        (b"a = 1\na = \x01", "config.toml:2: is not TOML: invalid value, at column 5"),
    ],
)
def test_content_that_is_no_configuration(content: bytes, sentence: str, tmp_path: Path, registry: Registry) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    assert refused(path, registry) == [sentence]


def test_a_number_of_ten_thousand_digits(tmp_path: Path, registry: Registry) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f"a = {'9' * 10_000}")
    (sentence,) = refused(path, registry)
    assert sentence.startswith("config.toml: is not TOML: ")
    assert len(sentence) < 200


def test_what_the_file_says_cannot_move_the_cursor(problems: Problems) -> None:
    (sentence,) = problems('"\\u001b[2J" = 1')
    assert sentence == "config.toml:1: \\u001b[2J: unknown key"


def test_the_mark_that_windows_puts_in_front_does_no_harm(tmp_path: Path, registry: Registry) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes('[site]\r\nname = "值班"\r\n'.encode("utf-8-sig"))
    assert load(path, registry).site.name == "值班"


def test_lines_are_counted_alike_with_the_line_ends_of_windows(tmp_path: Path, registry: Registry) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b'[site]\r\n\r\nnam = "a"\r\n')
    assert refused(path, registry) == ["config.toml:3: site.nam: unknown key; did you mean 'name'?"]


def test_an_empty_file_is_a_configuration(loaded: Load) -> None:
    settings = loaded("")
    assert (settings.devices, settings.checks, settings.people) == ({}, (), {})
    assert settings.site.zone.key == "Asia/Shanghai"


def test_included_files_are_joined_in_the_order_of_their_names(loaded: Load) -> None:
    settings = loaded(
        'include = ["devices/*.toml"]\n' + DEVICE.format("main"),
        devices__b=DEVICE.format("b"),
        devices__a=DEVICE.format("a1") + DEVICE.format("a2") + '[credential.x]\ncommunity = "y"\n',
    )
    assert list(settings.devices) == ["main", "a1", "a2", "b"]
    assert list(settings.credentials) == ["x"]


def test_a_problem_names_the_file_that_it_is_in(problems: Problems) -> None:
    assert problems(
        'include = ["devices/*.toml"]\n' + DEVICE.format("main"),
        devices__a=DEVICE.format("a1") + DEVICE.format("a2").replace("address", "adress"),
        devices__b=DEVICE.format("b") + DEVICE.format("main"),
    ) == [
        "devices/a.toml:5: device.a2.address: is missing",
        "devices/a.toml:7: device.a2.adress: unknown key; did you mean 'address'?",
        "devices/b.toml:6: device.main.name: 'main' is the name of another device",
    ]


def test_items_without_a_name_are_counted_in_their_own_file(problems: Problems) -> None:
    threshold = '[[threshold]]\nmeaning = "temperature"\nwarning = {}\n'
    assert problems(
        'include = ["a.toml"]\n' + threshold.format(50), a=threshold.format(60).replace("temp", "tmep")
    ) == ["a.toml:2: threshold.1.meaning: there is no meaning 'tmeperature'; did you mean 'temperature'?"]


def test_a_table_that_stands_in_two_files(problems: Problems) -> None:
    assert problems(
        'include = ["a.toml"]\n[site]\nname = "a"\n[credential.x]\ncommunity = "y"',
        a='\n[site]\nname = "b"\n\n[credential.x]\ncommunity = "y"',
    ) == [
        "a.toml:2: site: stands in config.toml:2 already",
        "a.toml:5: credential.x: stands in config.toml:4 already",
    ]


def test_an_included_file_includes_no_other(problems: Problems) -> None:
    assert problems('include = ["a.toml"]', a='include = ["b.toml"]', b="") == [
        "a.toml:1: include: stands in the main file only"
    ]


def test_a_file_that_two_patterns_name_is_read_once(loaded: Load) -> None:
    settings = loaded('include = ["a.toml", "*.toml", "./a.toml"]', a=DEVICE.format("a"))
    assert list(settings.devices) == ["a"]


def test_a_pattern_with_an_absolute_path(loaded: Load, tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "a.toml").write_text(DEVICE.format("a"))
    assert list(loaded(f'include = ["{tmp_path}/far/*.toml"]').devices) == ["a"]


@pytest.mark.parametrize("pattern", ["", "devices/*.toml", "**x", "config.toml"])
def test_a_pattern_that_names_nothing(pattern: str, problems: Problems) -> None:
    expected = f"config.toml:1: include.1: no file matches '{pattern}'"
    if not pattern:
        expected = "config.toml:1: include: must be a list of file names or patterns"
    assert problems(f'include = ["{pattern}"]') == [expected]


def test_all_included_files_that_cannot_be_read_are_told(problems: Problems) -> None:
    assert problems('include = ["a.toml", "b.toml", "c.toml"]\n[sit]', a="[", b="x = ") == [
        "a.toml:1: is not TOML: invalid initial character for a key part, at the end of the file",
        "b.toml:1: is not TOML: invalid value, at the end of the file",
        "config.toml:1: include.3: no file matches 'c.toml'",
        "config.toml:2: sit: unknown key; did you mean 'site'?",
    ]


def test_too_many_files(problems: Problems, tmp_path: Path) -> None:
    (tmp_path / "many").mkdir()
    for number in range(MOST_FILES + 1):
        (tmp_path / "many" / f"{number}.toml").touch()
    assert problems('include = ["many/*.toml"]') == [f"config.toml:1: include.1: includes more than {MOST_FILES} files"]


def test_thousands_of_mistakes_are_told_in_bounded_time(problems: Problems) -> None:
    devices = "".join(DEVICE.format(f"sw-{number}") for number in range(2000))
    parents = ", ".join(f'"sv-{number}"' for number in range(400))
    started = time.process_time()
    told = problems(devices + f"parents = [{parents}]\n" + "".join(f"kye{n} = 1\n" for n in range(2000)))
    assert len(told) == 2400
    assert time.process_time() - started < 20
