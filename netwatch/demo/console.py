"""What the demo tells in the terminal, in the terminal's language: a line for each thing, with its time and kind."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from netwatch.language import of_terminal, translations
from probes.api import _
from roster.lines import width

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from netwatch.clock import Clock
    from netwatch.config import Settings
    from netwatch.demo.catcher import Caught
    from netwatch.demo.script import Act
    from netwatch.storage.handovers import Archived


class Kind(Enum):
    """What a line tells of."""

    EVENT = _("event")
    MAIL = _("mail")
    DUTY = _("duty")
    REPORT = _("report")


_DOES = {
    "acknowledge": _("{person} acknowledges the fault of {device}: {text}"),
    "note": _("{person} notes on the fault of {device}: {text}"),
    "log": _("{person} writes into the duty log: {text}"),
}


class Console:
    """Words what happens; `say` prints a line."""

    def __init__(self, settings: Settings, clock: Clock, say: Callable[[str], None]) -> None:
        self._settings = settings
        self._clock = clock
        self._say = say
        self._gettext = translations(of_terminal()).gettext
        self._column = max(width(self._gettext(kind.value)) for kind in Kind)

    def opens(self) -> None:
        """Tell where everything is, before anything happens."""
        settings = self._settings
        told = (
            _("A small hospital with {count} devices, played on this machine. No packet leaves it."),
            _("status page      {page}"),
            _("mails            {folder}/mail"),
            _("handover reports {folder}/reports"),
            _("log of netwatch  {folder}/netwatch.log"),
            _("more commands    netwatch faults list --config {path}"),
            _("Ctrl+C ends it."),
        )
        values = {
            "count": len(settings.devices),
            "page": self._page(),
            "folder": settings.folder,
            "path": settings.path,
        }
        for template in told:
            self._say(self._gettext(template).format(**values))
        self._say("")
        self._line(Kind.EVENT, _("netwatch starts, and looks at every device for the first time"))

    def begins(self, seen: int, person: str) -> None:
        """Tell that the story begins."""
        values = {"seen": seen, "count": len(self._settings.devices), "person": self._person(person)}
        self._line(Kind.EVENT, _("{seen} of {count} devices are up; {person} is on duty"), **values)

    def happens(self, sentence: str, device: str) -> None:
        """Tell what begins or ends at a device."""
        self._line(Kind.EVENT, sentence, device=self._device(device))

    def does(self, person: str, act: Act, device: str, text: str) -> None:
        """Tell what somebody does; `text` is in the language of the terminal already."""
        self._line(Kind.DUTY, _DOES[act.value], person=self._person(person), device=self._device(device), text=text)

    def caught(self, mail: Caught) -> None:
        """Tell of a mail."""
        people = ", ".join(self._reader(address) for address in mail.recipients)
        self._line(Kind.MAIL, _("to {people}: {subject}"), people=people, subject=mail.subject)

    def report(self, archived: Archived, path: Path) -> None:
        """Tell of a handover report: its file, and its page."""
        page = f"{self._page()}handovers/{archived.id}"
        self._line(
            Kind.REPORT, _("the shift has ended; handover report {number}: {page}"), number=archived.id, page=page
        )
        self._line(Kind.REPORT, _("the same as a file: {path}"), path=path)

    def ends(self, faults: int, mails: int, reports: int) -> None:
        """Sum up."""
        template = _("the demo ends: faults {faults}, mails {mails}, handover reports {reports}")
        self._line(Kind.EVENT, template, faults=faults, mails=mails, reports=reports)

    def worded(self, text: str) -> str:
        """Return what somebody says, in the terminal's language."""
        return self._gettext(text)

    def _line(self, kind: Kind, template: str, **values: object) -> None:
        time = self._clock.now().astimezone(self._settings.site.zone)
        word = self._gettext(kind.value)
        column = word + " " * (self._column - width(word))
        self._say(f"{time:%H:%M:%S}  {column}  {self._gettext(template).format(**values)}")

    def _page(self) -> str:
        return f"http://{self._settings.file.web.listen}/"

    def _device(self, name: str) -> str:
        device = self._settings.devices.get(name)
        return (device.title if device else None) or name

    def _person(self, name: str) -> str:
        return self._settings.called(name)

    def _reader(self, address: str) -> str:
        known = (person for person in self._settings.people.values() if person.mail == address)
        return next((person.title or person.name for person in known), address)
