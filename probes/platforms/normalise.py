"""From what a device said to the text that is compared.

Every line of it is kept, masked, or cut with a reason: none just vanishes. Blank lines alone are not spoken of.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC
from typing import TYPE_CHECKING

from probes.api import Message, _
from probes.collect import Cut, Evidence, EvidenceKind, Text
from probes.platforms import wholeness
from probes.platforms.blocks import bannered, joined, unbroken
from probes.platforms.decoding import decoded, shown
from probes.platforms.leftovers import bare
from probes.platforms.masking import Masker
from probes.platforms.outline import Outline, Row, lay_out
from probes.platforms.reasons import Reason
from probes.platforms.rules import Layout
from probes.platforms.times import moment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, tzinfo

    from probes.collect import Capture, Section
    from probes.platforms.leftovers import Line
    from probes.platforms.rules import Rules


SECRET = _("a secret stood there")


def normalise(rules: Rules, capture: Capture, key: bytes, zone: tzinfo = UTC) -> Text:
    """Return a capture as text: what can be compared with another, and shown to whoever may see configurations.

    `key` makes the tags of secrets: with another key they are others. `zone` is where the device's clock hangs, for
    times that do not say.
    """
    texts, encoding = decoded(tuple(answer.raw for answer in capture.answers))
    work = _Work(rules, capture.facet, Masker(rules, key), zone)
    last = len(texts) - 1
    end = rules.ends.get(capture.facet, "")
    for at, (answer, text) in enumerate(zip(capture.answers, texts, strict=True)):
        work.read(answer.question, shown(text), end if at == last else "", (answer.question,) if last else ())
    if not texts:
        work.read("", [], end, ())
    return Text(
        sections=tuple(work.sections),
        rules=rules.label,
        encoding=encoding,
        evidence=tuple(work.evidence),
        saved_at=work.saved[0],
        saved_by=work.saved[1],
        gap=capture.gap or work.gap,
        dropped=tuple(work.dropped),
        masked=tuple(work.masked),
    )


@dataclass(slots=True)
class _Work:
    """One capture while it is worked on."""

    rules: Rules
    facet: str
    masker: Masker
    zone: tzinfo
    count: int = 0
    sections: list[Section] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    saved: tuple[datetime | None, str] = (None, "")
    gap: Message | None = None
    dropped: list[Cut] = field(default_factory=list)
    masked: list[Cut] = field(default_factory=list)
    also: dict[int, Sequence[int]] = field(default_factory=dict)

    def read(self, question: str, texts: list[str], end: str, base: tuple[str, ...]) -> None:
        """Take in one answer, whose last line is `end` where it has an end marker."""
        lines: list[Line] = [(self.count + at, text) for at, text in enumerate(texts, 1)]
        self.count += len(texts)
        if self.rules.width:
            lines, also = unbroken(lines, self.rules.width)
            self.also |= also
        lines = [(number, text.rstrip()) for number, text in lines]
        lines = bare(lines, question, end, self.cut)
        self._miss(wholeness.gap(lines, end, self.rules))
        layout = self.rules.laid_out(self.facet)
        if end and layout is Layout.INDENT and lines and lines[-1][1].strip() == end:
            self.cut(*lines.pop(), Reason.STRUCTURE)
        lines, also, unended = joined(lines, self.rules.continued)
        self.also |= also
        self._miss(wholeness.unended(unended) if unended else None)
        rows = [row for row in bannered(lines, self.rules.banners) if row.title or not self._goes(row)]
        outline = Outline(self.mask, self.cut, base)
        unended = lay_out(outline, rows, layout, self.rules)
        self._miss(wholeness.unended(unended) if unended else None)
        self.sections += outline.sections()

    def mask(self, row: Row, said: str, above: Sequence[str]) -> str:
        """Return the text of a row without its secrets, and take note of it where it had some."""
        text = self.masker.masked(said, above, talk=bool(row.title))
        if text is not said and text != said:
            self.masked += [Cut(number, text, SECRET) for number in (row.number, *self.also.get(row.number, ()))]
        return text

    def cut(self, number: int, text: str, reason: Reason) -> None:
        """Take note of a line that goes."""
        self.dropped.append(Cut(number, self.masker.masked(text), reason.title))

    def _miss(self, gap: Message | None) -> None:
        if gap is not None and self.gap is None:
            said = {name: self.masker.masked(str(value)) for name, value in gap.values.items()}
            self.gap = Message(gap.template, said)

    def _goes(self, row: Row) -> bool:
        """Whether a line is not kept: it says who and when, or changes by itself."""
        text = row.text.strip()
        if self._lifted(text):
            self.cut(row.number, row.text, Reason.LIFTED)
            return True
        if (form := self.rules.dropped) and (match := form.match(text)):
            self.cut(row.number, row.text, Reason((match.lastgroup or "").removeprefix("r_")))
            return True
        return False

    def _lifted(self, text: str) -> bool:
        for lift in self.rules.lifts:
            if match := lift.line.match(text):
                said = match.groupdict("")
                at, user = moment(said["at"], self.zone), said.get("user") or ""
                if lift.is_saved:
                    self.saved = (at, user)
                else:
                    self.evidence.append(Evidence(EvidenceKind.HEADER, at, user, said.get("address") or ""))
                return True
        return False
