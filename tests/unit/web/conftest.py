"""A hospital with a page, asked without a network."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import httpx
import pytest

from netwatch.storage.database import Database
from netwatch.web.app import application
from netwatch.web.live import News
from tests import hospital
from tests.fakes import FakeClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from netwatch.config import Settings


@dataclass
class Page:
    """The application over a hospital; `settings` and `clock` may be changed by the test."""

    hospital: hospital.Hospital
    settings: Settings
    clock: FakeClock

    def __post_init__(self) -> None:
        self.news = News(lambda: self.settings, self.hospital.database, self.clock, self.hospital.progress)
        self.app = application(
            lambda: self.settings, self.hospital.database, self.clock, self.hospital.progress, self.news
        )

    async def get(
        self, path: str, *, host: str = "127.0.0.1:8650", method: str = "GET", **headers: str
    ) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8650") as client:
            return await client.request(method, path, headers={"host": host, "accept-language": "en", **headers})


@pytest.fixture(scope="session")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> hospital.Hospital:
    """A hospital of which each test gets its own copy."""
    made = hospital.opened(tmp_path_factory.mktemp("hospital"))
    made.database.close()
    return made


@pytest.fixture
def well(pattern: hospital.Hospital, tmp_path: Path) -> Iterator[hospital.Hospital]:
    """A hospital in which everything is well."""
    assert pattern.database.path is not None
    copy = tmp_path / "netwatch.db"
    shutil.copy(pattern.database.path, copy)
    database = Database(f"sqlite:///{copy}").open()
    yield hospital.Hospital(pattern.settings, database, replace(pattern.progress))
    database.close()


@pytest.fixture
def page(well: hospital.Hospital) -> Page:
    """Its page, at a quarter past two in the night."""
    return Page(well, well.settings, FakeClock(hospital.NOW))


@pytest.fixture
def bad(page: Page) -> Page:
    """The same page in a bad night."""
    page.hospital.write(hospital.bad_night, hospital.reports, lambda tx: hospital.measured(tx, "servers-20"))
    return page
