"""A mirror that nothing here can write."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from netwatch.config.drift import DriftTable
from netwatch.config.findings import Finding, found
from probes.api import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netwatch.config.draft import Draft


def drift(draft: Draft) -> Iterator[Finding]:
    """Yield what is asked of how devices are read and cannot be had."""
    table = draft.one(DriftTable)
    if table.mirror is not None and find_spec("dulwich") is None:
        yield found(("drift", "mirror"), _("takes the extra 'git', which is not installed: run make environment"))
    if table.missing_after < table.stale_after:
        template = _("must be at least stale_after, which is {count}")
        key = "missing_after" if "missing_after" in table.model_fields_set else "stale_after"
        yield found(("drift", key), template, count=table.stale_after)
