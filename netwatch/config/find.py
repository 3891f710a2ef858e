"""Where the configuration is when nobody says."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLE = "NETWATCH_CONFIG"
HERE = Path("var", "config.toml")
SYSTEM = Path("/etc/netwatch/config.toml")


def find(environment: Mapping[str, str] | None = None, *, folder: Path = Path()) -> Path:
    """Return `$NETWATCH_CONFIG`, else `var/config.toml` in the folder, else the system's.

    The last one is returned whether it is there or not, so that a message can name it.
    """
    environment = os.environ if environment is None else environment
    if named := environment.get(VARIABLE):
        return Path(named)
    return folder / HERE if (folder / HERE).is_file() else SYSTEM
