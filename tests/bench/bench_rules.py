"""How long it takes to make text of what devices say, against decoding and splitting the same bytes alone.

python tests/bench/bench_rules.py [LINES]
"""

from __future__ import annotations

import sys
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[2]))

from probes.collect import Answer, Capture
from probes.platforms import normalise, rules_of

if TYPE_CHECKING:
    from collections.abc import Callable

LINES = 10_000
ROUNDS = 7
KEY = b"k" * 32

PORTS = {
    "cisco_ios": (
        "interface GigabitEthernet1/0/{0}\n description Ward {0}\n switchport access vlan {1}\n switchport mode access\n!",
        "snmp-server host 10.0.0.{1} version 2c secret{0}",
        "end",
    ),
    "huawei_vrp": (
        "interface GigabitEthernet0/0/{0}\n description 住院部{0}楼接入\n port link-type access\n port default vlan {1}\n#",
        "snmp-agent target-host trap address udp-domain 10.0.0.{1} params securityname cipher secret{0}",
        "return",
    ),
    "vyos": ("set interfaces ethernet eth{0} description 'ward {0}'", "set service snmp community secret{0} network 10.0.0.0/8", ""),
}  # fmt: skip
"""For each platform a port, a line with a secret, and the last line; {0} is a number, {1} one below 100."""


def config(name: str, count: int) -> bytes:
    """Return a configuration of so many lines, one in fifty of them with a secret."""
    port, secret, end = PORTS[name]
    lines: list[str] = []
    while len(lines) < count - 1:
        lines += port.format(len(lines), len(lines) % 100).split("\n")
        if len(lines) % 50 < port.count("\n") + 1:
            lines.append(secret.format(len(lines), len(lines) % 100))
    return "\r\n".join((*lines, end)).encode("gb18030")


def taken(work: Callable[[], object]) -> float:
    """Return seconds, the best of some rounds."""
    times = []
    for _round in range(ROUNDS):
        begun = perf_counter()
        work()
        times.append(perf_counter() - begun)
    return min(times)


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else LINES
    print(f"{count} lines, best of {ROUNDS}:")
    for name in PORTS:
        raw, rules = config(name, count), rules_of(name)
        capture = Capture("running", name, (Answer("show", raw),))
        plain = taken(lambda raw=raw: [line.strip() for line in raw.decode("gb18030").split("\n")])
        whole = taken(lambda rules=rules, capture=capture: normalise(rules, capture, KEY))
        text = normalise(rules, capture, KEY)
        print(
            f"{name:12} {whole * 1000:6.0f} ms, {whole / plain:5.0f} times decoding and splitting alone; "
            f"{len(text.sections)} sections, {len(text.masked)} secrets"
        )


if __name__ == "__main__":
    main()
