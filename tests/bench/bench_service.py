"""What the service costs: switches by SNMP and hosts by ICMP, all on loopback, polled every minute.

    python tests/bench/bench_service.py [--switches 200] [--hosts 5000] [--seconds 120] --agent PORT:COMMUNITY

`--agent` is an SNMP simulator that answers on every 127.x.y.z at that UDP port (an empty string leaves SNMP out).
Prints the share of one core, memory, late and skipped turns, and the ratio of CPU a poll to that of an idle service.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

HEAD = """
[site]
language = "en"
[log]
format = "json"
[web]
listen = "127.0.0.1:{port}"
[mail]
directory = "mail"
[polling]
workers = 400
"""


def devices(count: int, network: int, check: str) -> str:
    """Return so many devices in 127.NETWORK.0.0/16."""
    return "".join(
        f'[[device]]\nname = "d{network}-{number}"\naddress = "127.{network}.{number // 250}.{number % 250 + 1}"\n'
        f"check = [{check}]\n"
        for number in range(count)
    )


def configuration(arguments: argparse.Namespace) -> str:
    """Return the whole configuration."""
    text = HEAD.format(port=arguments.port)
    if arguments.agent:
        port, community = arguments.agent.split(":")
        text += f'[credential.farm]\nversion = "2c"\ncommunity = "{community}"\n'
        text += devices(arguments.switches, 1, f'{{ kind = "snmp", credential = "farm", port = {port} }}')
    return text + devices(arguments.hosts, 2, '{ kind = "icmp" }')


def main() -> None:
    """Run the service for a while, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--switches", type=int, default=200)
    parser.add_argument("--hosts", type=int, default=5000)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--agent", default="")
    parser.add_argument("--port", type=int, default=8699)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="netwatch-bench-") as name:
        path = Path(name) / "config.toml"
        path.write_text(configuration(arguments), encoding="utf-8")
        path.chmod(0o600)
        command = [str(Path(sys.executable).with_name("netwatch")), "run", "--config", str(path)]
        with (Path(name) / "log").open("w+b") as log:
            service = subprocess.Popen(command, stdout=log, stderr=log)
            try:
                measure(psutil.Process(service.pid), Path(name), arguments.seconds)
            finally:
                service.send_signal(signal.SIGTERM)
                service.wait(30)
            log.seek(0)
            print_totals(log.read().decode())


def measure(process: psutil.Process, folder: Path, seconds: int) -> None:
    """Wait until it is up, let it settle for a minute of polls, and measure the rest."""
    while not (folder / "netwatch.sock").exists():
        time.sleep(0.1)
    started = process.cpu_times()
    print(f"start-up: {started.user + started.system:.1f} s CPU")
    settle = min(70, seconds // 3)
    time.sleep(settle)
    before, since = process.cpu_times(), time.monotonic()
    time.sleep(seconds - settle)
    after, length = process.cpu_times(), time.monotonic() - since
    used = after.user + after.system - before.user - before.system
    memory = process.memory_info().rss / 2**20
    size = sum(file.stat().st_size for file in folder.glob("netwatch.db*")) / 2**20
    print(
        f"steady: {100 * used / length:.1f} % of one core over {length:.0f} s; {memory:.0f} MiB; database {size:.1f} MiB"
    )


def print_totals(log: str) -> None:
    """Print what the service said of itself when it stopped."""
    for line in log.splitlines():
        if line.startswith("{"):
            said = json.loads(line)
            if said.get("event") == "stopping":
                print(f"polls {said['polls']}, late {said['late']}, skipped {said['skipped']}")
            elif said.get("level") in ("warning", "error", "critical"):
                print(line)


if __name__ == "__main__":
    main()
