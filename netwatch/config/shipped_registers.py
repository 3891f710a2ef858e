"""The registers that a site has without declaring them, as their tables would be read from a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from probes.api import _

if TYPE_CHECKING:
    from collections.abc import Mapping


def _field(name: str, chinese: str, english: str, kind: str = "text", needed: str = "", **more: Any) -> dict[str, Any]:
    raw: dict[str, Any] = {"name": name, "title": {"zh_CN": chinese, "en": english}, "kind": kind, **more}
    return {**raw, "needed": needed} if needed else raw


_WHAT = _field("what", "内容", _("what"), needed="submit")
_WHY = _field("why", "事由", _("purpose"), needed="submit")
_DEVICE = _field("device", "设备", _("device"), "device")

SHIPPED: tuple[Mapping[str, Any], ...] = (
    {
        "name": "change",
        "title": {"zh_CN": "参数变更", "en": _("Change of parameters")},
        "shape": "interval",
        "closes": "verify",
        "place": "changes",
        "clauses": ("C5",),
        "field": (
            _field("device", "设备", _("device"), "device", "submit"),
            _WHAT,
            _WHY,
            _field("back", "回退方案", _("roll-back plan"), needed="submit"),
            _field("implementer", "实施人", _("implementer"), "person", "submit"),
            _field("result", "结果", _("result"), needed="done"),
        ),
    },
    {
        "name": "dismantle",
        "title": {"zh_CN": "拆卸搬移", "en": _("Dismantling and moving")},
        "shape": "interval",
        "closes": "verify",
        "place": "changes",
        "clauses": ("C5", "D2"),
        "field": (
            _field("device", "设备", _("device"), "device", "submit"),
            _field("part", "部件", _("part")),
            _field("serial", "序列号", _("serial number")),
            _WHY,
            _field("from", "原位置", _("moved from")),
            _field("to", "新位置", _("moved to")),
            _field("result", "结果", _("result"), needed="done"),
        ),
    },
    {
        "name": "loan",
        "title": {"zh_CN": "外借", "en": _("Loan")},
        "shape": "interval",
        "closes": "return",
        "place": "people",
        "clauses": ("C5", "L1", "L3"),
        "remind": "1d",
        "field": (
            _field("item", "物品", _("item"), needed="submit"),
            _field("serial", "序列号", _("serial number")),
            _DEVICE,
            _field("borrower", "借用人", _("borrower"), "person", "submit"),
            _field("department", "科室", _("department"), needed="submit"),
            _field("phone", "电话", _("phone"), needed="submit"),
            _field("mail", "邮箱", _("mail address"), "mail"),
            _field("condition_out", "借出时状况", _("condition when lent"), needed="open"),
            _field("condition_in", "归还时状况", _("condition when returned"), needed="done"),
        ),
    },
    {
        "name": "repair",
        "title": {"zh_CN": "送修", "en": _("Sent for repair")},
        "shape": "interval",
        "closes": "return",
        "place": "people",
        "clauses": ("D4", "M4"),
        "remind": "1d",
        "field": (
            _field("item", "物品", _("item"), needed="submit"),
            _field("serial", "序列号", _("serial number"), needed="submit"),
            _DEVICE,
            _field("fault", "故障现象", _("what is wrong"), needed="submit"),
            _field("firm", "维修单位", _("firm"), needed="submit"),
            _field("wiped", "数据已清除", _("data wiped"), "yes", "open"),
            _field("wiped_by", "清除人", _("wiped by"), "person", "open"),
            _field("carrier", "经手人", _("taken by"), "person", "open"),
            _field("result", "维修结果", _("result of the repair"), needed="done"),
        ),
    },
    {
        "name": "visitor",
        "title": {"zh_CN": "外来人员", "en": _("Visitor")},
        "shape": "interval",
        "closes": "leave",
        "place": "people",
        "clauses": ("C10",),
        "severity": "minor",
        "field": (
            _field("name", "姓名", _("name of the visitor"), needed="submit"),
            _field("organisation", "单位", _("organisation"), needed="submit"),
            _field("people", "人数", _("number of people"), "number"),
            _field("phone", "电话", _("phone")),
            _field("purpose", "事由", _("purpose"), needed="submit"),
            _field("carried", "携带物品", _("carried items"), needed="open"),
            _field("escort", "陪同人", _("escort"), "person", "open"),
            _DEVICE,
        ),
    },
    {
        "name": "software",
        "title": {"zh_CN": "软件安装", "en": _("Software")},
        "closes": "verify",
        "place": "changes",
        "clauses": ("C6", "D3"),
        "field": (
            _field("device", "设备", _("device"), "device", "submit"),
            _field("software", "软件名称与版本", _("software and version"), needed="submit"),
            _WHY,
            _field(
                "virus_check",
                "查毒结果",
                _("result of the virus check"),
                "choice",
                "done",
                choices=("clean", "infected"),
            ),
            _field("checked_with", "查毒工具", _("checked with"), needed="done"),
        ),
    },
    {
        "name": "submission",
        "title": {"zh_CN": "数据上报", "en": _("Submission of data")},
        "approval": "leader",
        "closes": "verify",
        "place": "duties",
        "clauses": ("S1", "M1", "M2", "M3"),
        "severity": "minor",
        "field": (
            _WHAT,
            _field("to", "上报单位", _("submitted to"), needed="submit"),
            _field("period", "报告期", _("period")),
            _field("receipt", "回执号", _("number of the receipt"), needed="done"),
            _field("phoned", "电话确认人", _("confirmed by phone with"), needed="confirm"),
            _field("number", "电话号码", _("phone number"), needed="confirm"),
            _field("phoned_at", "电话确认时间", _("phoned at"), "time", "confirm"),
        ),
    },
    {
        "name": "release",
        "title": {"zh_CN": "数据发布", "en": _("Release of data")},
        "approval": "two_step",
        "place": "duties",
        "clauses": ("M4", "D4"),
        "field": (
            _WHAT,
            _field("to", "发布对象", _("released to"), needed="submit"),
            _field("how", "发布方式", _("way of release"), needed="submit"),
        ),
    },
    {
        "name": "training",
        "title": {"zh_CN": "培训", "en": _("Training")},
        "approval": "none",
        "place": "duties",
        "clauses": ("C9", "A5"),
        "field": (
            _WHAT,
            _field("teacher", "授课人", _("teacher"), needed="submit"),
            _field("attended", "参加人员", _("attended by"), needed="submit"),
            _field("material", "培训资料", _("material")),
        ),
    },
    {
        "name": "restore_drill",
        "title": {"zh_CN": "备份恢复演练", "en": _("Restore drill")},
        "approval": "none",
        "closes": "verify",
        "place": "duties",
        "clauses": ("C3",),
        "field": (
            _WHAT,
            _field("backup", "所用备份", _("back-up used"), needed="submit"),
            _field("took", "用时（分钟）", _("took, in minutes"), "number", "done"),
            _field("result", "结果", _("result"), needed="done"),
        ),
    },
    {
        "name": "meeting",
        "title": {"zh_CN": "会议", "en": _("Meeting")},
        "approval": "none",
        "place": "duties",
        "clauses": ("A2", "A4"),
        "field": (
            _WHAT,
            _field("attended", "参加人员", _("attended by"), needed="submit"),
            _field("decided", "议定事项", _("decided"), needed="submit"),
            _field("follow_up", "跟进日期", _("follow up on"), "date"),
        ),
    },
    {
        "name": "session",
        "title": {"zh_CN": "会诊会议预约", "en": _("Booked session")},
        "approval": "none",
        "shape": "interval",
        "place": "duties",
        "clauses": ("T1", "T6"),
        "check_before": "30m",
        "field": (
            _WHAT,
            _field("with", "对方单位", _("other side"), needed="submit"),
            _field("contact", "联系人", _("contact"), needed="submit"),
            _field("phone", "电话", _("phone"), needed="submit"),
            _field("equipment", "设备与链路", _("equipment and links"), "devices", "submit"),
            _field("material", "资料交接", _("material handed over")),
            _field("result", "结果", _("result"), needed="done"),
            _field("filed", "归档位置", _("filed at"), needed="done"),
        ),
    },
)
"""A `[[register_type]]` of the same name takes the place of one of these, or switches it off."""
