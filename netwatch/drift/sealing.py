"""What a device said, encrypted: it holds passwords, and the database is copied to more places than the keys are.

AES-256 in GCM (NIST SP 800-38D), a random nonce of 96 bits in front. Device, facet and time go in as associated data,
so that what was sealed for one cannot be shown as another's.
"""

from __future__ import annotations

import json
import secrets
import sys
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from netwatch.errors import NetwatchError
from probes.api import Message, _
from probes.collect import Answer, Capture
from probes.platforms.decoding import decoded

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from datetime import datetime

    from netwatch.storage.captures import Kept

KEY = "captures"
"""The name of the key in the keyring."""
NONCE = 12
LEVEL = 6


class SealError(NetwatchError):
    """What was sealed cannot be opened."""


def seal(key: bytes, device: str, started: datetime, capture: Capture) -> bytes:
    """Return a capture so that only who has the key can read it, or alter it unnoticed."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, _packed(capture), _about(device, capture.facet, started))


def unseal(key: bytes, device: str, facet: str, started: datetime, sealed: bytes) -> Capture:
    """Return the capture again. SealError with another key, or where anything of it was altered."""
    try:
        packed = AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], _about(device, facet, started))
    except (InvalidTag, ValueError) as error:
        template = _("what {device} said cannot be opened: it was altered, or the key `captures` is another")
        raise SealError(template, device=device) from error
    return _unpacked(packed)


def opened(key: bytes, kept: Kept) -> str:
    """Return what a device said as a person reads it, each answer after its question. It holds secrets."""
    capture = unseal(key, kept.device, kept.facet, kept.started, kept.sealed)
    texts, _encoding = decoded(tuple(answer.raw for answer in capture.answers))
    both = zip(capture.answers, texts, strict=True)
    return "\n".join(f"# {answer.question}\n{text}" for answer, text in both)


def _about(device: str, facet: str, started: datetime) -> bytes:
    return json.dumps([device, facet, int(started.timestamp() * 1_000_000)]).encode()


def _packed(capture: Capture) -> bytes:
    said = {
        "facet": capture.facet,
        "rules": capture.rules,
        # Latin-1 gives each byte a character of its own, and takes it back.
        "answers": [[each.question, each.raw.decode("latin-1"), each.seconds] for each in capture.answers],
        "gap": None if capture.gap is None else [capture.gap.template, dict(capture.gap.values)],
    }
    return zstd.compress(json.dumps(said, separators=(",", ":")).encode(), LEVEL)


def _unpacked(packed: bytes) -> Capture:
    said = json.loads(zstd.decompress(packed))
    return Capture(
        facet=said["facet"],
        rules=said["rules"],
        answers=tuple(Answer(question, raw.encode("latin-1"), seconds) for question, raw, seconds in said["answers"]),
        gap=None if said["gap"] is None else Message(*said["gap"]),
    )
