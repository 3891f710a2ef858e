"""Every key is in the example and in the reference, in both languages, and the example is a configuration."""

from __future__ import annotations

import re
import runpy
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from netwatch.config import load
from netwatch.config.draft import inner_models, model_of, shapes
from netwatch.config.drift import CollectTable
from netwatch.config.settings import CheckTable, File
from netwatch.config.sources import Shape
from netwatch.plugins import Registry

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
GENERATOR = ROOT / "docs/reference/configuration.py"
EXAMPLE = (ROOT / "config.example.toml").read_text(encoding="utf-8")
KINDS = Registry.installed().kinds()
WAYS = Registry.installed().collectors()
SHARED = {CheckTable: "check", CollectTable: "collect"}


@pytest.fixture(scope="module")
def reference() -> dict[str, Any]:
    return runpy.run_path(str(GENERATOR))


def keys() -> Iterator[tuple[str, str]]:
    """Every key of the file by its table, as the reference calls it."""
    for key, shape in shapes().items():
        if shape is Shape.PLAIN:
            yield "", key
        for model in inner_models(model_of(File.model_fields[key].annotation)):
            for name, field in model.model_fields.items():
                yield key, name
                for inner in inner_models(field.annotation):
                    table = SHARED.get(inner) or f"{key}.{name}"
                    yield from ((table, below) for below in inner.model_fields)
    for kind in KINDS:
        yield from ((f"kind {kind}", name) for name in Registry.installed().probe(kind).Options.model_fields)
    for kind in WAYS:
        yield from ((f"way {kind}", name) for name in Registry.installed().collector(kind).Options.model_fields)


@pytest.fixture
def example(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(EXAMPLE, encoding="utf-8")
    path.chmod(0o600)
    return path


def test_the_example_is_a_configuration(example: Path) -> None:
    settings = load(example, Registry.installed())
    assert len(settings.devices) > 3
    assert settings.people.keys() == {"zhang", "li", "wang", "zhao"}


def test_no_address_of_the_example_is_anybodys(example: Path) -> None:
    addresses = [device.address for device in load(example, Registry.installed()).devices.values()]
    assert all(address.startswith(("192.0.2.", "127.")) for address in addresses)  # RFC 5737


def in_force(text: str) -> str:
    """Take the '#' from every line that is a key or a header."""
    return re.sub(r"^# (?=\[\[?[a-z]|[a-z_]+ = )", "", text, flags=re.MULTILINE)


SERVICE, _rule, OPTIONS = EXAMPLE.partition("options of checks 检测项的选项\n")


def test_what_is_not_in_force_in_the_example_is_a_configuration_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = in_force(SERVICE).replace("sqlite:///netwatch.db", "postgresql+psycopg://netwatch@localhost/netwatch")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    for name in set(re.findall(r'file = "([a-z.-]+)"', text)) | {"hospital-ca.pem"}:
        (tmp_path / name).write_text("a secret")
        (tmp_path / name).chmod(0o600)
    (tmp_path / "devices").mkdir()
    (tmp_path / "devices" / "more.toml").touch()
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    (tmp_path / "config.toml").chmod(0o600)
    settings = load(tmp_path / "config.toml", Registry.installed())
    assert settings.mail.relay[0].port == 587
    assert settings.credentials.keys() == {"switches", "core", "ssh"}


TABLES = tomllib.loads(in_force(OPTIONS).replace("[[device.", "[["))
CHECKS, COLLECTS = TABLES["check"], TABLES["collect"]


@pytest.mark.parametrize("table", CHECKS, ids=lambda table: table["kind"])
def test_the_options_in_the_example_are_options(table: dict[str, Any]) -> None:
    options = {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
    kind = options.pop("kind")
    if kind == "http":
        del options["url"]  # it is either that, or the parts of it
    assert Registry.installed().probe(kind).Options.model_validate(options)


@pytest.mark.parametrize("table", COLLECTS, ids=lambda table: table["kind"])
def test_the_options_of_collecting_in_the_example_are_options(table: dict[str, Any]) -> None:
    options = {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
    assert Registry.installed().collector(options.pop("kind")).Options.model_validate(options)


KEYS = sorted(set(keys()))
TABLES_IN_TABLES = {
    *(("group", "check"), ("device", "check"), ("mail", "relay"), ("mail", "escalation")),
    *(("register_type", "field"), ("duty", "item"), ("group", "collect"), ("device", "collect")),
}


@pytest.mark.parametrize("table", sorted({table for table, _key in KEYS}))
def test_every_key_of_a_table_is_explained_in_the_example_in_both_languages(
    table: str, reference: dict[str, Any]
) -> None:
    explained = reference["explained"](EXAMPLE)
    dark = [
        key
        for of, key in KEYS
        if of == table and (of, key) not in TABLES_IN_TABLES
        if (of, key) not in explained or not (explained[of, key].english and explained[of, key].chinese)
    ]
    assert dark == []


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_every_key_has_a_row_with_a_sentence_in_the_reference(language: str, reference: dict[str, Any]) -> None:
    page = reference["PAGES"][language].read_text(encoding="utf-8")
    rows = {row.split("`")[1]: row for row in page.splitlines() if row.startswith("| `")}
    assert {key for _table, key in KEYS} - rows.keys() == set()
    assert [row for row in page.splitlines() if row.startswith("| `") and row.endswith("|  |")] == []


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_reference_is_up_to_date(language: str, reference: dict[str, Any]) -> None:
    page = reference["page"](language, Registry.installed(), reference["explained"](EXAMPLE))
    assert page == reference["PAGES"][language].read_text(encoding="utf-8"), (
        "run: python docs/reference/configuration.py"
    )


@pytest.mark.parametrize("kind", [*KINDS, *WAYS])
def test_every_kind_has_a_heading(kind: str, reference: dict[str, Any]) -> None:
    for page in reference["PAGES"].values():
        assert f'### `kind = "{kind}"`' in page.read_text(encoding="utf-8")
