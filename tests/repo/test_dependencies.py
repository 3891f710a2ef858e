"""What the lock files promise: nothing too old, nothing missing, no word of where it was fetched."""

from __future__ import annotations

import re
import subprocess
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

REPOSITORY = Path(__file__).parents[2]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
RUN = PROJECT["project"]["dependencies"] + [each for name, extra in EXTRAS.items() if name != "dev" for each in extra]
DECISION = (REPOSITORY / "docs/decisions/0003-dependencies.md").read_text(encoding="utf-8")
LOCKS = ("requirements.lock", "requirements-dev.lock")

FLOORS = {
    "aiosmtplib": "5.1.3",  # CVE-2026-53533, injection at STARTTLS, smuggled addresses
    "cryptography": "50",
    "jinja2": "3.1.6",  # CVE-2025-27516, a way out of the sandbox
    "pyasn1": "0.6.4",  # CVE-2026-23490, -30922, -59884 to -59886, exhaustion by crafted answers
    "pysqlite3": "0.6.1",  # brings a SQLite without the WAL defect
    "starlette": "1.3.1",  # limits of forms
    "weasyprint": "70",  # CVE-2026-55073, from a page to the files of the server
}
"""Below these a release has a hole that netwatch would be open to."""

MACHINES = [
    {"platform_machine": machine, "python_version": python, "python_full_version": f"{python}.0"}
    for machine in ("x86_64", "aarch64")
    for python in ("3.11", "3.12", "3.13")
]


def locked(name: str) -> dict[str, tuple[Version, Requirement, int]]:
    """Return every release of a lock file: its version, the requirement with its marker, how many files it may be."""
    found: dict[str, tuple[Version, Requirement, int]] = {}
    text = (REPOSITORY / name).read_text(encoding="utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        if line and not line.startswith(("#", " ")):
            words, *hashes = line.split(" --hash=sha256:")
            requirement = Requirement(words.strip())
            (version,) = (Version(each.version) for each in requirement.specifier if each.operator == "==")
            found[canonicalize_name(requirement.name)] = version, requirement, len(hashes)
    return found


def wanted(lines: list[str]) -> list[Requirement]:
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("name", LOCKS)
@pytest.mark.parametrize("package", FLOORS)
def test_no_release_with_a_known_hole_is_locked(name: str, package: str) -> None:
    found = locked(name).get(package)
    assert found is None or found[0] >= Version(FLOORS[package])


@pytest.mark.parametrize("package", FLOORS)
def test_no_release_with_a_known_hole_is_admitted(package: str) -> None:
    for requirement in wanted([*RUN, *EXTRAS["dev"]]):
        if canonicalize_name(requirement.name) == package:
            (lower,) = (Version(each.version) for each in requirement.specifier if each.operator == ">=")
            assert lower >= Version(FLOORS[package])


def test_what_is_installed_here_is_what_is_locked() -> None:
    found = {
        name: metadata.version(name)
        for name, (_version, requirement, _count) in locked("requirements-dev.lock").items()
        if requirement.marker is None or requirement.marker.evaluate()
    }
    assert found == {name: str(locked("requirements-dev.lock")[name][0]) for name in found}


@pytest.mark.parametrize(("name", "lines"), [(LOCKS[0], RUN), (LOCKS[1], [*RUN, *EXTRAS["dev"]])])
@pytest.mark.parametrize("machine", MACHINES, ids=lambda it: f"{it['platform_machine']}-{it['python_version']}")
def test_every_dependency_is_locked_for_every_machine_that_is_served(
    name: str, lines: list[str], machine: dict[str, str]
) -> None:
    here = {**default_environment(), **machine}
    known = locked(name)
    for requirement in wanted([*lines, *PROJECT["build-system"]["requires"]]):
        if requirement.marker is None or requirement.marker.evaluate(here):
            version, found, count = known[canonicalize_name(requirement.name)]
            assert requirement.specifier.contains(version), requirement
            assert found.marker is None or found.marker.evaluate(here)
            assert count > 0
        else:
            marker = known[canonicalize_name(requirement.name)][1].marker
            assert marker is not None
            assert not marker.evaluate(here)


def test_what_runs_is_tested_in_the_same_release() -> None:
    run, everything = locked(LOCKS[0]), locked(LOCKS[1])
    assert {name: str(requirement) for name, (_version, requirement, _count) in run.items()} == {
        name: str(everything[name][1]) for name in run
    }


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_packages_and_hashes_and_no_place(name: str) -> None:
    text = (REPOSITORY / name).read_text(encoding="utf-8")
    assert not re.search(r"://|@ |--(?:index|extra|find|trusted)|/[a-z]+/", text)
    assert all(count > 0 for _version, _requirement, count in locked(name).values())


def test_no_committed_file_names_a_registry_or_a_place_that_a_new_user_has_not() -> None:
    hosts = (r"pypi\.org", r"pythonhosted", r"registry\.npmjs", r"deb\.debian\.org", r"files\.python")
    places = (r"\.library\b", r"\bwork/shared\b", r"\.\./shared")
    pattern = "|".join((*hosts, *places))
    command = ["git", "grep", "-nIE", pattern, "--", ".", f":!{Path(__file__).relative_to(REPOSITORY)}"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("", 1)


@pytest.mark.parametrize("line", [*RUN, *EXTRAS["dev"]])
def test_the_decision_says_why_each_is_here(line: str) -> None:
    assert f"| `{Requirement(line).name}` |" in DECISION


def test_the_decision_names_nothing_that_is_not_here() -> None:
    named = set(re.findall(r"^\| `([\w.-]+)` \|", DECISION, re.MULTILINE))
    assert named == {requirement.name for requirement in wanted([*RUN, *EXTRAS["dev"]])}
