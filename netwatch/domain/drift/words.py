"""A difference in words, for a leader who reads it before the lines: what changed where, from what to what.

What a device says is hostile: every word of it is bounded, and what would move a cursor is shown and not done.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from netwatch.domain.drift import files, identity
from netwatch.domain.drift.pairing import Pair, pairs
from netwatch.domain.drift.risk import turned_off, turned_on
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from netwatch.domain.drift.difference import Alteration, Difference

MOST = 40
"""So many sentences are made; what is more is counted."""
LEFT = _("and {left} more differences")
IN_WORDS = 6
"""So many changed lines of one section are told one by one; more of them are counted."""
FEW = 3
"""So many lines of a section that is new, or gone, are told one by one."""
LONGEST = 120
"""Characters of a device's words in a sentence."""

_INTERFACE = re.compile(r"interfaces?\s+(?:ethernet\s+)?(?P<name>\S.*)", re.IGNORECASE)
_VLAN = re.compile(r"(?:/?vlans?)\s+(?:database\s+)?(?P<name>[\w,\- ]{1,60})$", re.IGNORECASE)
_ACL = re.compile(
    r"(?:(?:ip|ipv6|mac)\s+access-list(?:\s+(?:standard|extended))?|acl(?:\s+(?:name|number|basic|advanced|ipv6))*"
    r"|firewall(?:\s+family\s+\S+)?\s+filter)\s+(?P<name>\S+)",
    re.IGNORECASE,
)
_RULE = re.compile(r"(?:rule\s+)?(?P<name>\d{1,10})\b", re.IGNORECASE)
_USER = re.compile(
    r"(?:username|local-user|ssh user|users?|user-account|account)[\s:]+(?:name\s+)?(?P<name>[^\s:]+)", re.IGNORECASE
)
_LOGIN = re.compile(r"(?:passwd (?=[^\s:]+:[^:]*:\d+:)|shadow (?=\S+ \w+ changed:))(?P<name>[^\s:]+)")
"""How the script of servers says that there is an account, and how it logs in."""
_ACCOUNT = re.compile(r"(?:system admin|user local|login|users?) / (?:edit |user )?(?P<name>\S+)$", re.IGNORECASE)
_ROUTE = re.compile(
    r"(?:ip|ipv6)\s+route(?:-static)?\s+(?P<name>\S.*)|(?:static\s+)?route\s+(?P<more>\S.*)", re.IGNORECASE
)


def sentences(difference: Difference, most: int = MOST) -> tuple[Message, ...]:
    """Return what has changed in words, in the order of the text; the last one counts what was left out.

    Whether it is still the same device comes first.
    """
    found: list[Message] = []
    for number, each in enumerate(difference.alterations):
        found += _said(each)
        if len(found) > most:
            left = len(difference.alterations) - number - 1 + len(found) - most
            return (*identity.foremost(found)[:most], Message(LEFT, {"left": left}))
    if not found and not difference.empty:
        found.append(Message(_("sections stand in another order")))
    return tuple(identity.foremost(found))


def many(told: Iterable[Message]) -> int:
    """Return how many differences some sentences are about: of the last one, as many as it says."""
    return sum(int(each.values["left"]) if each.template == LEFT else 1 for each in told)


def shown(text: str, most: int = LONGEST) -> str:
    """Return a device's words so that they can neither move a cursor nor fill a page."""
    cut = text if len(text) <= most else f"{text[: most - 1]}…"
    return "".join(each if each.isprintable() else _escaped(each) for each in cut)


def _escaped(char: str) -> str:
    return f"\\x{ord(char):02x}" if ord(char) < 256 else f"\\u{ord(char):04x}"  # noqa: PLR2004 - one byte


def called(path: Sequence[str]) -> str:
    """Return a section's name: what stands above its lines."""
    return shown(re.sub(r"^file (?=/)", "", " / ".join(path)))


def _said(alteration: Alteration) -> Iterator[Message]:
    if alteration.alone:
        yield from _alone(alteration)
    elif alteration.before is None:
        yield from _whole(alteration, is_new=True)
    elif alteration.after is None:
        yield from _whole(alteration, is_new=False)
    else:
        yield from _within(alteration)


def _whole(alteration: Alteration, *, is_new: bool) -> Iterator[Message]:
    """Say of a whole section that it is new, or gone; of one of few lines, such as a file of sudo, say them."""
    heading = alteration.path[-1]
    lines = tuple(line for line in alteration.added or alteration.removed if files.readable(line))
    for pattern, new, gone in _THINGS:
        match = pattern.match(heading) or (_ACCOUNT.search(" / ".join(alteration.path)) if pattern is _USER else None)
        if match is not None:
            yield Message(new if is_new else gone, {"name": shown(match["name"])})
            if is_new and len(lines) <= FEW:
                yield from (_generic(called(alteration.path), None, line) for line in lines if "<secret" not in line)
            return
    said = called(alteration.path)
    if not lines:
        yield _generic("", *((None, said) if is_new else (said, None)))
        return
    if len(lines) > FEW:
        many = _("new section {section}, {count} lines") if is_new else _("section {section} removed, {count} lines")
        yield Message(many, {"section": said, "count": len(lines)})
        return
    template = _("new section {section}: {line}") if is_new else _("section {section} removed: {line}")
    yield Message(template, {"section": said, "line": shown(lines[0])})
    yield from (_generic(said, *((None, line) if is_new else (line, None))) for line in lines[1:])


_THINGS = (
    (_INTERFACE, _("new interface {name}"), _("interface {name} removed")),
    (_ACL, _("new ACL {name}"), _("ACL {name} removed")),
    (_VLAN, _("new VLAN {name}"), _("VLAN {name} removed")),
    (_USER, _("user {name} added"), _("user {name} removed")),
)
_LINES = (
    (_VLAN, _("new VLAN {name}"), _("VLAN {name} removed"), _("VLAN {name} changed")),
    (_USER, _("user {name} added"), _("user {name} removed"), _("user {name} changed")),
    (_ROUTE, _("route {name} added"), _("route {name} removed"), _("route {name} changed")),
)


def _alone(alteration: Alteration) -> Iterator[Message]:
    """Say what became of lines that stand alone."""
    people, changed = _users(alteration, pairs(alteration))
    yield from people
    for old, new in changed:
        yield _line(old, new) or _generic("", old, new)


def _users(alteration: Alteration, changed: Sequence[Pair]) -> tuple[list[Message], list[Pair]]:
    """Return who is new and who is gone, once however many lines say so, and the other lines."""
    there, now = (
        {name for line in (section.lines if section else ()) if (name := _user(line))}
        for section in (alteration.before, alteration.after)
    )
    said = [Message(_("user {name} added"), {"name": shown(name)}) for name in sorted(now - there)]
    said += [Message(_("user {name} removed"), {"name": shown(name)}) for name in sorted(there - now)]
    rest: list[Pair] = []
    for old, new in changed:
        kept = tuple(line if line is None or _user(line) not in there ^ now else None for line in (old, new))
        if kept != (None, None):
            rest.append((kept[0], kept[1]))
    return said, rest


def _user(line: str) -> str:
    match = _USER.match(line.strip()) or _LOGIN.match(line)
    return match["name"] if match is not None else ""


def _line(old: str | None, new: str | None) -> Message | None:
    for pattern, added, removed, changed in _LINES:
        match = pattern.match(_positive(new or old or ""))
        if match is None:
            continue
        name = shown(next(each for each in match.groups() if each))
        if _undone(new or "") and old is None:
            return Message(removed, {"name": name})
        if pattern is _ROUTE and old is not None and new is not None:
            return None
        if old is None or new is None:
            return Message(added if old is None else removed, {"name": name})
        return Message(changed, {"name": name}) if pattern is _USER else None
    return None


def _positive(line: str) -> str:
    return re.sub(r"^(?:no|undo|set|add|delete)\s+", "", line.strip(), flags=re.IGNORECASE)


def _undone(line: str) -> bool:
    return re.match(r"(?:no|undo|delete)\s", line.strip(), re.IGNORECASE) is not None


def _within(alteration: Alteration) -> Iterator[Message]:
    heading = alteration.path[-1]
    said, interface = called(alteration.path), _INTERFACE.match(heading)
    if interface is not None:
        said = f"interface {shown(interface['name'])}"
    if turned_off(alteration):
        yield Message(_("{section}: shut down"), {"section": said})
    elif turned_on(alteration):
        yield Message(_("{section}: no longer shut down"), {"section": said})
    people, rest = _users(alteration, pairs(alteration))
    yield from people
    changed = [each for each in rest if not (_is_switch(each) and _is_port(alteration))]
    changed = [each for each in changed if any(files.readable(line or "") for line in each)] or changed
    if len(changed) > IN_WORDS:
        values: dict[str, str | int] = {
            "section": said,
            "added": len(alteration.added),
            "removed": len(alteration.removed),
        }
        yield Message(_("section {section}: {added} lines added, {removed} removed"), values)
        return
    acl = _ACL.match(heading)
    for old, new in changed:
        rule = _rule(acl["name"], old, new) if acl is not None else None
        yield rule or _generic(said, old, new)


def _is_port(alteration: Alteration) -> bool:
    return turned_off(alteration) or turned_on(alteration)


def _is_switch(pair: tuple[str | None, str | None]) -> bool:
    return all(each is None or _positive(each).rstrip(";") in {"shutdown", "disable", "disabled"} for each in pair)


def _rule(acl: str, old: str | None, new: str | None) -> Message | None:
    match = _RULE.match((new or old or "").strip())
    if match is None:
        return None
    templates = {
        (False, True): _("ACL {acl}: rule {rule} added: {after}"),
        (True, False): _("ACL {acl}: rule {rule} removed: {before}"),
        (True, True): _("ACL {acl}: rule {rule} changed: {before} → {after}"),
    }
    before, after = (shown(_RULE.sub("", (line or "").strip(), count=1).strip()) for line in (old, new))
    values = {"acl": shown(acl), "rule": match["name"], "before": before, "after": after}
    template = templates[old is not None, new is not None]
    return Message(template, {key: each for key, each in values.items() if f"{{{key}}}" in template})


def _generic(section: str, old: str | None, new: str | None) -> Message:
    """Say what became of a line; of one that begins as it did, what it said and says."""
    if old is not None and new is not None:
        return _valued(section, old, new)
    line = shown(files.readable((new if old is None else old) or "").rstrip(";"))
    if section:
        template = _("{section}: {line} added") if old is None else _("{section}: {line} removed")
        return Message(template, {"section": section, "line": line})
    return Message(_("{line} added") if old is None else _("{line} removed"), {"line": line})


def _valued(section: str, old: str, new: str) -> Message:
    if (file := files.changed(old, new)) is not None:
        return file if not section else Message(file.template, {**file.values, "file": section})
    if (another := identity.doubt(section, old, new)) is not None:
        return Message(another.template, {name: shown(str(each)) for name, each in another.values.items()})
    what, before, now = _common(old, new)
    about = {"section": section} if section else {}
    if "<secret" in before and "<secret" in now:
        template = _("{section}: {keyword}: the secret changed") if section else _("{keyword}: the secret changed")
        return Message(template, {**about, "keyword": shown(what or old)})
    template = _("{section}: {keyword} {before} → {after}") if section else _("{keyword} {before} → {after}")
    return Message(template, {**about, "keyword": shown(what), "before": shown(before), "after": shown(now)})


def _common(old: str, new: str) -> tuple[str, str, str]:
    """Return the words that both lines begin with, and what follows them in each; a `set` before them says nothing.

    A list of VLANs is one value and is not torn apart.
    """
    before, after = old.strip().rstrip(";").split(" "), new.strip().rstrip(";").split(" ")
    most = min(len(before), len(after)) - 1
    same = next((at for at in range(most) if before[at] != after[at]), most)
    if "vlan" in old.casefold():
        same = next((at for at in range(same) if re.fullmatch(r"[\d,-]+|add", before[at])), same)
    elif same > 1:
        # What follows the change and is the same says nothing either, where it is clear what it is about.
        while min(len(before), len(after)) > same + 1 and before[-1] == after[-1]:
            before, after = before[:-1], after[:-1]
    what = " ".join(before[:same])
    return re.sub(r"^set ", "", what), " ".join(before[same:]), " ".join(after[same:])
