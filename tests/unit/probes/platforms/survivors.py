"""Lines that speak of secrets and hold none: they must come through as they are."""

EVERY = {
    "cisco_ios": """\
service password-encryption
no service password-recovery
security passwords min-length 8
password encryption aes
aaa authentication login default group tacacs+ local enable
aaa authentication password-prompt Kennwort:
ip ssh pubkey-chain
ip ssh server algorithm authentication publickey keyboard password
key chain OSPF
ntp trusted-key 1
ntp server 10.1.1.1 key 1
set community 65000:100 additive
match community 10
neighbor 10.1.1.1 send-community both
ip community-list standard X permit 65000:1
ip bgp-community new-format
snmp-server enable traps snmp authentication linkdown linkup
snmp-server group G v3 priv read V
snmp-server host 10.1.1.5 version 3 priv watcher
snmp-server location Password room, key at the desk
radius-server attribute 6 on-for-login-auth
crypto key generate rsa modulus 2048
description key room: the community hall, secret garden
username admin privilege 15
wpa2 ciphers aes
security wpa akm psk
privilege exec level 7 show running-config
authentication order dot1x mab
ip ospf authentication message-digest
crypto isakmp identity hostname""",
    "cisco_nxos": """\
feature password encryption aes
no password strength-check
ssh key rsa 2048
crypto key param rsa label x modulus 2048
ip ospf authentication key-chain K
send-community both""",
    "cisco_asa": """\
password-policy lifetime 90
no password-policy lifetime
crypto key generate rsa modulus 2048
ssh key-exchange group dh-group14-sha256
ntp trusted-key 1
aaa authentication ssh console LOCAL""",
    "huawei_vrp": """\
ssh server cipher aes256_ctr aes128_ctr
ssh client cipher aes256_ctr
snmp-agent community complexity-check disable
local-user admin privilege level 15
local-user admin service-type ssh terminal
undo local-aaa-user password policy administrator
authentication-mode aaa
authentication-mode password
ip community-filter 1 permit 65000:1
apply community 65000:1 additive
peer 10.1.1.1 advertise-community
description 密码机房 key
dsa peer-public-key K encoding-type openssh
radius-server authentication 10.1.1.1 1812 weight 80
ospf authentication-mode keychain K""",
    "hp_comware": """\
password-control length 10
undo password-control complexity user-name check
ssh user a service-type all authentication-type password
authentication-mode scheme
public-key local create rsa
ssh2 algorithm cipher aes256-ctr
undo password-recovery enable""",
    "juniper_junos": """\
authentication-order [ password radius ];
root-login deny;
community FOO members 65000:1;
from community FOO;
authentication-key-chain K;
minimum-length 8;
authentication-method pre-shared-keys;""",
    "arista_eos": """\
service password-encryption
protocol https certificate c.pem key k.pem
neighbor X send-community
management security""",
    "hp_procurve": """\
password minimum-length 10
aaa authentication ssh login public-key
include-credentials
password configuration-control""",
    "aruba_aoscx": """\
!export-password: default
ip ospf authentication message-digest
set community 65000:1
aaa authentication login default group tacacs local""",
    "frr": """\
neighbor 1.1.1.1 send-community extended
set community 1:1 additive
bgp community-list standard X seq 5 permit 1:1
service password-encryption
set large-community 1:2:3""",
    "vyos": """\
set policy route-map X rule 1 set community '1:1'
set interfaces wireguard wg0 peer p public-key 'abc'
set service ssh disable-password-authentication
set pki ca c certificate 'MIIB'""",
    "fortinet": """\
set passwd-time 2026-01-01 00:00:00
set type password
set keylifeseconds 43200
set authmethod psk
set comment "key: value"
set name "public\"""",
    "mikrotik_routeros": """\
add authentication-types=wpa2-psk,wpa3-psk name=x
set public-key="AAA="
add action=accept comment="defconf: password rule" chain=x""",
    "linux": """\
passwd 4.13+dfsg1-1 amd64
libsecret-1-0 0.20
passwd root:x:0:0:root:/root:/bin/bash
systemd-ask-password-console.path static
zhang ALL=(ALL) NOPASSWD: /usr/bin/systemctl
# password room 3, passwd 4.13
5 2 * * * root curl --password-file /etc/p1 --no-password a1 --disabled-password zhang1 --token -x
5 2 * * * root echo admin123 | tee /tmp/x1; su - oracle -c x
5 2 * * * root mount -o rw,passno=1 /dev/sda1 /mnt; openssl x509 -in /etc/a1""",
    "snmp": """\
ifAlias.3 = password room""",
    "generic": """\
passwords configuration aging 0
aaa authentication fail-message "Access is restricted to Admins!!"
snmp-server host 10.1.1.5 version 3 auth watcher
description password room
description password room 3
description password reset 2026-11-30
description password 2026-11-30 changed
description Password server 10.1.1.1, secret sha256
description password Gi1/0/12 vlan100
description secret room-12
description PW 1001 to core
description pass-through, 802.1x by password eap-md5
description BGP community 65000:100
description change of password CHG, key A-12
description PASSWD ###### psk wpa2-psk
remark passwords, see https://wiki.hospital.example/p1
remark password /etc/shadow2
备注 密码机房3楼，密码机1号
备注 密码机GE1/0/5 密码卡 口令卡2号
备注 密码2026年更换，密码 10.1.1.1""",
}
