"""Whether the records of netwatch itself would survive their disk: what is known of back-ups, judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from probes.api import Message, _

if TYPE_CHECKING:
    from datetime import datetime, timedelta

BACK_UP = _("make one: netwatch db backup FILE; of PostgreSQL: pg_dump, then netwatch db backed-up FILE")
"""What to do about a back-up that is missed."""


@dataclass(frozen=True, slots=True)
class BackUps:
    """What is on record at a moment.

    `good` is of when the newest one is, `failed` why a later one failed; `since` is when the database began.
    """

    good: datetime | None = None
    failed: str = ""
    since: datetime | None = None

    def wrong(self, now: datetime, within: timedelta, words: str) -> Message | None:
        """Return what is wrong, None when nothing is; `words` is how the configuration writes `within`.

        A database that is younger than `within` needs none yet: a first start shall not nag.
        """
        if self.failed:
            return Message(_("the last back-up of netwatch failed: {why}"), {"why": self.failed})
        if self.good is not None:
            what = _("the last back-up of netwatch is older than it may be (backup_within = {within})")
        else:
            what = _("there is no back-up of netwatch, for longer than may be (backup_within = {within})")
        begun = self.good or self.since
        late = begun is not None and now - begun > within
        return Message(what, {"within": words}) if late else None
