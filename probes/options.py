"""What the options of all probes have in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Seconds = Annotated[float, Field(gt=0, le=60)]
Port = Annotated[int, Field(ge=1, le=65535)]


class ProbeOptions(BaseModel):
    """Options that cannot change, take no unknown key, and do not guess: `"3"` is no number."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
