"""What is wrong with a value of the configuration, said so that it can be translated."""

from __future__ import annotations

from pydantic_core import PydanticCustomError

from probes.api import Message


def refused(template: str, **values: str) -> PydanticCustomError:
    """Return the error of a value that cannot be used. It carries the sentence as a `Message`, under `message`."""
    message = Message(template, values)
    return PydanticCustomError("refused", str(message), {"message": message})
