"""The year-book: everything of a year, month by month, for the filing cabinet (S5)."""

from dataclasses import dataclass
from datetime import datetime

from netwatch.domain.compliance import Compliance
from netwatch.domain.service_report import ServiceReport
from netwatch.domain.shift_statistics import ShiftStatistics
from roster.document import dumps


@dataclass(frozen=True, slots=True)
class Bound:
    """A report that is archived elsewhere, and the digest by which it is found to be the same."""

    number: int
    name: str
    start: datetime
    end: datetime
    state: str
    digest: str


@dataclass(frozen=True, slots=True)
class YearBook:
    """A year: as a whole, each of its months, what was due by the regulation, who served, and every archived report."""

    site: str
    year: int
    built_at: datetime
    whole: ServiceReport
    months: tuple[ServiceReport, ...]
    compliance: tuple[Compliance, ...]
    statistics: ShiftStatistics
    handovers: tuple[Bound, ...] = ()
    reports: tuple[Bound, ...] = ()


def to_json(book: YearBook) -> str:
    """Return it as canonical JSON."""
    return dumps(book)
