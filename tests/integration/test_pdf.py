"""A report as a PDF: whole, on A4, in Chinese, and made where nothing can be reached."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader

from netwatch import pdf
from netwatch.language import translations
from roster import facts, render
from roster.cover import Shift
from roster.handover import build
from roster.layers import Post
from roster.phrase import Sentence
from roster.signing import Signature, Step

pytestmark = pytest.mark.needs("libpangoft2-1.0")
START = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
END = START + timedelta(hours=8)
SHIFT = Shift("day/2026-11-22/primary", "day/2026-11-22/primary", "day", "白班", date(2026, 11, 22), Post.PRIMARY,
              ("zhang",), ("zhang",), START, END)  # fmt: skip


def report(entries: int = 3):
    log = tuple(
        facts.LogEntry(n, START, START, "张三", f"第 {n} 条记录：核心交换机风扇已更换", "information")
        for n in range(1, entries + 1)
    )
    fault = facts.Fault(1, "core-a", "psu", facts.Severity.MAJOR, Sentence("no answer", {}), START, entries + 1)
    made = facts.Facts(at=END, upto_event=entries + 1, faults=(fault,), log=log)
    return build(SHIFT, made)


def page(**more) -> str:
    signed = (Signature(Step.OFFERED, "张三", END), Signature(Step.ACCEPTED, "李四", END, items=("fault/1",)))
    return render.html(report(**more), translations("zh_CN"), ZoneInfo("Asia/Shanghai"), signed)


def test_a_report_is_a4_and_its_chinese_can_be_searched():
    made = PdfReader(io.BytesIO(pdf.render(page())))
    box = made.pages[0].mediabox
    assert (round(float(box.width)), round(float(box.height))) == (595, 842)
    text = "".join(each.extract_text() for each in made.pages).replace(" ", "").replace("\n", "")
    assert "核心交换机风扇已更换" in text
    assert "李四" in text


def test_a_long_report_has_all_its_lines():
    made = PdfReader(io.BytesIO(pdf.render(page(entries=300))))
    text = "".join(each.extract_text() for each in made.pages).replace(" ", "")
    assert "第300条记录" in text
    assert len(made.pages) > 3


@pytest.mark.parametrize("address", ["file:///etc/passwd", "http://127.0.0.1:1/x.png", "ftp://127.0.0.1/x"])
def test_nothing_is_fetched_whatever_the_page_asks_for(address: str):
    hostile = f"<p>text</p><img src='{address}'><link rel=stylesheet href='{address}'><a rel=attachment href='{address}'>x</a>"
    made = PdfReader(io.BytesIO(pdf.render(hostile)))
    assert "root:" not in "".join(each.extract_text() for each in made.pages)
    assert not made.attachments


def test_a_page_that_takes_too_long_is_given_up():
    with pytest.raises(pdf.PdfError, match=r"took longer than 0\.01 s"):
        pdf.render(page(), seconds=0.01)


def test_what_the_child_may_not_know_it_does_not_know(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NETWATCH_SECRET", "hunter2")
    assert pdf.render("<p>x</p>").startswith(b"%PDF-")


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pdf.sys, "executable", "/usr/bin/false")
    with pytest.raises(pdf.PdfError, match="could not be made"):
        pdf.render("<p>x</p>")


def test_a_font_with_chinese_is_found_here():
    assert pdf.has_chinese()
