"""The one form in which values are bound by a digest: whoever alters any of them alters it."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def sealed(*bound: Any) -> str:
    """Return SHA-256, in hex, of values in order. They are texts, numbers, None, and lists or mappings of these."""
    text = json.dumps(bound, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
