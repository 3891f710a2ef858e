import re
import time

import pytest

from probes.collect import Answer, Capture
from probes.platforms import decoding, normalise, rule_names, rules_of
from probes.platforms.masking import Masker, tag
from tests.unit.probes.platforms import canaries, survivors

KEY = b"k" * 32
OTHER = b"o" * 32
TAGGED = re.compile(r"<secret(?::[0-9a-f]{8})?>")


def read(name: str, text: str, key: bytes = KEY):
    facet = "sudoers" if name == "linux" else "running"
    return normalise(rules_of(name), Capture(facet, name, (Answer("question", text.encode()),)), key)


def said(text) -> str:
    parts = [*(part for each in text.sections for part in (*each.path, *each.lines))]
    return "\n".join((*parts, *(cut.text for cut in (*text.dropped, *text.masked)), str(text.gap), str(text.evidence)))


def masked(name: str, *lines: str, above: tuple[str, ...] = ()) -> list[str]:
    masker = Masker(rules_of(name), KEY)
    return [masker.masked(line, above) for line in lines]


def test_every_platform_has_canaries():
    assert set(rule_names()) - {"snmp"} == set(canaries.EVERY)


@pytest.mark.parametrize("name", canaries.EVERY)
def test_no_secret_of_a_platform_comes_through_anywhere(name):
    assert "CANARY" not in said(read(name, canaries.EVERY[name]))


@pytest.mark.parametrize(
    "name", sorted(set(canaries.EVERY) - {"linux", "mikrotik_routeros", "fortinet", "juniper_junos"})
)
def test_most_secrets_stay_hidden_without_rules_of_their_platform(name):
    lines = said(read("generic", canaries.EVERY[name])).splitlines()
    leaks = [line for line in lines if "CANARY" in line]
    assert len(leaks) <= canaries.EVERY[name].count("CANARY") // 5, leaks


@pytest.mark.parametrize("name", canaries.EVERY)
def test_what_stands_before_a_secret_stays(name):
    text = said(read(name, canaries.EVERY[name]))
    for line in canaries.EVERY[name].splitlines():
        before, secret, _rest = line.partition("CANARY")
        words = before.split()
        if secret and words:
            # Without rules of its platform more of a line may be hidden than its secret.
            much = 1 if name == "generic" else max(1, len(words) - 2)
            assert " ".join(words[:much]).rstrip("\"'$6") in text, line


@pytest.mark.parametrize("name", survivors.EVERY)
def test_what_only_speaks_of_secrets_comes_through_as_it_is(name):
    lines = survivors.EVERY[name].splitlines()
    assert masked(name, *lines) == lines


@pytest.mark.parametrize("name", canaries.EVERY)
def test_a_changed_secret_is_seen_and_the_same_one_is_the_same(name):
    before, again = read(name, canaries.EVERY[name]), read(name, canaries.EVERY[name])
    after = read(name, canaries.EVERY[name].replace("CANARY", "CHANGED"))
    assert before.sections == again.sections
    if name != "fortinet":
        assert before.sections != after.sections


def test_what_a_device_encrypts_anew_at_each_display_is_one_constant():
    name = "fortinet"
    text = "config system admin\n edit a\n  set password ENC {0}\n next\nend\n"
    one, two = (read(name, text.format(each)) for each in ("AAAA==", "BBBB=="))
    assert one.sections == two.sections
    assert one.sections[-1].lines == ("set password ENC <secret>",)


def test_another_key_makes_other_tags():
    text = "enable secret 9 abc\nend\n"
    assert read("cisco_ios", text).sections != read("cisco_ios", text, OTHER).sections


def test_quotes_around_a_secret_are_not_part_of_it():
    assert tag('"abc"', KEY) == tag("abc", KEY)


def test_whoever_knows_a_tag_cannot_hide_a_change_behind_it():
    before = masked("cisco_ios", "enable secret 9 $9$old")[0]
    shown = TAGGED.search(before)[0]
    after = masked("cisco_ios", f"enable secret 9 {shown}")[0]
    assert TAGGED.search(after)
    assert after != before


@pytest.mark.parametrize(
    ("name", "line", "expected"),
    [
        ("cisco_ios", "snmp-server community public RW 5", "snmp-server community <> RW 5"),
        ("cisco_ios", "snmp-server host 10.1.1.1 vrf M informs version 2c public  tty vtp", "snmp-server host 10.1.1.1 vrf M informs version 2c <>  tty vtp"),
        ("cisco_ios", " mgmtuser username u password 0 MY PASS secret 0 MY SECR", " mgmtuser username u password 0 <> secret 0 <>"),
        ("cisco_ios", "snmp-server user u g v3 auth sha AA priv aes 128 BB access 99", "snmp-server user u g v3 auth sha <> priv aes 128 <> access 99"),
        ("cisco_ios", " client 10.1.1.1 server-key 7 0822", " client 10.1.1.1 server-key 7 <>"),
        ("cisco_asa", "username a password H pbkdf2 privilege 15", "username a password <> pbkdf2 privilege 15"),
        ("huawei_vrp", " local-user a password irreversible-cipher $1c$x$", " local-user a password irreversible-cipher <>"),
        ("huawei_vrp", 'snmp-agent community read cipher %^%#a"b%^%# mib-view v acl 2000', "snmp-agent community read cipher <> mib-view v acl 2000"),
        ("hp_comware", " primary accounting 10.1.1.2 1813 key simple x vpn-instance M", " primary accounting 10.1.1.2 1813 key simple <> vpn-instance M"),
        ("juniper_junos", '"ftp://u@203.0.113.11/b/" password "$9$x"; ## SECRET-DATA', '"ftp://u@203.0.113.11/b/" password <>; ## SECRET-DATA'),
        ("juniper_junos", '"scp://u:p:w@host/x/";', '"scp://u:<>@host/x/";'),
        ("mikrotik_routeros", 'add name=x password="a \\"b" service=l2tp', "add name=x password=<> service=l2tp"),
        ("vyos", "set service snmp community public authorization 'ro'", "set service snmp community <> authorization 'ro'"),
        ("hp_procurve", 'password manager user-name "admin" sha1 "x"', 'password manager user-name "admin" sha1 <>'),
        ("generic", "hash-mgmt-user r password hash H usertype read-only", "hash-mgmt-user r password hash <> usertype read-only"),
        ("generic", "description login ftp://u:p@ss@host/x", "description login ftp://u:<>@host/x"),
        ("generic", "description 密码：abc 备用", "description 密码：<> 备用"),
        ("generic", "ssh-key ssh-rsa AAAAB3", "ssh-key ssh-rsa AAAAB3"),
        ("snmp", "ifAlias.3 = login password=abc", "ifAlias.3 = login password=<>"),
    ],
)  # fmt: skip
def test_only_the_secret_is_hidden(name, line, expected):
    assert TAGGED.sub("<>", masked(name, line)[0]) == expected


def test_a_word_is_a_secret_or_not_by_what_stands_above_it():
    assert (
        masked("fortinet", 'set name "public"', above=("config system snmp community", "edit 1"))[0]
        != 'set name "public"'
    )
    assert masked("fortinet", 'set name "public"', above=("config system zone", "edit 1"))[0] == 'set name "public"'
    assert masked("juniper_junos", "community public", above=("policy-options",))[0] == "community public"
    assert masked("juniper_junos", "community public", above=("snmp",))[0] != "community public"
    assert masked("cisco_ios", "key 1", above=("key chain OSPF",))[0] == "key 1"
    assert masked("cisco_ios", "key 1", above=("radius server R",))[0] != "key 1"


def test_a_private_key_is_hidden_whole_and_a_certificate_is_kept():
    text = "pki x\n -----BEGIN RSA PRIVATE KEY-----\n MIIabc\n -----END RSA PRIVATE KEY-----\n -----BEGIN CERTIFICATE-----\n MIIpub\n"
    shown = said(read("generic", text))
    assert "MIIabc" not in shown
    assert "MIIpub" in shown


def test_a_private_key_without_an_end_hides_all_that_follows_and_the_read_is_not_whole():
    text = read("generic", "a\n-----BEGIN PRIVATE KEY-----\nMIIabc\nMIIdef\n")
    assert "MII" not in said(text)
    assert text.gap is not None


def test_what_is_cut_out_shows_no_secret_either():
    text = read("cisco_ios", "Building configuration... password 7 abcdef\nhostname x\nend\n")
    assert "abcdef" not in said(text)


@pytest.mark.parametrize(
    "secret", ['"a"b!!', ";:N`C55", "'a'b", "<x>y", "#abc", "[ab", "{ab", "|ab", "a;b", 'a"b c"', "%^%#a'b;c\"%^%#"]
)
def test_a_secret_may_be_made_of_any_signs(secret):
    first = secret.split()[0]
    for name, line in (
        ("huawei_vrp", f" local-user a password cipher {first}"),
        ("generic", f"radius-server key {first}"),
        ("cisco_ios", f"enable password {secret}"),
    ):
        shown = masked(name, line)[0]
        assert TAGGED.sub("", shown).split()[-1] in {"cipher", "key", "password", ";"}, shown


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("copy ftp://user:one@192.0.2.1/x", "copy ftp://user:<secret:{one}>@192.0.2.1/x"),
        (
            "copy ftp://user:o@n:e@host/x sftp://u:two@host;",
            "copy ftp://user:<secret:{o@n:e}>@host/x sftp://u:<secret:{two}>@host;",
        ),
        ("'ftp://:one@[2001:db8::1]'", "'ftp://:<secret:{one}>@[2001:db8::1]'"),
        ("http://http://user:one@host", "http://http:<secret:{//user:one}>@host"),
        ("http://host:80/path ftp://user:one@host", "http://host:80/path ftp://user:<secret:{one}>@host"),
        ("http://host:80/mail@example.org!", "http://host:80/mail@example.org!"),
    ],
)
def test_a_password_in_an_address_ends_at_the_last_host(line: str, said: str):
    for word in re.findall(r"\{(.+?)\}", said):
        said = said.replace(f"<secret:{{{word}}}>", tag(word, KEY))
    assert masked("cisco_ios", line) == [said]


def test_a_gigantic_line_of_nothing_but_addresses_is_looked_at_once():
    began = time.process_time()
    masked("cisco_ios", "http://" * 150_000)
    assert time.process_time() - began < 10, (
        "each address looked at the rest of the line: that takes a quarter of an hour"
    )


def test_a_device_that_draws_by_moving_the_cursor_fills_no_memory():
    lines = decoding.shown("\x1b[999999Gx\n" * 3)
    assert [len(line) for line in lines] == [decoding.SCREEN + 1] * 3


def test_behind_so_much_that_is_drawn_the_cursor_is_not_moved_any_more(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(decoding, "DRAWN", 5000)
    assert list(map(len, decoding.shown("\x1b[9999Cx\n" * 4))) == [4097, 4097, 1, 1]
    assert decoding.shown("\x1b[9999Cx\n" * 2 + "a\rb\x1b[31mc\n")[2] == "abc"


JOBS = r"""
mysqldump -uroot -pCANARY his > /backup/his.sql
/usr/bin/mysql --user=root --password=CANARY -e 'select 1'
sshpass -p 'CANARY and more' scp /backup/his.sql backup:
curl -u admin:CANARY http://localhost/ ; lftp -u user,CANARY 192.0.2.1
exp system/CANARY@orcl file=x && expdp his/CANARY@//192.0.2.1/orcl
snmpwalk -v2c -c CANARY 192.0.2.1; snmpget -v3 -a SHA -A CANARY -x AES -X CANARY 192.0.2.1
redis-cli -a CANARY save | ldapsearch -w CANARY -x
7za a -pCANARY x.7z /data; zip -P CANARY x.zip /data
smbclient //nas/backup -U admin%CANARY
redis-server /etc/redis.conf --requirepass CANARY --port 6380
/opt/his/job --db-password CANARY --user his; gpg --batch --passphrase 'CANARY two' -c /backup/his.sql
echo CANARY | sudo -S reboot
echo "root:CANARY two" | /usr/sbin/chpasswd
openssl enc -aes-256-cbc -pass pass:CANARY -in x; openssl enc -k CANARY -in x
htpasswd -cb /etc/nginx/users zhang CANARY
mount -t cifs //nas/backup /mnt -o username=u,pass=CANARY,ro
curl -H "X-Token: eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJDQU5BUlkifQ.CANARY" http://localhost/
""".strip().splitlines()
PLAIN = r"""
mkdir -p /backup/his; rsync -pa /a /b; mysql -p his; ssh -p 2222 backup
curl -u admin http://localhost/a:b ; zip -r x.zip /data ; exp /srv/x@y
""".strip().splitlines()


def cron(*lines: str) -> str:
    answer = Answer("question", "\n".join(f"0 2 * * * root {line}" for line in lines).encode())
    return said(normalise(rules_of("linux"), Capture("cron", "linux", (answer,)), KEY))


@pytest.mark.parametrize("job", JOBS)
def test_what_a_job_gives_to_a_program_as_a_password_is_masked(job):
    assert "CANARY" not in cron(job)
    assert len(TAGGED.findall(cron(job))) // 2 == job.count("CANARY")


def test_what_only_looks_like_an_option_with_a_password_stays():
    assert not TAGGED.search(cron(*PLAIN))


def test_a_line_that_names_programs_all_the_time_is_looked_through_once():
    started = time.perf_counter()
    cron("exp curl -u mysql " * 50_000)
    assert time.perf_counter() - started < 5


def test_an_address_with_a_password_within_quotes_within_quotes_is_masked():
    line = r'add name=s source="/tool fetch url=\"ftp://u:CANARY@192.0.2.1\" keep-result=no"'
    assert "CANARY" not in masked("mikrotik_routeros", line)[0]


def test_the_archive_of_a_comware_is_no_text_for_people():
    line = " archive configuration location sftp server 192.0.2.1 directory / user u password simple CANARY"
    assert "CANARY" not in masked("hp_comware", line)[0]
