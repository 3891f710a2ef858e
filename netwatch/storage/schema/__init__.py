"""The tables, by what they are of."""

from netwatch.storage.schema.audit import audit_checkpoints, audit_events, audit_segments
from netwatch.storage.schema.calendar import days
from netwatch.storage.schema.changes import (
    baselines,
    change_implementers,
    change_requests,
    change_targets,
    findings,
    waivers,
)
from netwatch.storage.schema.columns import metadata, storable
from netwatch.storage.schema.drift import blobs, captures, doors, snapshots, visits
from netwatch.storage.schema.duties import fulfilments
from netwatch.storage.schema.monitoring import (
    checks,
    decisions,
    devices,
    events,
    faults,
    handovers,
    layouts,
    meta,
    outbox,
    polls,
    renderings,
    windows,
)
from netwatch.storage.schema.registers import entries, steps
from netwatch.storage.schema.roster import exceptions, feed_shifts, feeds, publications
from netwatch.storage.schema.service import discrepancies, parts, service_reports, sights
from netwatch.storage.schema.signatures import remarks, signatures

__all__ = [
    "audit_checkpoints", "audit_events", "audit_segments", "baselines", "blobs", "captures", "change_implementers",
    "change_requests", "change_targets", "checks", "days", "decisions", "devices", "discrepancies", "doors",
    "entries", "events", "exceptions", "faults", "feed_shifts", "feeds", "findings", "fulfilments", "handovers",
    "layouts", "meta", "metadata", "outbox", "parts", "polls", "publications", "remarks", "renderings",
    "service_reports", "sights", "signatures", "snapshots", "steps", "storable", "visits", "waivers", "windows",
]  # fmt: skip
