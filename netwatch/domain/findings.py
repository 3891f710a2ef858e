"""What rounds have found out of order, until a later one finds it good or somebody settles it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netwatch.domain.checklist import Verdict
from netwatch.domain.duties import Mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from netwatch.domain.checklist import Answer
    from netwatch.domain.duties import Fulfilment


@dataclass(frozen=True, slots=True)
class Finding:
    """An item that is not in order, of one device where devices are ticked off; `fulfilment` says so."""

    duty: str
    item: str
    device: str
    answer: Answer
    fulfilment: Fulfilment

    @property
    def key(self) -> str:
        """Return what it is called in the book of duties."""
        return key_of(self.duty, self.item, self.device)


def key_of(duty: str, item: str, device: str = "") -> str:
    """Return what an item of a duty is called in the book of duties."""
    return "/".join(part for part in (duty, item, device) if part)


def fold(known: Mapping[str, Finding], entries: Iterable[Fulfilment]) -> dict[str, Finding]:
    """Return what is out of order after these entries, in the order in which they were made."""
    found = dict(known)
    for entry in entries:
        if entry.mark not in (Mark.DONE, Mark.SETTLED):
            continue
        for answer in entry.answers:
            for device in entry.devices or ("",):
                finding = Finding(entry.duty, answer.item, device, answer, entry)
                if answer.verdict is Verdict.FAIL:
                    found[finding.key] = finding
                else:
                    found.pop(finding.key, None)
    return found
