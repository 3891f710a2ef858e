"""The script itself: what it reads in the files of a server, what stays there, and that it changes nothing."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from netwatch.domain.drift.snapshot import written
from probes.platforms import normalise, rules_of
from probes.server.facets import FACETS, script
from probes.server.stream import taken_apart
from tests.linux_root import HASH, LinuxRoot

if TYPE_CHECKING:
    from pathlib import Path

    from probes.server.stream import Visit

SHELLS = [
    "sh",
    "bash",
    pytest.param("busybox sh", marks=pytest.mark.needs("busybox")),
]
FROM_FILES = ("users", "sudoers", "cron", "authorized_keys", "mounts", "etc")


@pytest.fixture
def server(tmp_path: Path) -> LinuxRoot:
    return LinuxRoot(tmp_path / "root")


def answered(root: Path, *facets: str, shell: str = "sh", asked: str | None = None, text: bytes | None = None) -> bytes:
    words = () if asked is not None else facets
    env = {"SSH_ORIGINAL_COMMAND": asked} if asked is not None else {}
    command = [*shell.split(), "-s", "--", f"root={root}", *words]
    sent = text or script()
    done = subprocess.run(command, input=sent, stdout=subprocess.PIPE, check=True, timeout=50, env=env, cwd="/")
    return done.stdout


def visited(root: Path, *facets: str, shell: str = "sh") -> Visit:
    visit = taken_apart(answered(root, *facets, shell=shell), facets)
    assert visit is not None
    return visit


def lines(root: Path, facet: str, shell: str = "sh") -> list[str]:
    visit = visited(root, facet, shell=shell)
    (capture,) = visit.captures
    assert capture.gap is None, capture.gap
    return capture.answers[0].raw.decode().splitlines()


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_reads_the_same(server: LinuxRoot, shell: str) -> None:
    assert answered(server.path, *FROM_FILES, shell=shell) == answered(server.path, *FROM_FILES)


@pytest.mark.parametrize("denied", ["nice", "ionice"])
def test_where_no_lower_priority_is_granted_it_reads_all_the_same(
    server: LinuxRoot, tmp_path: Path, denied: str
) -> None:
    """As in the shipped systemd unit, whose filter of system calls refuses it."""
    tool = tmp_path / denied
    tool.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    tool.chmod(0o755)
    text = script().replace(b"PATH=", f"PATH={tmp_path}:".encode(), 1)

    assert answered(server.path, "etc", text=text) == answered(server.path, "etc")


def test_users_are_told_and_their_hashes_are_not(server: LinuxRoot) -> None:
    said = lines(server.path, "users")
    assert "passwd zhang:x:1000:1000:张:/home/zhang:/bin/bash" in said
    assert "passwd old:hash:1001:1001::/nowhere:/bin/sh" in said
    shadow = [line.split() for line in said if line.startswith("shadow")]
    assert [(line[1], line[2]) for line in shadow] == [
        ("root", "locked"),
        ("zhang", "password"),
        ("old", "password"),
        ("open", "empty"),
    ]
    told = "\n".join(said)
    assert not any(part in told for part in (*HASH.split("$")[3:], "aX1yuNPvzAM6k"))


def test_another_password_is_another_tag_and_a_lock_alone_is_not(server: LinuxRoot) -> None:
    def tag(field: str) -> str:
        server.write("etc/shadow", f"zhang:{field}:19800:0:99999:7:::\n")
        (line,) = [each for each in lines(server.path, "users") if each.startswith("shadow")]
        return line.rpartition("private:")[2]

    assert tag(HASH) == tag("!" + HASH)
    assert tag(HASH) != tag(HASH[:-1] + "8")
    assert re.fullmatch("[0-9a-f]{16}", tag(HASH))


def test_a_hash_of_the_old_kind_has_no_tag_that_could_be_guessed(server: LinuxRoot) -> None:
    (line,) = [each for each in lines(server.path, "users") if each.startswith("shadow old")]
    assert line.endswith("private:-")


def test_no_secret_of_a_job_or_a_mount_leaves_the_server(server: LinuxRoot) -> None:
    server.append(
        "etc/cron.d/dump", "1 1 * * * root sshpass -p canary-6 ssh nas; curl -H 'Authorization: Bearer canary-7' x\n"
    )
    server.append(
        "etc/cron.d/dump", '1 1 * * * root RESTIC_PASSWORD=canary-8 restic; api_key=\'canary-9\' "token"="canary-10"\n'
    )
    raw = answered(server.path, *FROM_FILES)
    assert b"canary" not in raw
    assert b"PGPASSWORD=***" in raw


def test_what_only_speaks_of_passwords_is_kept(server: LinuxRoot) -> None:
    server.append("etc/sudoers", "Defaults passwd_tries=3\n")
    said = lines(server.path, "sudoers")
    assert " %sudo ALL=(ALL:ALL) NOPASSWD: ALL" in said
    assert " Defaults passwd_tries=3" in said
    assert "file /etc/sudoers.d/ignored~" not in said


def test_a_secret_that_changes_is_seen_by_the_digest_of_its_file(server: LinuxRoot) -> None:
    before = lines(server.path, "cron")
    server.append("var/spool/cron/crontabs/zhang", "# only a comment\n")
    assert [line for line in lines(server.path, "cron") if line not in before] != []


def test_the_jobs_of_a_user_with_a_dot_in_the_name_are_told(server: LinuxRoot) -> None:
    server.write("var/spool/cron/crontabs/li.si", "@reboot /tmp/x\n")
    said = lines(server.path, "cron")
    assert said[said.index("file /var/spool/cron/crontabs/li.si") + 1] == " @reboot /tmp/x"


def test_nothing_secret_is_left_in_the_text_that_is_kept(server: LinuxRoot) -> None:
    visit = visited(server.path, *FROM_FILES)
    raw = b"".join(answer.raw for each in visit.captures for answer in each.answers).decode()
    kept = [normalise(rules_of(each.rules), each, b"k" * 32) for each in visit.captures]
    text = "\n".join(line for each in kept for line in written(each.sections))
    digests = set(re.findall(r"private:([0-9a-f]{8,})", raw))
    assert len(digests) > 5
    assert not any(digest in text for digest in digests)
    assert len(re.findall(r"private:<secret:[0-9a-f]{8}>", text)) >= len(digests)
    assert "canary" not in text


def test_keys_are_told_by_fingerprint_with_what_restricts_them(server: LinuxRoot) -> None:
    said = lines(server.path, "authorized_keys")
    assert said[0] == "file /home/zhang/.ssh/authorized_keys"
    assert re.fullmatch(r" 256 SHA256:[A-Za-z0-9+/]{43} zhang@desk \(ED25519\)", said[1])
    assert said[3].endswith(' options: restrict,from="10.0.0.1",command="echo a b"')
    assert said[4] == " no key"
    assert not any("AAAA" in line for line in said)


def test_each_file_of_etc_has_its_mode_owner_and_digest(server: LinuxRoot) -> None:
    said = {line.split(" ")[0]: line for line in lines(server.path, "etc")}
    assert said["/etc/hosts"].endswith(" 081ef9d5367595d16e30b4b4549d9f43")
    assert " 640 " in said["/etc/app/secret.conf"]
    assert " private:" in said["/etc/app/secret.conf"]
    assert said["/etc/localtime"] == "/etc/localtime -> /usr/share/zoneinfo/Asia/Shanghai link"
    assert any("名 字.conf" in line for line in lines(server.path, "etc"))


@pytest.mark.needs("dpkg-query")
def test_a_file_of_etc_that_is_as_its_package_brought_it_says_so(server: LinuxRoot) -> None:
    def line() -> str:
        return next(each for each in lines(server.path, "etc") if each.startswith("/etc/ssl.cnf "))

    def of_package(text: str) -> None:
        digest = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
        status = (server.path / "var/lib/dpkg/status").read_text(encoding="utf-8")
        bare = re.sub(r"Conffiles:\n.*\n", "", status)
        named = bare.replace("Package: openssl\n", f"Package: openssl\nConffiles:\n /etc/ssl.cnf {digest}\n")
        server.write("var/lib/dpkg/status", named)

    of_package("as it came\n")
    server.write("etc/ssl.cnf", "as it came\n")
    first = line()
    assert " packaged:openssl " in first
    server.write("etc/ssl.cnf", "of a newer version\n")
    assert "packaged" not in line()
    of_package("of a newer version\n")
    assert " packaged:openssl " in line()
    assert line() != first


@pytest.mark.needs("dpkg-query")
def test_packages_are_told_with_version_and_state(server: LinuxRoot) -> None:
    assert lines(server.path, "packages") == ["dpkg gone 1.0 all rc", "dpkg openssl 3.0.11-1~deb12u2 amd64 ii"]


def test_packages_of_alpine_are_read_from_its_own_list(server: LinuxRoot) -> None:
    shutil.rmtree(server.path / "var/lib/dpkg")
    server.write("lib/apk/db/installed", "C:Q1x=\nP:musl\nV:1.2.4-r2\nA:x86_64\n\nP:busybox\nV:1.36.1-r15\nA:x86_64\n")
    assert lines(server.path, "packages") == [
        "apk busybox 1.36.1-r15 x86_64 installed",
        "apk musl 1.2.4-r2 x86_64 installed",
    ]


def test_a_server_without_packages_or_sudo_says_so(server: LinuxRoot) -> None:
    shutil.rmtree(server.path / "var/lib/dpkg")
    (server.path / "etc/sudoers").unlink()
    unread = visited(server.path, "packages", "sudoers").unread
    assert {name: str(why) for name, why in unread.items()} == {
        "packages": "not on this server: dpkg, rpm or apk",
        "sudoers": "not on this server: sudo",
    }


@pytest.mark.needs("last")
def test_log_ins_are_told_in_utc(server: LinuxRoot) -> None:
    start = datetime(2026, 11, 26, 22, 20, 2, tzinfo=UTC)
    server.log_in("zhang", "pts/0", "10.1.1.9", start, start.replace(minute=30))
    (line,) = lines(server.path, "logins")
    assert " ".join(line.split()) == (
        "zhang pts/0 10.1.1.9 Thu Nov 26 22:20:02 2026 - Thu Nov 26 22:30:02 2026 (00:10)"
    )


def test_more_than_the_script_passes_on_is_a_gap(server: LinuxRoot) -> None:
    server.write("etc/hosts", "")
    server.write("etc/fstab", "/dev/sda1 /mnt ext4 defaults 0 0\n" * 260_000)
    (capture,) = visited(server.path, "mounts").captures
    assert capture.gap is not None
    assert str(capture.gap) == "it is longer than the script passes on"


def test_what_the_script_says_cut_off_anywhere_is_a_gap_or_whole(server: LinuxRoot) -> None:
    raw = answered(server.path, *FROM_FILES)
    complete = {each.facet: each.answers for each in visited(server.path, *FROM_FILES).captures}
    visits = [taken_apart(raw[: len(raw) * percent // 100], FROM_FILES) for percent in range(0, 100, 5)]
    assert sum(visit is not None for visit in visits) > 17
    for visit in filter(None, visits):
        assert visit.unread == {}
        assert any(each.gap is not None for each in visit.captures)
        assert all(each.gap is not None or each.answers == complete[each.facet] for each in visit.captures)


def test_of_what_a_client_asks_only_names_of_facets_are_heard(server: LinuxRoot, tmp_path: Path) -> None:
    asked = f"sh -s -- users ; touch {tmp_path}/done $(touch {tmp_path}/done) * root=/ cron"
    raw = answered(server.path, asked=asked)
    assert [line for line in raw.split(b"\n") if line.startswith(b"begin")] == [b"begin users", b"begin cron"]
    assert b"zhang@desk" not in raw
    assert b"root=" not in raw
    assert not (tmp_path / "done").exists()


def bare(text: str) -> str:
    """The script without its comments and what stands in quotes, where awk and sed have words of their own."""
    code = "\n".join(re.sub(r"(^|\s)#.*", "", line) for line in text.splitlines())
    return re.sub(r"'[^']*'", "Q", code)


CHANGING = "rm|mv|cp|ln|tee|touch|mkdir|mktemp|chmod|chown|kill|eval|dd|sudo|su|mount|umount|modprobe|insmod|apt|yum|dnf|sh|bash"


def test_it_runs_no_command_that_changes_anything() -> None:
    place = r"(?:^|[|;&({!]|\b(?:then|do|else|if|while|gently|exec|command))[ \t]*"
    code = bare(script().decode())
    assert re.findall(rf"{place}(?:{CHANGING})(?=[ \t\n;)])", code, re.MULTILINE) == []
    assert re.findall(rf"{place}(?:{CHANGING})(?=[ \t\n;)])", code + "\nif true; then rm x; fi", re.MULTILINE) != []
    assert not re.search(r"-delete|-fprint|--in-place|sed -[a-z]*i\b|sysctl -w|nft (add|delete|flush)", code)


def test_it_writes_to_nothing_but_its_own_channels() -> None:
    code = bare(script().decode())
    targets = set(re.findall(r"\d?>{1,2}[ \t]*([^\s;)]+)", code))
    assert targets == {"/dev/null", "&1", "&2", "&3", "&4"}
    assert "<<" not in code


LOOKING = {
    *(
        "awk",
        "cat",
        "cut",
        "dmidecode",
        "dpkg-query",
        "find",
        "grep",
        "head",
        "id",
        "ionice",
        "ip",
        "last",
        "ls",
        "lsblk",
        "md5sum",
    ),
    *(
        "nft",
        "nice",
        "openssl",
        "sed",
        "sh",
        "sha256sum",
        "sort",
        "ss",
        "ssh-keygen",
        "stat",
        "sysctl",
        "systemctl",
        "tr",
    ),
    *("uname", "iptables-save", "ip6tables-save"),
}
"""All programs that the script may run on a Debian server."""
CALLS = (
    "execve,openat,open,creat,unlink,unlinkat,rename,renameat,renameat2,mkdir,mkdirat,rmdir,symlink,symlinkat,link,linkat,"
    "mknod,mknodat,chmod,fchmod,fchmodat,chown,fchown,fchownat,lchown,truncate,ftruncate,utimensat,setxattr,mount,umount2,"
    "init_module,finit_module,delete_module"
)


@pytest.mark.needs("strace")
def test_no_call_to_the_kernel_changes_a_file_or_loads_a_module(server: LinuxRoot, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    facets = [each.name for each in FACETS if each.name not in {"suid", "sysctl"}]  # these two only take long
    command = [
        "strace",
        "-f",
        "-o",
        str(trace),
        "-e",
        f"trace={CALLS}",
        "sh",
        "-s",
        "--",
        f"root={server.path}",
        *facets,
    ]
    subprocess.run(command, input=script(), stdout=subprocess.PIPE, check=True, timeout=50)
    made = trace.read_text(encoding="utf-8", errors="replace").splitlines()
    run = {match[1] for line in made if (match := re.search(r' execve\("[^"]*/([^"/]+)"', line))}
    assert run - LOOKING == set()
    assert {"find", "sha256sum", "ss", "sort"} <= run
    changes = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|^\d+ +(?!openat\(|open\(|execve\(|[+-]|<)\w+\(")
    assert [line for line in made if changes.search(line) and "/dev/null" not in line] == []
