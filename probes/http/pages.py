"""The body of a page as text: bounded, decompressed, decoded by its charset. Pure, and safe on any bytes."""

from __future__ import annotations

import codecs
import re
import zlib

LONGEST = 2**20
"""Bytes of a page that are looked at, packed or not."""
_DECLARED = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_DECLARED_WITHIN = 1024
_SUPERSETS = {"gb2312": "gb18030", "gbk": "gb18030", "ascii": "utf-8", "iso8859-1": "cp1252"}
"""What pages say, and what browsers read."""
_CODECS = frozenset({
    "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "hz", "big5", "big5hkscs", "euc_jp", "euc_kr",
    "shift_jis", "iso2022_jp", "koi8-r", "iso8859-2", "iso8859-15", "cp1250", "cp1251", "cp1252", "cp949", "cp950",
})  # fmt: skip
"""No others: Python also calls `idna` and `unicode_escape` text."""


def unpacked(body: bytes, encoding: str) -> bytes:
    """Undo gzip or deflate as far as `LONGEST`; what is not packed so comes back as it is."""
    if encoding.strip().lower() not in ("gzip", "x-gzip", "deflate"):
        return body
    for window in (47, -15):  # with a header of zlib or gzip; deflate without any, as old servers send it
        try:
            return zlib.decompressobj(window).decompress(body, LONGEST)
        except zlib.error:
            continue
    return body


def text(body: bytes, content_type: str) -> str:
    """Decode by the header's charset, else the page's own, else UTF-8, else GB18030; what is wrong becomes `�`."""
    for declared in (content_type.encode(errors="ignore"), body[:_DECLARED_WITHIN]):
        codec = _codec(declared)
        if codec:
            return body.decode(codec, errors="replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("gb18030", errors="replace")


def _codec(declared: bytes) -> str | None:
    found = _DECLARED.search(declared)
    if found is None:
        return None
    try:
        name = codecs.lookup(found[1].decode("ascii")).name
    except LookupError:
        return None
    name = _SUPERSETS.get(name, name)
    return name if name in _CODECS else None
