"""Two failed log-ins and no third: a device or a RADIUS server locks an account after a few more.

The count is kept by whoever keeps rows: one `Guard` for each device, by its name and the credential that it uses,
and one for each credential, since a central account is locked by attempts from everywhere; both are asked before
a visit and told after it. `released` is what somebody has said by hand, or a password that was changed in the
configuration. Let visits that share a credential wait for each other while its guard has a failure: 25 at once with a
wrong password are 25 failures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from probes.api import Failure, Message, Trouble, _

if TYPE_CHECKING:
    from datetime import datetime

    from probes.collect import Collection

LIMIT = 2
"""Failed log-ins after which nothing is tried any more."""


@dataclass(frozen=True, slots=True)
class Guard:
    """How many log-ins have failed since the last that did not, and when the last one failed."""

    failures: int = 0
    failed_at: datetime | None = None

    @property
    def is_shut(self) -> bool:
        """Whether attempts have stopped until somebody acts."""
        return self.failures >= LIMIT

    def after(self, outcome: Collection | Failure, now: datetime) -> Guard:
        """Return the guard after a visit. Only a log-in that was refused counts, and one that was not resets it.

        A device that could not be reached, or whose host key was not believed, was shown no password.
        """
        if not isinstance(outcome, Failure):
            return Guard()
        if outcome.trouble is not Trouble.AUTHENTICATION:
            return self
        return Guard(self.failures + 1, now)

    def refusal(self, credential: str) -> Failure | None:
        """Return what to report instead of a visit where attempts have stopped; None where it may be made."""
        if not self.is_shut:
            return None
        template = _(
            "{failures} log-ins with the credential {credential} were refused. No more are tried, so that the account "
            "is not locked, until somebody has looked and says so"
        )
        return Failure(Trouble.AUTHENTICATION, Message(template, {"failures": self.failures, "credential": credential}))


def released() -> Guard:
    """Return the guard after somebody has looked: it counts anew."""
    return Guard()
