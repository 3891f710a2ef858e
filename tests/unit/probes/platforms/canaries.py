"""For each platform a configuration with a secret in every place where it can show one: each has CANARY in it."""

CISCO_IOS = """\
hostname core-1
service password-encryption
enable secret 9 $9$CANARYenable
enable password level 15 7 CANARY070C
enable password CANARY with blanks
username zhang privilege 15 secret 5 $1$CANARY
username li password 7 CANARY0822
username wang common-criteria-policy P password 0 CANARY
aaa server radius dynamic-author
 client 10.1.1.1 server-key 7 CANARY
aaa group server radius NPS
 server-private 10.1.1.2 auth-port 1812 acct-port 1813 key 7 CANARY
key chain OSPF
 key 1
  key-string 7 CANARY
key chain MKA macsec
 key 01
  key-string 7 CANARY
crypto isakmp key 6 CANARY address 192.0.2.1
crypto isakmp key CANARY hostname peer.example
crypto isakmp client configuration group VPN
 key CANARY
crypto keyring K
 pre-shared-key address 192.0.2.1 key CANARY
crypto ikev2 keyring IK
 peer P
  pre-shared-key local 6 CANARY
  pre-shared-key remote CANARY
  pre-shared-key CANARY
crypto ikev2 profile PROF
 authentication remote pre-share key CANARY
crypto pki trustpoint TP
 enrollment url http://user:CANARY@pki.example:80
 password 7 CANARY
interface Tunnel1
 ip nhrp authentication CANARY
 ip ospf authentication-key 7 CANARY
 ip ospf message-digest-key 1 md5 7 CANARY
 isis password CANARY level-2
 standby 1 authentication CANARY
 standby 1 authentication md5 key-string 7 CANARY
 vrrp 3 authentication text CANARY
 glbp 4 authentication md5 key-string CANARY
 ppp chap password 7 CANARY
 ppp pap sent-username u password 0 CANARY
 ospfv3 authentication ipsec spi 256 sha1 0 CANARY
interface Vlan5
 ipv6 ospf encryption ipsec spi 500 esp null md5 7 CANARY
router ospf 1
 area 1 virtual-link 10.0.0.1 authentication-key 7 CANARY
 area 1 virtual-link 10.0.0.1 message-digest-key 1 md5 7 CANARY
router isis
 area-password CANARY
 domain-password CANARY
router bgp 65000
 neighbor 10.1.1.9 password 7 CANARY
mpls ldp neighbor 10.2.2.2 password 7 CANARY
snmp-server community CANARY RO 10
snmp-server community CANARY view V RW
snmp-server host 10.1.1.5 version 2c CANARY
snmp-server host 10.1.1.5 vrf MGMT informs version 2c CANARY bgp
snmp-server host 10.1.1.6 CANARY
snmp-server host 10.1.1.6 traps CANARY tty
snmp-server user u g v3 auth sha CANARY priv aes 128 CANARY access 10
snmp-server user u g v3 encrypted auth md5 CANARY
tacacs-server host 10.1.1.7 single-connection key 7 CANARY
tacacs-server key 7 CANARY
radius-server host 10.1.1.8 auth-port 1645 acct-port 1646 timeout 5 key 7 CANARY
radius-server key CANARY
radius server R1
 address ipv4 10.1.1.8 auth-port 1812 acct-port 1813
 automate-tester username probe ignore-acct-port
 pac key 7 CANARY
 key 7 CANARY
tacacs server T1
 key 7 CANARY
ldap server L
 bind authenticate root-dn cn=admin,dc=x password 7 CANARY
ip ftp username backup
ip ftp password 7 CANARY
archive
 path ftp://backup:CANARY@10.1.1.3/$h
ntp authentication-key 1 md5 CANARY 7
wlan GUEST 1 GUEST
 security wpa psk set-key ascii 0 CANARY with blanks
 security wpa wpa2 ciphers aes
ap profile P
 mgmtuser username adm password 0 CANARY one secret 0 CANARY two
 dot1x username adm password 8 CANARY
dot11 ssid OLD
 wpa-psk ascii 7 CANARY
 encryption key 1 size 128bit 7 CANARY transmit-key
sip-ua
 authentication username 100 password 7 CANARY realm example
 credentials username 100 password 7 CANARY realm example
ephone 1
 username "nurse" password CANARY
 pin CANARY
event manager environment _mail_password CANARY
event manager applet A
 action 1.0 cli command "enable secret CANARY"
 action 2.0 cli command "copy run ftp://u:CANARY@10.1.1.1/x"
license smart trust idtoken CANARY
cts credentials id c1 password 7 CANARY
mab request format attribute 2 7 CANARY
vtp password CANARY
line vty 0 4
 password 7 CANARY
end
"""

CISCO_NXOS = """\
hostname nx
username admin password 5 $5$CANARY  role network-admin
snmp-server user admin network-admin auth md5 0xCANARY priv 0xCANARY localizedkey
snmp-server user ops network-operator auth sha CANARY priv aes-128 CANARY engineID 1:2:3
snmp-server community CANARY group network-operator
snmp-server host 10.1.1.1 traps version 2c CANARY
snmp-server host 10.1.1.1 traps version 1 CANARY udp-port 1162
tacacs-server key 7 "CANARY"
tacacs-server host 10.1.1.2 key 7 "CANARY" timeout 3
radius-server host 10.1.1.3 key 7 "CANARY" authentication accounting
radius-server host 10.1.1.3 test username t password CANARY idle-time 5
key chain K
  key 1
    key-string 7 CANARY
    key-octet-string 7 CANARY cryptographic-algorithm AES_256_CMAC
interface Vlan10
  ip ospf authentication-key 3 CANARY
  ip ospf message-digest-key 1 md5 3 CANARY
  hsrp 1
    authentication text CANARY
    authentication md5 key-string CANARY
router bgp 65000
  neighbor 10.1.1.9
    password 3 CANARY
ntp authentication-key 1 md5 CANARY 7
"""

CISCO_ASA = """\
hostname fw
enable password CANARY pbkdf2
passwd CANARY encrypted
username admin password CANARY pbkdf2 privilege 15
interface GigabitEthernet0/0
 ospf authentication-key CANARY
 ospf message-digest-key 1 md5 CANARY
 authentication key eigrp 100 CANARY key-id 1
aaa-server RAD (inside) host 10.1.1.1
 key CANARY
 radius-common-pw CANARY
aaa-server LDAP (inside) host 10.1.1.2
 ldap-login-password CANARY
snmp-server host inside 10.1.1.3 community CANARY version 2c
snmp-server community CANARY
snmp-server host INSIDE m1 poll community CANARY
snmp-server user u g v3 encrypted auth sha 0xCANARY priv aes 256 0xCANARY
failover key CANARY
failover ipsec pre-shared-key CANARY
ntp authentication-key 1 md5 CANARY
crypto ca trustpoint TP
 password CANARY
tunnel-group 192.0.2.9 ipsec-attributes
 ikev1 pre-shared-key CANARY
 ikev2 remote-authentication pre-shared-key CANARY
 ikev2 local-authentication pre-shared-key CANARY
vpdn username u password CANARY
router bgp 65000
 address-family ipv4 unicast
  neighbor 10.9.9.9 password CANARY
cluster group C
 key CANARY
: end
"""

HUAWEI_VRP = """\
#
sysname ward-1
#
super password level 15 cipher %^%#CANARY%^%#
#
aaa
 local-user admin password irreversible-cipher $1a$CANARY$
 local-user ops password cipher CANARY
 local-user old password simple CANARY
 local-user admin privilege level 15
#
snmp-agent community read cipher %^%#CANARY%^%# mib-view v acl 2000
snmp-agent community write CANARY
snmp-agent target-host trap address udp-domain 10.1.1.1 params securityname cipher %^%#CANARY%^%# v2c
snmp-agent target-host trap address udp-domain 10.1.1.1 params securityname CANARY
snmp-agent usm-user v3 u g authentication-mode md5 CANARY privacy-mode des56 CANARY
snmp-agent usm-user v3 u authentication-mode sha2-256 cipher %^%#CANARY%^%#
snmp-agent usm-user v3 u privacy-mode aes256 cipher %^%#CANARY%^%#
#
radius-server template T
 radius-server shared-key cipher %^%#CANARY%^%#
radius-server authorization 10.1.1.4 shared-key cipher %^%#CANARY%^%#
#
hwtacacs-server template H
 hwtacacs-server shared-key cipher %^%#CANARY%^%#
#
interface Vlanif10
 ospf authentication-mode md5 1 cipher %^%#CANARY%^%#
 ospf authentication-mode simple plain CANARY
 isis authentication-mode md5 cipher CANARY
 rip authentication-mode simple CANARY
 vrrp vrid 1 authentication-mode md5 cipher CANARY
 ppp chap password cipher CANARY
 ppp pap local-user u password simple CANARY
 pppoe-server bind Virtual-Template 1
#
bgp 65000
 peer 10.1.1.9 password cipher %^%#CANARY%^%#
#
mpls ldp
 md5-password cipher 10.2.2.2 %^%#CANARY%^%#
#
isis 1
 area-authentication-mode simple CANARY
 domain-authentication-mode md5 cipher CANARY
#
keychain K mode absolute
 key-id 1
  key-string cipher %^%#CANARY%^%#
#
ike peer P
 pre-shared-key cipher %^%#CANARY%^%#
 pre-shared-key simple CANARY
#
ipsec policy P 1 manual
 sa string-key inbound esp cipher %^%#CANARY%^%#
 sa authentication-hex outbound ah cipher CANARY
#
ntp-service authentication-keyid 1 authentication-mode md5 cipher %^%#CANARY%^%#
#
pki realm R
 password cipher %^%#CANARY%^%#
#
ssl policy S
 certificate load pem-cert c.pem key-pair rsa key-file k.pem auth-code cipher %^%#CANARY%^%#
#
wlan
 security-profile name S
  security wpa-wpa2 psk pass-phrase %^%#CANARY%^%# aes
  security wpa2 psk hex %^%#CANARY%^%# aes
 ap username adm password cipher %^%#CANARY%^%#
 dtls psk %^%#CANARY%^%#
#
user-interface con 0
 set authentication password cipher %^%#CANARY%^%#
#
interface Cellular0/0/0
 pin verify simple CANARY
#
backup configuration to server 10.1.1.3 transport-type ftp user u password cipher CANARY
#
mac-authen username fixed u password cipher CANARY
#
dldp authentication-mode md5 CANARY
#
return
"""

HP_COMWARE = """\
#
 version 7.1.070, Release 3506P06
#
 sysname agg
#
 super password role network-admin hash $h$6$CANARY
#
local-user admin class manage
 password hash $h$6$CANARY
 service-type ssh
#
local-user old
 password cipher $c$3$CANARY
 password simple CANARY
#
 snmp-agent community read cipher $c$3$CANARY
 snmp-agent community write simple CANARY acl 2000
 snmp-agent community read CANARY
 snmp-agent usm-user v3 u g cipher authentication-mode sha $c$3$CANARY privacy-mode aes128 $c$3$CANARY
 snmp-agent usm-user v3 u user-role network-admin simple authentication-mode md5 CANARY privacy-mode des56 CANARY
 snmp-agent target-host trap address udp-domain 10.1.1.1 params securityname CANARY v2c
#
radius scheme R
 primary authentication 10.1.1.2 key cipher $c$3$CANARY
 primary accounting 10.1.1.2 1813 key simple CANARY vpn-instance M
 key authentication cipher $c$3$CANARY
 key accounting CANARY
#
hwtacacs scheme H
 primary authorization 10.1.1.2 key cipher $c$3$CANARY
 key authorization cipher $c$3$CANARY
#
ike keychain K
 pre-shared-key address 192.0.2.1 255.255.255.255 key cipher $c$3$CANARY
 pre-shared-key hostname peer key simple CANARY
#
interface Vlan-interface10
 ospf authentication-mode md5 1 cipher $c$3$CANARY
 vrrp vrid 1 authentication-mode simple cipher $c$3$CANARY
 ppp chap password cipher $c$3$CANARY
#
 ntp-service authentication-keyid 42 authentication-mode md5 cipher $c$3$CANARY
#
wlan service-template 1
 preshared-key pass-phrase cipher $c$3$CANARY
 preshared-key pass-phrase simple CANARY
#
line vty 0 15
 set authentication password hash $h$6$CANARY
#
ftp client: nothing
 cwmp acs password cipher $c$3$CANARY
#
return
"""

RUIJIE_OS = """\
hostname ruijie
enable secret 5 $1$CANARY
enable password 7 CANARY
enable secret level 15 5 $1$CANARY
username admin privilege 15 password 7 CANARY
username ops secret 5 $1$CANARY
snmp-server community CANARY rw
snmp-server community 7 CANARY ro
snmp-server host 10.1.1.1 traps version 2c CANARY
snmp-server host 10.1.1.1 traps CANARY
snmp-server user u g v3 auth md5 CANARY priv des56 CANARY
radius-server host 10.1.1.2 key 7 CANARY
radius-server key 7 CANARY
tacacs-server host 10.1.1.2 key 7 CANARY
aaa group server radius G
 server 10.1.1.2 key 7 CANARY
interface VLAN 10
 ip ospf message-digest-key 1 md5 7 CANARY
 ip ospf authentication-key 7 CANARY
 vrrp 1 authentication CANARY
key chain K
 key 1
  key-string 7 CANARY
wlansec 1
 security rsn akm psk set-key ascii CANARY
web-auth portal key CANARY
ntp authentication-key 1 md5 CANARY 7
router bgp 65000
 neighbor 10.1.1.9 password 7 CANARY
line vty 0 4
 password 7 CANARY
line con 0
 password CANARY
end
"""

ZTE_ZXROS = """\
hostname zte
enable secret 5 CANARY
username admin password CANARY privilege 15
username ops privilege 15 password encrypted CANARY
snmp-server community CANARY view AllView rw
snmp-server community encrypted CANARY view AllView ro
snmp-server host 10.1.1.1 trap version 2c CANARY enable NOTIFICATIONS
snmp-server user u g v3 auth md5 CANARY priv des56 CANARY
system-user
  user-name who
    bind authentication-template 1
    password encrypted *CANARY
radius authentication-group 1
  server 1 10.1.1.1 master key CANARY port 1812
gpon-onu_1/2/3:1
  registration-method loid CANARY
  onu 1 type F660 loid CANARY
pon-onu-mng gpon-onu_1/2/3:1
  wan-ip 1 mode pppoe username u password CANARY vlan-profile v host 1
  ssid auth wpa wifi_0/1 wpa2-psk key CANARY
interface vlan 10
  ip ospf message-digest-key 1 md5 CANARY
router bgp 65000
  neighbor 10.1.1.9 password CANARY
"""

ARISTA_EOS = """\
hostname eos
enable password sha512 $6$CANARY
username admin privilege 15 role network-admin secret sha512 $6$CANARY
username ops secret 5 $1$CANARY
snmp-server community CANARY ro
snmp-server host 10.1.1.1 version 2c CANARY
snmp-server host 10.1.1.1 vrf MGMT version 1 CANARY
snmp-server user u g v3 localized f5717f auth sha CANARY priv aes CANARY
radius-server host 10.1.1.2 vrf MGMT key 7 CANARY
tacacs-server key 7 CANARY
tacacs-server host 10.1.1.2 key 7 CANARY
ntp authentication-key 1 md5 7 CANARY
interface Ethernet1
   ip ospf message-digest-key 1 md5 7 CANARY
   ip ospf authentication-key 7 CANARY
   isis authentication key 7 CANARY
   vrrp 1 authentication text CANARY
router bgp 65000
   neighbor 10.1.1.9 password 7 CANARY
mac security
   profile P
      key 0102 7 CANARY
      key 0304 7 CANARY fallback
management security
   session shared-secret profile S
      secret 1 7 CANARY receive-lifetime infinite
end
"""

HP_PROCURVE = """\
; J9729A Configuration Editor; Created on release #WB.16.10.0009
hostname "hp"
password manager user-name "admin" sha1 "CANARY"
password operator plaintext CANARY
snmp-server community "CANARY" unrestricted
snmp-server host 10.1.1.1 community "CANARY" trap-level critical
snmp-server host 10.1.1.1 "CANARY" informs
snmpv3 user "u" auth md5 "CANARY" priv "CANARY"
snmpv3 user "w" auth sha "CANARY" priv aes "CANARY"
snmpv3 community index "1" name "CANARY" sec-name "x"
radius-server host 10.1.1.2 key "CANARY"
radius-server host 10.1.1.2 encrypted-key "CANARY"
radius-server key "CANARY"
tacacs-server host 10.1.1.2 key "CANARY"
key-chain "k" key 1 key-string "CANARY"
sntp authentication key-id 1 authentication-mode md5 key-value "CANARY" trusted
aaa port-access supplicant 1 identity "x" secret "CANARY"
vlan 10
   name "ward"
   ip ospf 10.1.1.1 authentication-key "CANARY"
   exit
"""

ARUBA_AOSCX = """\
!Version ArubaOS-CX PL.10.13.0005
!export-password: default
hostname cx
user admin group administrators password ciphertext CANARY
user ops group operators password plaintext CANARY
snmp-server community CANARY
snmp-server host 10.1.1.1 trap version v2c community CANARY
snmpv3 user u auth sha auth-pass ciphertext CANARY priv aes priv-pass ciphertext CANARY
radius-server key ciphertext CANARY
radius-server host 10.1.1.2 key ciphertext CANARY vrf mgmt
radius-server tracking user-name t password ciphertext CANARY
tacacs-server host 10.1.1.2 key ciphertext CANARY
ntp authentication-key 1 md5 ciphertext CANARY trusted
keychain k
    key 1
        key-string ciphertext CANARY
interface vlan 10
    ip ospf authentication-key ciphertext CANARY
    ip ospf message-digest-key 1 md5 ciphertext CANARY
router bgp 65000
    neighbor 10.1.1.9 password ciphertext CANARY
aaa authentication port-access mac-auth password ciphertext CANARY
"""

JUNIPER_JUNOS = """\
system {
    root-authentication {
        encrypted-password "$6$CANARY"; ## SECRET-DATA
    }
    login {
        user ops {
            authentication {
                encrypted-password "$6$CANARY"; ## SECRET-DATA
            }
        }
    }
    radius-server {
        10.1.1.1 secret "$9$CANARY"; ## SECRET-DATA
        10.1.1.2 {
            secret "$9$CANARY"; ## SECRET-DATA
        }
    }
    tacplus-server {
        10.1.1.3 secret "$9$CANARY"; ## SECRET-DATA
    }
    ntp {
        authentication-key 1 type md5 value "$9$CANARY"; ## SECRET-DATA
    }
    archival {
        configuration {
            archive-sites {
                "scp://u:CANARY@10.1.1.4/x";
                "ftp://u@10.1.1.5/" password "$9$CANARY"; ## SECRET-DATA
            }
        }
    }
    license {
        keys {
            key "JUNOS1 CANARY";
        }
    }
}
security {
    ike {
        policy P {
            pre-shared-key ascii-text "$9$CANARY"; ## SECRET-DATA
        }
    }
    authentication-key-chains {
        key-chain K {
            key 0 {
                secret "$9$CANARY"; ## SECRET-DATA
            }
        }
    }
}
snmp {
    community CANARY {
        authorization read-only;
    }
    community "CANARY two";
    v3 {
        usm {
            local-engine {
                user u {
                    authentication-sha {
                        authentication-key "$9$CANARY"; ## SECRET-DATA
                    }
                    privacy-aes128 {
                        privacy-key "$9$CANARY"; ## SECRET-DATA
                    }
                }
            }
        }
        snmp-community 1 {
            community-name "$9$CANARY"; ## SECRET-DATA
        }
    }
}
protocols {
    bgp {
        group G {
            authentication-key "$9$CANARY"; ## SECRET-DATA
        }
    }
    ospf {
        area 0.0.0.0 {
            interface ge-0/0/0.0 {
                authentication {
                    md5 1 key "$9$CANARY"; ## SECRET-DATA
                    simple-password CANARY;
                }
            }
        }
    }
    isis {
        interface all {
            hello-authentication-key "$9$CANARY";
        }
    }
}
access {
    profile P {
        client c {
            chap-secret "$9$CANARY"; ## SECRET-DATA
            pap-password "$9$CANARY"; ## SECRET-DATA
        }
    }
}
"""

MIKROTIK_ROUTEROS = """\
# software id = ABCD
/interface wireless security-profiles
set [ find default=yes ] wpa-pre-shared-key=CANARY wpa2-pre-shared-key="CANARY two"
/interface wifi security
add name=ward passphrase=CANARY
/interface wireguard
add name=wg1 private-key="CANARY="
/interface wireguard peers
add preshared-key="CANARY=" public-key="AbC="
/interface l2tp-client
add connect-to=192.0.2.1 ipsec-secret=CANARY name=l2 password=CANARY user=u
/interface pppoe-client
add name=out password="CANARY \\"two" user=u
/ip ipsec identity
add peer=p secret=CANARY
/ppp secret
add name=u password=CANARY service=l2tp
/radius
add address=10.1.1.1 secret=CANARY service=login
/snmp
set trap-community=CANARY enabled=yes
/snmp community
set [ find default=yes ] name=CANARY
add addresses=10.0.0.0/8 authentication-password=CANARY encryption-password=CANARY name=CANARY
/user
add name=adm group=full password=CANARY
/system script
add name=s source="/tool fetch url=\\"ftp://u:CANARY@10.1.1.1/x\\" password=\\"CANARY\\""
/tool e-mail
set address=10.1.1.1 password=CANARY user=\\
    mail
/routing bgp connection
add name=b tcp-md5-key=CANARY
/routing ospf interface-template
add auth=md5 auth-id=1 auth-key=CANARY area=a
/container envs
add key=DB_PASSWORD list=his value="CANARY two"
add key=MYSQL_ROOT_PW name=his value=CANARY
/ip firewall address-list
add address=10.1.1.1 comment="\345\257\206 password CANARY@1" disabled=no list=a
/certificate settings
set crl-use=no
"""

FORTINET = """\
config system global
    set hostname "fw"
end
config system admin
    edit "admin"
        set password ENC CANARY==
    next
end
config system snmp community
    edit 1
        set name "CANARY"
    next
end
config vdom-exception
    edit 1
        set community-name "CANARY"
    next
end
config system snmp user
    edit "u"
        set auth-pwd ENC CANARY
        set priv-pwd ENC CANARY
    next
end
config user local
    edit "u"
        set type password
        set passwd-time 2026-01-01 00:00:00
        set passwd ENC CANARY
    next
end
config user radius
    edit "r"
        set secret ENC CANARY
        set secondary-secret ENC CANARY
    next
end
config user tacacs+
    edit "t"
        set key ENC CANARY
    next
end
config user ldap
    edit "l"
        set password ENC CANARY
    next
end
config vpn ipsec phase1-interface
    edit "v"
        set psksecret ENC CANARY
    next
end
config vpn certificate local
    edit "c"
        set password ENC CANARY
        set private-key "-----BEGIN ENCRYPTED PRIVATE KEY-----
CANARYMIIE
CANARYAAAA
-----END ENCRYPTED PRIVATE KEY-----"
        set certificate "-----BEGIN CERTIFICATE-----
MIIBpublic
-----END CERTIFICATE-----"
    next
end
config wireless-controller vap
    edit "w"
        set passphrase ENC CANARY
        set sae-password ENC CANARY
    next
end
config router bgp
    config neighbor
        edit "10.1.1.9"
            set password ENC CANARY
        next
    end
end
config router ospf
    config ospf-interface
        edit "o"
            set md5-key 1 "CANARY"
            set authentication-key CANARY
        next
    end
end
config system ha
    set password ENC CANARY
end
config system email-server
    set password ENC CANARY
end
config system ddns
    edit 1
        set ddns-password CANARY
    next
end
"""

FRR = """\
frr version 8.4.4
hostname r1
password CANARY
password 8 CANARY
enable password CANARY
enable password 8 CANARY
key chain K
 key 1
  key-string CANARY
 exit
exit
interface eth0
 ip ospf authentication-key CANARY
 ip ospf message-digest-key 1 md5 CANARY
 ip rip authentication string CANARY
 isis password md5 CANARY
 ip nhrp authentication CANARY
exit
router bgp 65000
 neighbor 10.1.1.9 password CANARY
exit
router isis 1
 area-password md5 CANARY
 domain-password clear CANARY
exit
router ospf
 area 1 virtual-link 10.0.0.1 message-digest-key 1 md5 CANARY
exit
mpls ldp
 neighbor 10.2.2.2 password CANARY
exit
end
"""

VYOS = """\
set system host-name 'vy'
set system login user vyos authentication encrypted-password '$6$CANARY'
set system login user vyos authentication plaintext-password 'CANARY'
set system login radius server 10.1.1.1 key 'CANARY'
set system login tacacs server 10.1.1.1 key 'CANARY'
set service snmp community CANARY authorization 'ro'
set service snmp community CANARY network '10.0.0.0/8'
set service snmp v3 user u auth plaintext-password 'CANARY'
set service snmp v3 user u privacy encrypted-password 'CANARY'
set service https api keys id web key 'CANARY'
set vpn ipsec authentication psk p secret 'CANARY'
set vpn l2tp remote-access authentication local-users username u password 'CANARY'
set vpn ipsec site-to-site peer x authentication pre-shared-secret 'CANARY'
set interfaces wireguard wg0 private-key 'CANARY='
set interfaces wireguard wg0 peer p preshared-key 'CANARY='
set interfaces pppoe pppoe0 authentication password 'CANARY'
set interfaces ethernet eth0 ip ospf authentication md5 key-id 1 md5-key 'CANARY'
set interfaces openvpn vtun0 authentication password 'CANARY'
set interfaces wireless wlan0 security wpa passphrase 'CANARY'
set pki certificate c private key 'CANARY'
set pki openvpn shared-secret s key 'CANARY'
set protocols bgp neighbor 10.1.1.9 password 'CANARY'
set protocols ospf interface eth1 authentication plaintext-password 'CANARY'
set protocols isis area-password md5 'CANARY'
set high-availability vrrp group g authentication password 'CANARY'
set container name c environment DB_PASSWORD value 'CANARY'
set system config-management commit-archive location 'scp://u:CANARY@10.1.1.4/x'
set service dns dynamic name n password 'CANARY'
"""

LINUX = """\
file /etc/sudoers private:CANARY0123456789abcdef
 Defaults env_reset
 deploy ALL=(ALL) NOPASSWD: /usr/bin/curl -H "Authorization: Bearer CANARY0123456789"
file /etc/cron.d/backup private:CANARYfeed
 0 3 * * * root PGPASSWORD=CANARY pg_dump -h db x
 5 3 * * * root curl ftp://u:CANARY@10.1.1.1/
"""

GENERIC = """\
hostname any
admin_password_hash: CANARY
  "otp-seed": "CANARY",
<otp_seed>CANARY</otp_seed>
username "admin" secret encrypted CANARY
username root enable admin CANARY user_control enable user CANARY
user add admin login-password CANARY
user role admin ADMIN enable-password CANARY
snmp-server community CANARY ro
snmp-server host 10.1.1.1 CANARY snmp
snmp-server host 10.1.1.1 version 2c CANARY inform
snmp user "admin" "AUTH" auth md5 encrypted CANARY
snmp community "CANARY" enable 0.0.0.0 mask 0.0.0.0 ro
wpa-passphrase CANARY
virtual-controller-key CANARY
hash-mgmt-user x password hash CANARY usertype read-only
wlan tacacs-server t
 key CANARY
pre-shared-key "CANARY"
bkup-passwords "CANARY"
onu 1 pri wifi_ssid 1 name N auth_mode wpa2psk/wpa3psk encrypt_type aes shared_key CANARY rekey_interval 0
<password>CANARY</password>
<prv>CANARY</prv>
api_token = CANARY
{"secret": "CANARY"}
description see http://u:CANARY@host/x
description the password is CANARY
description 密码：CANARY
remark pw: password=CANARY
"""

GENERIC += """\
snmp-server host 1.2.3.4 CANARY version 2c udp-port 162
username a password 7 $10$1a7$CANARY==$
username a password 7 CANARY==
username a password CANARY= CANARY
username a password -CANARY -CANARY
enable secret 8 $1c$7eyy$0`4,CANARY(#&4|~<:l~,,d#.>l0z.td(nfxv2v!$
snmp-server host 1.2.3.4 inform retry 3 CANARY version 2c
snmp-server host 10.0.0.1 traps version 2c CANARY
snmp-server host 10.0.0.1 version 2 CANARY
snmp-server community CANARY rw
snmp-server community 0 CANARY ro 10
snmp-server trap-destination 10.0.0.1 version v2c CANARY
snmp-server get-community CANARY set-community CANARY trap-community CANARY
snmp-server community "CANARY" read-write
enable super-user-password 8 $1$CANARY
enable port-config-password CANARY
username "admin" password CANARY privilege 15 encrypted
username admin password 7 CANARY
username admin access-level 15 password CANARY
user name admin privilege admin secret 5 $1$CANARY
username admin passwd CANARY
snmp community create CANARY
radius auth add 1 10.1.1.1 1812 ascii CANARY
radius auth add encrypt 1 10.1.1.1 1812 password CANARY
mgmtuser add encrypt admin 1 iv1 CANARY read-write
create snmp community CANARY view CommunityView read_write
create account admin x encrypt sha_1 CANARY
config account admin encrypt sha_1 *@&CANARY
config radius add 1 10.1.1.1 key CANARY auth_port 1812
create snmp host 10.1.1.1 v2c CANARY
set snmp community CANARY
set snmp community "CANARY" Read-Only Trap-on traffic version v1
set snmp host "CANARY" 10.1.1.1 255.255.255.255 trap v2
set admin password "CANARY"
set admin user "x" password "CANARY" privilege "all"
set auth-server "r" radius secret "CANARY"
set ike gateway "x" address 1.1.1.1 Main outgoing-interface "e" preshare "CANARY" sec-level standard
set snmp user x authentication md5 :CANARY: privacy :CANARY:
set radius server 1 10.1.1.1 1812 :CANARY: realm any-access
set system login x super-user enable password :CANARY:
configure account admin encrypted "CANARY"
configure radius mgmt-access primary shared-secret encrypted "CANARY"
configure radius primary shared-secret CANARY
configure snmp add community readonly encrypted "CANARY"
configure snmp add community readwrite CANARY
configure snmpv3 add community "x" name "CANARY" user "v1v2c_ro"
configure snmpv3 add user "u" engine-id 80:00 authentication md5 localized-key CANARY privacy des localized-key CANARY
configure snmpv3 add user u authentication sha auth-encrypted localized-key 23:24:CANARY privacy privacy-encrypted localized-key CANARY
configure ospf vlan x authentication encrypted simple-password "CANARY"
configure vrrp vlan x vrid 1 authentication simple-password CANARY
configure ntp key 1 md5 encrypted "CANARY"
configure tacacs primary shared-secret CANARY
config system "x" password "CANARY"
system security user "admin" password "$2y$CANARY"
system security snmp community "CANARY" hash2 access-permissions r version v2c
authentication-key "CANARY" hash2
hello-authentication-key "CANARY" hash2
snmp-user x auth-password-encrypted CANARY
wpa2psk CANARY
wpa-key CANARY
wpa-psk ascii CANARY
wpa2-phrase CANARY
crypto-local isakmp key CANARY address 0.0.0.0 netmask 0.0.0.0
mgmt-user admin root CANARY
local-user x password ciphertext CANARY
ap-snmp-community CANARY
snmp-server user x auth-prot sha CANARY priv-prot AES CANARY
snmp-server trap-host 1.1.1.1 community CANARY
tacacs-server host 1.1.1.1 shared-secret CANARY
tacacs server 1.1.1.1 key 7 "CANARY"
aaa radius-server host 10.1.1.1 key CANARY
radius server key auth 1.1.1.1 encrypted CANARY
radius server primary 1.1.1.1 secret CANARY
radius server 10.1.1.1 auth-port 1812 secret CANARY
ldap bind-password CANARY
ldap bind password CANARY
bind_pw CANARY
smtp auth user x pass CANARY
ftp user x pass CANARY
pppoe user x pass CANARY
neighbor 1.1.1.1 password 2 $CANARY
ip ospf md5-authentication key-activation 0 key-id 1 key CANARY
ip ospf auth-key CANARY
ip vrrp auth-type simple-text-auth CANARY
ospf authentication-key 2 $CANARY
auth-md5-key 1 CANARY
key-value CANARY
encrypted-secret CANARY
root-password CANARY
security-key CANARY
passphrase: CANARY
    "password": "CANARY",
  password = CANARY
PASSWORD="CANARY"
export AWS_SECRET_ACCESS_KEY=CANARY
DB_PASS=CANARY
<snmp><rocommunity>CANARY</rocommunity></snmp>
<bcrypt-hash>CANARY</bcrypt-hash>
<pre-shared-key>CANARY</pre-shared-key>
<ldap_bindpw>CANARY</ldap_bindpw>
<radius_secret>CANARY</radius_secret>
<sharedkey>CANARY</sharedkey>
<passwordfld>CANARY</passwordfld>
<crypto_password>CANARY</crypto_password>
<tls type="x">CANARY</tls>
<password><![CDATA[CANARY]]></password>
community: CANARY
rocommunity CANARY 10.0.0.0/8
rwcommunity CANARY
com2sec readonly default CANARY
createUser u SHA "CANARY" AES "CANARY"
trap2sink 10.0.0.1 CANARY
trapcommunity CANARY
community-string CANARY
switch snmp community add CANARY
add snmp community=CANARY access=read
set user=manager password=CANARY
add radius server=10.1.1.1 secret=CANARY
login password: CANARY
wireguard private-key CANARY
private_key: CANARY
PrivateKey = CANARY
PresharedKey = CANARY
nv set system aaa user cumulus hashed-password '$6$CANARY'
nv set service snmp-server listening-address x readonly-community CANARY access any
nv set system aaa tacacs server 1 secret CANARY
root:$6$CANARY:18000:0:99999:7:::
auth_pass CANARY
authentication { auth_pass CANARY }
psk "CANARY"
psk=CANARY
wpa_passphrase=CANARY
wep_key0=CANARY
sae_password=CANARY
secret 8 CANARY
enable password level 15 CANARY encrypted
enable password CANARY encrypted
line console password CANARY encrypted
aaa local-user x password encrypted CANARY
sntp authentication-key 1 md5 CANARY
voice: sip register user x auth-name y auth-pass CANARY
sip-password CANARY
http-proxy password CANARY
ddns password CANARY
ppp authentication pap user x password CANARY
isakmp key CANARY
vpn-password CANARY
hotspot voucher-secret CANARY
api-key CANARY
api key CANARY
token CANARY
bearer-token CANARY
client-secret CANARY
client_secret CANARY
access-token CANARY
snmpCommunity=CANARY
SNMP Community String: CANARY
Read Community   : CANARY
User Password: CANARY
"""
"""How many other makes write theirs."""

GENERIC += """\
description password CANARY@1
description wifi password: CANARY@1
description admin/password admin/CANARY1
description new passwd is now CANARY@1
description user admin pwd CANARY1 ward 3
description wpa2-psk key CANARY1
description (pw: CANARY1)
description 密码 CANARY1
description 用户名admin密码CANARY@1，联系信息科
description 初始口令已改为“CANARY1”
description snmp团体字CANARY1
set comment "login admin, password \\"CANARY@1\\""
remark secret CANARY#1
alias ro community CANARY1
备注 密码 CANARY@1
vlan name 密码CANARY@1
requirepass CANARY
  masterauth CANARY
- {"name": "DB_PASSWORD", "value": "CANARY"}
"""

EVERY = {
    "cisco_ios": CISCO_IOS,
    "cisco_xe": CISCO_IOS,
    "cisco_nxos": CISCO_NXOS,
    "cisco_asa": CISCO_ASA,
    "huawei_vrp": HUAWEI_VRP,
    "hp_comware": HP_COMWARE,
    "ruijie_os": RUIJIE_OS,
    "zte_zxros": ZTE_ZXROS,
    "arista_eos": ARISTA_EOS,
    "hp_procurve": HP_PROCURVE,
    "aruba_aoscx": ARUBA_AOSCX,
    "juniper_junos": JUNIPER_JUNOS,
    "mikrotik_routeros": MIKROTIK_ROUTEROS,
    "fortinet": FORTINET,
    "frr": FRR,
    "vyos": VYOS,
    "linux": LINUX,
    "generic": GENERIC,
}
