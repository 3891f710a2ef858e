"""What is translated of a stored sentence, and what stands as somebody wrote it."""

from __future__ import annotations

import pytest

from netwatch.language import said, translations

CHINESE = translations("zh_CN")


@pytest.mark.parametrize(
    ("template", "values", "sentence"),
    [
        ("unknown key; did you mean '{close}'?", {"close": "group"}, "未知的键；是否想写“group”？"),
        ("there is no {what} '{name}'", {"what": "device", "name": "mail"}, "没有名为“mail”的设备"),
        ("{name} is not among the people of the configuration", {"name": "nobody"}, "nobody 不在配置的人员之中"),
        ("{field}: must not be empty", {"field": "text"}, "text：不能为空"),
        ("is a list of tables, each written [[{key}]]", {"key": "device"}, "是表的列表，每项写作 [[device]]"),
        ("{keyword} {before} → {after}", {"keyword": "description", "before": "down", "after": "none"},
         "description down → none"),
        ("entry {number} is {state}; this step cannot follow", {"number": 4, "state": "draft"},
         "第 4 号登记的状态为“草稿”，不能进行此步骤"),
    ],
)  # fmt: skip
def test_words_of_the_program_are_translated_and_names_are_not(template: str, values: dict[str, str], sentence: str):
    assert said(template, values, CHINESE) == sentence
