"""What is translated of a stored sentence, and what stands as somebody wrote it."""

from __future__ import annotations

import pytest

from netwatch.language import of_mail, said, translations

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


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("mail.example:25: no answer within 9 s", "mail.example:25: 9 秒内无应答"),
        ("mail.example:25: cannot be reached: Connection refused", "mail.example:25: 无法连接：连接被拒绝"),
        ("a:25: cannot be reached: Name or service not known; b:25: breaks off the connection",
         "a:25: 无法连接：域名无法解析; b:25: 连接中断"),
        ("refuses the user name or password (535)", "用户名或密码被拒绝（535）"),
        ("mail.example:25: 550 no such user; ask the postmaster", "mail.example:25: 550 no such user; ask the postmaster"),
        ("no relay is configured", "未配置邮件服务器"),
    ],
)  # fmt: skip
def test_what_we_say_of_a_relay_is_translated_and_what_it_says_is_not(error: str, sentence: str):
    assert of_mail(error, CHINESE) == sentence
    assert said("mail is not taken: {error}", {"error": error}, CHINESE) == f"邮件未被接收：{sentence}"
    assert of_mail(error, translations("en")) == error
