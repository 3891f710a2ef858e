"""What every table of the file is: frozen, strict, unknown keys refused."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from netwatch.config.values import Title, wrong
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
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Clause = Annotated[Title, Field(max_length=8, pattern="^[A-Z][0-9]{1,2}$")]
"""A clause of the regulation that a check, a duty or a register serves, such as `C5`."""


class Table(BaseModel):
    """One table of the file."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, arbitrary_types_allowed=True, hide_input_in_errors=True
    )
