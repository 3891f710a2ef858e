"""What every table of the file is: frozen, strict, unknown keys refused."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from netwatch.config.values import Language, Title, wrong
from roster.calendar import DayKind
from roster.layers import Post

Word = TypeVar("Word", bound=Enum)


def one_of(kind: type[Word]) -> BeforeValidator:
    """Read a word of a closed set, which strict validation would not take for its member."""

    def read(value: object) -> Word:
        try:
            return kind(value)
        except ValueError:
            raise wrong("literal_error", limit=", ".join(f"'{each.value}'" for each in kind)) from None

    return BeforeValidator(read)


PostName = Annotated[Post, one_of(Post)]
DAYS = {"workday": DayKind.WORKDAY, "rest": DayKind.REST, "holiday": DayKind.STATUTORY}
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Clause = Annotated[Title, Field(max_length=8, pattern="^[A-Z][0-9]{1,2}$")]
"""A clause of the regulation that a check, a duty or a register serves, such as `C5`."""


def _in_both(value: object) -> object:
    return {"zh_CN": value, "en": value} if isinstance(value, str) else value


Titles = Annotated[dict[Language, Title], BeforeValidator(_in_both), Field(min_length=1)]
"""What people call something, in one language or in both: `"巡检"` or `{ zh_CN = "巡检", en = "Round" }`."""


class Table(BaseModel):
    """One table of the file."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, arbitrary_types_allowed=True, hide_input_in_errors=True
    )
