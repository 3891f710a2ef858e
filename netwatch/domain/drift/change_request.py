"""Change requests: what somebody asks to be allowed to change, who allows it, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from netwatch.domain.audit import milliseconds
from netwatch.domain.seal import sealed
from probes.api import _

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from netwatch.domain.drift.permit import Scope


class ChangeKind(Enum):
    """What is to be changed."""

    PARAMETER = "parameter"
    SOFTWARE = "software"
    LEND = "lend"
    DISMANTLE = "dismantle"
    SERVER = "server"

    @property
    def title(self) -> str:
        """Its name for people, to be translated."""
        return _KINDS[self]


_KINDS: Mapping[ChangeKind, str] = {
    ChangeKind.PARAMETER: _("change of parameters"),
    ChangeKind.SOFTWARE: _("installation of software"),
    ChangeKind.LEND: _("equipment lent"),
    ChangeKind.DISMANTLE: _("dismantling"),
    ChangeKind.SERVER: _("operation of a server"),
}


class ChangeState(Enum):
    """Where a change request stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    OPEN = "open"
    IMPLEMENTED = "implemented"
    VERIFIED = "verified"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    ROLLED_BACK = "rolled back"

    @property
    def title(self) -> str:
        """Its name for people, to be translated."""
        return _STATES[self]

    @property
    def over(self) -> bool:
        """Whether nothing more happens to it."""
        return self in _OVER


_STATES: Mapping[ChangeState, str] = {
    ChangeState.DRAFT: _("draft"),
    ChangeState.SUBMITTED: _("waits for approval"),
    ChangeState.APPROVED: _("approved"),
    ChangeState.REJECTED: _("rejected"),
    ChangeState.OPEN: _("window open"),
    ChangeState.IMPLEMENTED: _("implemented"),
    ChangeState.VERIFIED: _("verified"),
    ChangeState.CLOSED: _("closed"),
    ChangeState.CANCELLED: _("cancelled"),
    ChangeState.EXPIRED: _("expired"),
    ChangeState.ROLLED_BACK: _("rolled back"),
}
_OVER = frozenset(
    {ChangeState.REJECTED, ChangeState.CLOSED, ChangeState.CANCELLED, ChangeState.EXPIRED, ChangeState.ROLLED_BACK}
)


class ChangeStep(Enum):
    """What somebody, or time, does to a change request."""

    SUBMIT = "submit"
    APPROVE = "approve"
    REJECT = "reject"
    OPEN = "open"
    IMPLEMENT = "implement"
    VERIFY = "verify"
    CLOSE = "close"
    CANCEL = "cancel"
    EXPIRE = "expire"
    ROLL_BACK = "roll back"


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """A change request as it now is. `start` and `end` bound its window."""

    kind: ChangeKind
    title: str
    reason: str
    requested_by: str
    created: datetime
    start: datetime
    end: datetime
    targets: tuple[Scope, ...]
    implementers: tuple[str, ...]
    rollback: str = ""
    risk: str = ""
    evidence: str = ""
    """Of software: the proof that it was searched for viruses."""
    emergency: bool = False
    state: ChangeState = ChangeState.DRAFT
    submitted: datetime | None = None
    judged_by: str | None = None
    judged_at: datetime | None = None
    judgement: str = ""
    implemented_by: str | None = None
    implemented_at: datetime | None = None
    verified_by: str | None = None
    verified_at: datetime | None = None
    ended: datetime | None = None
    id: int = 0

    @property
    def approved_by(self) -> str | None:
        """Who approved it; None where nobody has."""
        return None if self.state is ChangeState.REJECTED else self.judged_by

    @property
    def parties(self) -> frozenset[str]:
        """Whose change it is, and who therefore approves nothing of it."""
        return frozenset({self.requested_by, *self.implementers})

    @property
    def seal(self) -> str:
        """What an approval of it binds, as a digest: who may change what, and when."""
        return sealed(
            "netwatch change request",
            self.kind.value,
            self.requested_by,
            self.implementers,
            milliseconds(self.start),
            milliseconds(self.end),
            self.emergency,
            [[each.device, each.group, each.facets, each.paths] for each in self.targets],
        )
