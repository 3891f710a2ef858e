"""An audit log that would be kept for less time than the law has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.config.audit import FLOOR, AuditTable
from netwatch.config.findings import Finding, found
from probes.api import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netwatch.config.draft import Draft


def audit(draft: Draft) -> Iterator[Finding]:
    """Yield what the law does not allow."""
    if draft.one(AuditTable).keep < FLOOR:
        template = _(
            "must be {days}d or more: article 21 of the Cybersecurity Law (《网络安全法》第二十一条) has network logs "
            "kept for six months at least"
        )
        yield found(("audit", "keep"), template, days=FLOOR.days)
