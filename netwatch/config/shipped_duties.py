"""The duties that a site has without declaring them, as their tables would be read from a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from probes.api import _

if TYPE_CHECKING:
    from collections.abc import Mapping


def _item(name: str, chinese: str, english: str) -> Mapping[str, Any]:
    return {"name": name, "title": {"zh_CN": chinese, "en": english}}


SHIPPED: tuple[Mapping[str, Any], ...] = (
    {
        "name": "round",
        "title": {"zh_CN": "机房巡检", "en": _("Inspection round")},
        "kind": "round",
        "each_shift": ("all",),
        "clauses": ("C4",),
        "item": (
            _item("alarms", "设备指示灯与告警声", _("Lamps and alarms of the devices")),
            _item("climate", "空调运行与温湿度", _("Air-conditioning, temperature and humidity")),
            _item("power", "市电与 UPS", _("Mains power and UPS")),
            _item("water", "漏水与异味", _("Water and smells")),
            _item("tidy", "机房整洁，无无关人员与物品", _("Tidy, and nobody and nothing that does not belong here")),
            _item("door", "门禁与消防设施", _("Doors, locks and fire equipment")),
        ),
    },
)
"""An inspection round on every shift; `[[duty]]` with `name = "round"` takes its place, or switches it off."""
