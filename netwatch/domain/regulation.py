"""The clauses of the centre's regulation, in short: a site with other rules names its own in the configuration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from probes.api import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause: its id, such as `C5`, and what it asks, in the languages of the site."""

    id: str
    titles: Mapping[str, str]


SHIPPED: Mapping[str, str] = {
    "C1": _("The network is watched day and night and kept running"),
    "C2": _("Duty goes by the roster, and each shift hands over to the next"),
    "C3": _("Data is neither lost, nor destroyed, nor leaked"),
    "C4": _("Equipment is maintained; faults are cleared at once and recorded"),
    "C5": _("Nothing is changed, lent or taken apart without approval"),
    "C6": _("Procedures are followed; no software comes in without approval"),
    "C7": _("Only authorised people work on the systems, and it is recorded"),
    "C8": _("Departments get regular reports, once a leader has released them"),
    "C9": _("Staff are trained regularly"),
    "C10": _("Outsiders enter the machine room with approval and an escort"),
    "A1": _("Rules and standards are carried out"),
    "A2": _("What concerns several departments is settled in meetings"),
    "A3": _("The house's own rules are refined and carried out"),
    "A4": _("Plans are made, and followed up"),
    "A5": _("Staff of the whole house are trained"),
    "A6": _("Service is held to agreed targets"),
    "A7": _("The whole house is served with information"),
    "S1": _("Statutory reports go out on time, complete and approved"),
    "S2": _("Statutory figures are complete and true"),
    "S3": _("Figures are uniform, and original records are collected"),
    "S4": _("Records are kept safe"),
    "S5": _("Figures are compiled every year"),
    "S6": _("Advice is given promptly"),
    "L1": _("Lending follows the rules"),
    "L2": _("Records are in order and correct"),
    "L3": _("What is overdue is called in"),
    "L4": _("Readers get an answer"),
    "L5": _("The library is kept in order"),
    "L6": _("The reading room's equipment works, and is reported on"),
    "T1": _("Each remote consultation is prepared"),
    "T2": _("Conduct at the telemedicine centre"),
    "T3": _("Personal data and contracts do not leak"),
    "T4": _("Departments are visited every week"),
    "T5": _("Visitors are treated with courtesy"),
    "T6": _("Each remote consultation is filed"),
    "T7": _("All equipment of the centre is maintained every week"),
    "T8": _("Prices are open"),
    "M1": _("Monitoring data is reported truthfully and in time"),
    "M2": _("A register is kept of what was reported"),
    "M3": _("What was sent is confirmed by telephone the same day"),
    "M4": _("Data is published only once it is approved"),
    "M5": _("Somebody by name is responsible, and records are filed"),
    "D1": _("Monitoring equipment is protected, and used for nothing else"),
    "D2": _("Monitoring equipment is not lent or taken apart without approval"),
    "D3": _("Monitoring equipment runs no other software"),
    "D4": _("Equipment sent for repair carries no data"),
}
"""Every clause of the regulation, in its order, with what it asks."""


def clauses(shipped: Iterable[Clause], own: Iterable[Clause], named: Iterable[str]) -> tuple[Clause, ...]:
    """Return every clause once: the site's own in place of those that are shipped, and what only duties name."""
    by_id = {clause.id: clause for clause in shipped}
    by_id.update((clause.id, clause) for clause in own)
    for name in sorted(set(named) - set(by_id), key=order):
        by_id[name] = Clause(name, {})
    return tuple(by_id.values())


def order(name: str) -> tuple[str, int]:
    """Return what sorts `C2` before `C10`."""
    return name[:1], int(name[1:]) if name[1:].isdecimal() else 0
