"""In which language somebody is answered: asked for, remembered, preferred by the browser, or the site's."""

from __future__ import annotations

from netwatch.language import LANGUAGES

COOKIE = "lang"
PARAMETER = "lang"
LONGEST = 500
"""How much of an Accept-Language header is read."""


def language(asked: str | None, remembered: str | None, accepted: str, default: str) -> str:
    """Return the language to answer in. What is not one of ours is passed over."""
    for choice in (asked, remembered):
        if choice in LANGUAGES:
            return choice
    return next((found for tag in _by_preference(accepted) if (found := _ours(tag))), default)


def _by_preference(header: str) -> list[str]:
    """Return the tags of an Accept-Language header, the most wanted first (RFC 9110, 12.5.4)."""
    wanted = []
    for position, part in enumerate(header[:LONGEST].split(",")):
        tag, _, parameters = part.partition(";")
        weight = _weight(parameters)
        if weight > 0:
            wanted.append((-weight, position, tag.strip().lower()))
    return [tag for _weight, _position, tag in sorted(wanted)]


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if not name:
        return 1.0
    try:
        weight = float(value) if name.strip().lower() == "q" else 1.0
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0


def _ours(tag: str) -> str | None:
    match tag.replace("_", "-").split("-")[0]:
        case "zh":
            return "zh_CN"
        case "en":
            return "en"
        case _:
            return None
