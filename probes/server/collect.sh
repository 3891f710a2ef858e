#!/bin/sh
# netwatch-collect: prints what this server is set to, facet by facet, and changes nothing.
#
# netwatch-collect [root=FOLDER] [FACET …]     without a facet: all of them but suid, which reads whole disks
#
# Installed as /usr/local/sbin/netwatch-collect, it is what a key of its own may run, and nothing else:
#
#   restrict,command="/usr/local/sbin/netwatch-collect" ssh-ed25519 AAAA… netwatch
#
# Of what the other side asks (SSH_ORIGINAL_COMMAND) only the names of facets are heard; no word of it is run.
#
# The answer: a first line, and for each facet `begin NAME`, its lines each after a `|`, so that none of them can be
# taken for one of ours, `=N` with the number of these lines, and `end NAME STATUS WHY`; then a last line. STATUS is 0
# where all of it could be read, 127 where a command is missing, 126 where this user may not.
#
# Nothing is written: no here-document and no large sort, which make files in /tmp, and a limit of the kernel besides.
# No kernel module is loaded, which `ss` and `nft` would do unasked.

set -u
umask 077
PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C TZ=UTC0
PROC_ROOT=/proc # with it ss reads /proc/net, as netlink would load tcp_diag
SYSTEMD_COLORS=0 SYSTEMD_PAGER='' SYSTEMD_LESS=''
export PATH LC_ALL TZ PROC_ROOT SYSTEMD_COLORS SYSTEMD_PAGER SYSTEMD_LESS
unset IFS LANGUAGE GREP_OPTIONS POSIXLY_CORRECT ENV BASH_ENV CDPATH LS_COLORS COLUMNS

FACETS='packages units sockets users sudoers cron authorized_keys kernel sysctl mounts network firewall etc
    certificates hardware logins running_software suid'
MOST=8388608 # bytes of one facet

root=
case ${1-} in root=/*) root=${1#root=} && shift ;; esac

has() { command -v "$1" >/dev/null 2>&1; }
missing() { echo "$1 is not there" >&2 && exit 127; }
need() { has "$1" || missing "$1"; }
denied() { echo "$1 cannot be read" >&2 && exit 126; }

# Where a lower priority is refused, as in a closed systemd unit, the work is done all the same.
gently() {
    if [ "$(nice -n 19 nice 2>/dev/null)" != 19 ]; then
        "$@"
    elif [ "$(ionice -c 3 ionice 2>/dev/null)" != idle ]; then
        nice -n 19 "$@"
    else
        nice -n 19 ionice -c 3 "$@"
    fi
}

# In memory: what comes by a pipe and is more than 1 MB would be sorted in files of /tmp.
ordered() { sort -S 192M "$@"; }

# What follows a word for a secret does not leave this machine; that it has changed is seen by the file's digest.
hide() {
    sed -E \
        -e 's/([A-Za-z_-]*([Pp]assword|PASSWORD|[Pp]asswd|PASSWD|[Pp]assphrase|pass|_PWD|secret|Secret|SECRET|[Tt]oken|TOKEN|api_?key|API_?KEY)["'\'']?=["'\'']?)[^[:space:],;"'\''&]+/\1***/g' \
        -e 's/(--?(password|passwd|passphrase|token|secret|api-?key)[[:space:]]+)[^[:space:]]+/\1***/g' \
        -e 's/((mysql|mariadb)[a-z_-]*[[:space:]]([^|;&]*[[:space:]])?-p)[^[:space:]]+/\1***/g' \
        -e 's/(sshpass[[:space:]]+-p[[:space:]]*)[^[:space:]]+/\1***/g' \
        -e 's/((curl|wget)[[:space:]]([^|;&]*[[:space:]])?(-u|--user)[[:space:]=]*[^:[:space:]]+:)[^[:space:]]+/\1***/g' \
        -e 's/([Aa]uthorization:[[:space:]]*[A-Za-z]+[[:space:]]+)[^[:space:]"'\'']+/\1***/g' \
        -e 's#(://[^/@:[:space:]]*:)[^/@[:space:]]+@#\1***@#g'
}

# The first 32 hex digits of the SHA-256 of a file.
digest() { sha256sum <"$1" | cut -c 1-32; }

# A file: its name, and below it its lines. Of one that not everybody may read the digest tells a hidden change.
file() { # path, expression of lines that are left out
    [ -f "$root$1" ] || return 0
    if [ ! -r "$root$1" ]; then
        printf 'file %s cannot be read\n' "$1"
        return
    fi
    printf 'file %s\n' "$1"
    case $(stat -L -c %A "$root$1") in
        ???????r*) ;;
        *) printf ' contents private:%s\n' "$(digest "$root$1")" ;;
    esac
    sed -e '/^[[:space:]]*$/d' -e "${2:-/^\$/}d" -e 's/^/ /' "$root$1"
}

files_in() { # folder, expression of lines that are left out
    for each in "$root$1"/*; do
        case ${each##*/} in *~ | '*') ;; *) file "$1/${each##*/}" "${2-}" ;; esac
    done
}

read_packages() {
    found=
    if has dpkg-query && [ -r "$root/var/lib/dpkg/status" ]; then
        found=1
        # shellcheck disable=SC2016 # dpkg's own fields
        list=$(dpkg-query --admindir="$root/var/lib/dpkg" -W \
            -f '${Package} ${Version} ${Architecture} ${db:Status-Abbrev}\n') || exit 1
        printf '%s\n' "$list" | sed -e 's/ *$//' -e 's/^/dpkg /' | ordered
    fi
    if has rpm && [ -d "$root/var/lib/rpm" ]; then
        found=1
        list=$(rpm ${root:+--root "$root"} -qa --qf '%{NAME} %{VERSION}-%{RELEASE} %{ARCH} installed\n') || exit 1
        printf '%s\n' "$list" | sed -n 's/^./rpm &/p' | ordered
    fi
    if [ -r "$root/lib/apk/db/installed" ]; then
        found=1
        awk -F: '
            $1 == "P" { name = $2 } $1 == "V" { version = substr($0, 3) } $1 == "A" { machine = $2 }
            $0 == "" && name != "" { print "apk", name, version, machine, "installed"; name = "" }
            END { if (name != "") print "apk", name, version, machine, "installed" }
        ' "$root/lib/apk/db/installed" | ordered
    fi
    for each in "$root"/var/lib/snapd/snaps/*.snap; do
        [ -e "$each" ] && name=${each##*/} && name=${name%.snap} &&
            printf 'snap %s %s all installed\n' "${name%_*}" "${name##*_}"
    done
    [ "$found" ] || missing 'dpkg, rpm or apk'
}

read_units() {
    if has systemctl; then
        list=$(systemctl ${root:+--root="$root"} list-unit-files --no-legend --no-pager --plain) || exit 1
        # Transient ones are made and lost by the running system.
        printf '%s\n' "$list" | awk 'NF > 1 && $2 != "transient" { print $1, $2 }' | ordered
    elif has rc-update; then
        rc-update show | awk -F'|' '{ gsub(/ /, "", $1); gsub(/^ +| +$/, "", $2); print $1, $2 }' | ordered
    elif [ -d "$root/etc/init.d" ]; then
        for each in "$root"/etc/rc[0-6S].d/S*; do
            [ -e "$each" ] && printf '%s\n' "${each#"$root"/etc/}"
        done | ordered
    else
        missing systemctl
    fi
}

# Protocol, address, port and name of what listens. A UDP port that the kernel chose is that of a client as a rule.
read_sockets() {
    low=$(cut -f 1 /proc/sys/net/ipv4/ip_local_port_range 2>/dev/null) || low=32768
    if has ss; then
        list=$(ss -Hlntup) || exit 1
        printf '%s\n' "$list" | awk -v low="$low" '
            $1 == "tcp" || $1 == "udp" {
                at = match($5, /:[^:]*$/); port = substr($5, at + 1); names = ""
                rest = $0
                while (match(rest, /\("[^"]*"/)) {
                    name = substr(rest, RSTART + 2, RLENGTH - 3); rest = substr(rest, RSTART + RLENGTH)
                    if (index("," names ",", "," name ",") == 0) names = names (names == "" ? "" : ",") name
                }
                if ($1 == "udp" && port + 0 >= low + 0) port = "ephemeral"
                gsub(/ /, "_", names)
                print $1, substr($5, 1, at - 1), port, (names == "" ? "-" : names)
            }' | ordered -u
    elif has netstat; then
        list=$(netstat -lntup 2>/dev/null) || list=$(netstat -lntu) || exit 1
        printf '%s\n' "$list" | awk -v low="$low" '
            $1 ~ /^(tcp|udp)6?$/ {
                at = match($4, /:[^:]*$/); port = substr($4, at + 1); name = $NF
                sub(/^[0-9]+\//, "", name); sub(/:$/, "", name)
                if ($NF !~ /^[0-9]+\//) name = "-"
                kind = substr($1, 1, 3); address = substr($4, 1, at - 1)
                if (address ~ /:/) address = "[" address "]"
                if (kind == "udp" && port + 0 >= low + 0) port = "ephemeral"
                print kind, address, port, name
            }' | ordered -u
    else
        missing 'ss or netstat'
    fi
}

# A hash of a password never leaves. Its tag is a digest over the whole salted field, so no guess can be tried on it;
# a field of the old kind, whose salt is only two letters, has none: the day of its last change must do.
read_users() {
    [ -r "$root/etc/passwd" ] || denied /etc/passwd
    awk -F: -v OFS=: '{ if ($2 !~ /^[x*!]*$/) $2 = "hash"; if ($2 == "") $2 = "empty"; print "passwd " $0 }' \
        "$root/etc/passwd"
    awk -F: -v OFS=: '{ if ($2 !~ /^[x*!]*$/) $2 = "hash"; print "group " $0 }' "$root/etc/group"
    [ -e "$root/etc/shadow" ] || return 0
    [ -r "$root/etc/shadow" ] || denied /etc/shadow
    machine=
    [ -r "$root/etc/machine-id" ] && read -r machine <"$root/etc/machine-id"
    while IFS=: read -r name field changed _min most _warn _inactive expires _rest || [ "$name" ]; do
        bare=${field#!}
        case $field in '') status=empty ;; '!'* | '*'*) status=locked ;; *) status=password ;; esac
        tag=-
        case $bare in '$'*'$'*)
            tag=$(printf '%s:%s:%s' "$machine" "$name" "$bare" | sha256sum | cut -c 1-16) ;;
        esac
        printf 'shadow %s %s changed:%s most:%s expires:%s private:%s\n' \
            "$name" "$status" "${changed:--}" "${most:--}" "${expires:--}" "$tag"
        name=
    done <"$root/etc/shadow"
}

read_sudoers() {
    [ -e "$root/etc/sudoers" ] || missing sudo
    [ -r "$root/etc/sudoers" ] || denied /etc/sudoers
    file /etc/sudoers
    for each in "$root/etc/sudoers.d"/*; do
        # What sudo itself passes over: names with a dot, or with a tilde at the end.
        case ${each##*/} in *~ | *.* | '*') ;; *) file "/etc/sudoers.d/${each##*/}" ;; esac
    done
}

read_cron() {
    comment='/^[[:space:]]*#/'
    file /etc/crontab "$comment"
    file /etc/anacrontab "$comment"
    files_in /etc/cron.d "$comment"
    for every in hourly daily weekly monthly; do
        for each in "$root/etc/cron.$every"/*; do
            [ -f "$each" ] && printf 'script %s\n' "${each#"$root"}"
        done
    done
    for folder in /var/spool/cron/crontabs /var/spool/cron; do
        [ -d "$root$folder" ] || continue
        if [ ! -r "$root$folder" ] || [ ! -x "$root$folder" ]; then denied "$folder"; fi
        files_in "$folder" "$comment"
    done
    for folder in /var/spool/cron/atjobs /var/spool/at; do
        for each in "$root$folder"/[a-zA-Z=][0-9a-f]*; do
            [ -f "$each" ] && printf 'at %s\n' "${each#"$root"}"
        done
    done
    ! has systemctl || systemctl ${root:+--root="$root"} list-unit-files --type=timer --no-legend --no-pager --plain |
        awk 'NF > 1 && $2 != "transient" { print "timer", $1, $2 }' | ordered
}

# Each key that lets somebody in: its kind, its fingerprint, its comment, and what restricts it.
read_authorized_keys() {
    need ssh-keygen
    [ -r "$root/etc/passwd" ] || denied /etc/passwd
    while IFS=: read -r name _password _uid _gid _gecos home _shell; do
        case $home in /?*) ;; *) continue ;; esac
        for folder in "$home" "$home/.ssh"; do
            [ ! -d "$root$folder" ] || [ -x "$root$folder" ] || denied "$folder"
        done
    done <"$root/etc/passwd"
    while IFS=: read -r name _password _uid _gid _gecos home _shell; do
        for path in "$home/.ssh/authorized_keys" "$home/.ssh/authorized_keys2" "/etc/ssh/authorized_keys/$name"; do
            [ -f "$root$path" ] && printf '%s\n' "$path"
        done
    done <"$root/etc/passwd" | ordered -u | while read -r path; do
        [ -r "$root$path" ] || denied "$path"
        printf 'file %s\n' "$path"
        grep -v -e '^[[:space:]]*#' -e '^[[:space:]]*$' "$root$path" | while read -r line; do key_of "$line"; done
    done
}

key_of() { # a line of authorized_keys
    bare=$(printf '%s\n' "$1" |
        sed -E -n 's/^(.*[[:space:]])?((ssh-[a-z0-9-]+|ecdsa-sha2-[a-z0-9]+|sk-[a-z0-9@.-]+)[[:space:]]+AAAA[A-Za-z0-9+\/=]+.*)$/\2/p')
    if [ -z "$bare" ]; then
        echo ' no key'
        return
    fi
    said=$(printf '%s\n' "$bare" | ssh-keygen -l -E sha256 -f - 2>/dev/null) || said='no key'
    options=${1%"$bare"} && options=${options%"${options##*[! ]}"}
    printf ' %s%s\n' "$said" "${options:+ options: $options}"
}

read_kernel() {
    printf 'kernel %s\n' "$(uname -srvm)"
    [ -r "$root/etc/os-release" ] && sed -n 's/^PRETTY_NAME=/system /p' "$root/etc/os-release"
    [ -r /proc/cmdline ] && printf 'command line %s\n' "$(cat /proc/cmdline)"
    [ ! -r /proc/modules ] || awk '{ print "module", $1 }' /proc/modules | ordered
}

# Keys that are secrets stay here; those that change by themselves are dropped by netwatch's rules.
read_sysctl() {
    need sysctl
    list=$(sysctl -a 2>/dev/null)
    [ "$list" ] || exit 1
    printf '%s\n' "$list" | grep -v -e '^[^=]*stable_secret' -e '^[^=]*tcp_fastopen_key' -e '^kernel\.random\.uuid' | ordered
}

read_mounts() {
    file /etc/fstab '/^[[:space:]]*#/'
    [ -r /proc/self/mounts ] || denied /proc/self/mounts
    awk '$3 !~ /^(autofs|nsfs|cgroup2?|fuse\.(portal|gvfsd-fuse|lxcfs))$/ && $2 !~ /^\/(run\/user|var\/lib\/(docker|containers|kubelet)|run\/containerd)\// {
        print "mount", $1, $2, $3, $4 }' /proc/self/mounts | ordered -u
}

read_network() {
    need ip
    printf 'name %s\n' "$(uname -n)"
    ip -o link show | awk '{
        sub(/:$/, "", $2); line = "link " $2
        for (i = 3; i < NF; i++) if ($i == "mtu" || $i ~ /^link\/ether/) line = line " " $i " " $(i + 1)
        print line }' | ordered
    # Temporary IPv6 addresses (RFC 8981) are replaced every day.
    ip -o addr show | awk '!/ temporary/ { print "address", $2, $3, $4 }' | ordered -u
    { ip route show && ip -6 route show; } 2>/dev/null | sed -E -e 's/ expires [0-9]+sec//' -e 's/ *$//' -e 's/^/route /' | ordered -u
    ip rule show 2>/dev/null | sed -e 's/^/rule /'
    file /etc/resolv.conf '/^[[:space:]]*[#;]/'
    file /etc/hosts '/^[[:space:]]*#/'
}

# To ask nft is to load nf_tables; where it is not loaded there are no rules of it.
loaded() {
    [ -d "/sys/module/$1" ] || [ ! -r /proc/modules ] ||
        grep -q "/$1\\.ko" "/lib/modules/$(uname -r)/modules.builtin" 2>/dev/null
}

read_firewall() {
    has nft || has iptables-save || missing 'nft or iptables-save'
    [ "$(id -u)" = 0 ] || denied 'the rule set'
    if has nft; then
        if loaded nf_tables; then
            rules=$(nft -s list ruleset) || exit 1
            printf '%s\n' "$rules" | sed -E -e 's/counter packets [0-9]+ bytes [0-9]+/counter/g' -e '/^$/d'
        fi
    fi
    for command in iptables-save ip6tables-save; do
        case $command in ip6*) table=ip6_tables ;; *) table=ip_tables ;; esac
        if has "$command" && loaded "$table"; then
            rules=$("$command") || exit 1
            printf '%s\n' "$rules" | sed -E -e '/^#/d' -e 's/\[[0-9]+:[0-9]+\]//' -e 's/ *$//' -e "s/^/$command /"
        fi
    done
}

# Of each file that is to the byte as its package brought it: `p PATH PACKAGE`, and `k PATH`.
packaged() {
    if ! has dpkg-query || ! has md5sum; then return; fi
    # shellcheck disable=SC2016 # dpkg's own fields
    list=$(dpkg-query --admindir="$root/var/lib/dpkg" -W -f '${Package}\n${Conffiles}\n' 2>/dev/null) || return
    printf '%s\n' "$list" | awk -v root="$root" '/^[^ ]/ { name = $1 } /^ \// && NF == 2 { print "p", root $1, name }'
    printf '%s\n' "$list" | awk -v root="$root" '/^ \// && NF == 2 { print $2 "  " root $1 }' |
        gently md5sum -c 2>/dev/null | sed -n 's/^\(.*\): OK$/k \1/p'
}

# Every file of /etc: its path, mode, owner and digest, never its contents. `packaged:NAME` means that it is as that
# package brought it: a change of such a file is the package's, and one that takes the mark away is somebody's.
read_etc() {
    need find
    need sha256sum
    need stat
    from=$root/etc
    { packaged
        gently find "$from" -xdev -type f -exec stat -c 'f %a %U:%G %n' {} + 2>/dev/null
        gently find "$from" -xdev -type l -exec stat -c 'l %N' {} + 2>/dev/null
        gently find "$from" -xdev -type f -exec sha256sum {} + 2>/dev/null
    } | awk -v cut="$((${#root} + 1))" '
        /^p / { of[$2] = $3; next }
        /^k / { as[substr($0, 3)] = 1; next }
        /^f / { path = $0; sub(/^f [0-7]+ [^ ]+ /, "", path); mode[path] = $2; owner[path] = $3; next }
        /^l / { line = substr($0, 3); gsub(/\047/, "", line); print substr(line, cut), "link"; next }
        { path = $0; sub(/^\\?[0-9a-f]+ [ *]/, "", path); digest = $1; sub(/^\\/, "", digest); read[path] = digest }
        END {
            for (path in mode) {
                last = substr(mode[path], length(mode[path])) + 0
                said = !(path in read) ? "unreadable" : (last >= 4 ? "" : "private:") substr(read[path], 1, 32)
                print substr(path, cut), mode[path], owner[path] (path in as ? " packaged:" of[path] : ""), said
                count++
            }
            if (!count) print "\001"
        }' | ordered | awk '$0 == "\001" { exit 1 } { print }'
}

read_suid() {
    need find
    need stat
    [ "$(id -u)" = 0 ] || denied 'what is in the folders of others'
    # Each file system once, wherever else it is mounted; btrfs once for each of its volumes.
    awk '{ for (i = 7; i < NF; i++) if ($i == "-") break
        if (!seen[$3, $(i + 1) == "btrfs" ? $4 : ""]++) print $(i + 1), $5 }' /proc/self/mountinfo |
        while read -r kind point; do
            case $kind:$point in
                ext[234]:* | xfs:* | btrfs:* | zfs:* | f2fs:* | jfs:* | reiserfs:* | tmpfs:* | overlay:/) ;;
                *) continue ;;
            esac
            point=$(printf '%b' "$(printf '%s' "$point" | sed 's/\\\([0-7]\)/\\0\1/g')") # a blank stands there as \040
            gently find "$point" -xdev -path /var/lib/docker/overlay2 -prune -o \
                -type f \( -perm -4000 -o -perm -2000 \) -exec stat -c '%n %a %U:%G' {} + 2>/dev/null
        done | ordered -u
}

# The first certificate of each file that may hold one; the trusted authorities are in etc.
read_certificates() {
    need openssl
    need find
    for folder in /etc /usr/local/etc /opt; do
        [ ! -d "$root$folder" ] || gently find "$root$folder" -xdev -maxdepth 6 \
            \( -path "$root/etc/ssl/certs" -o -path "$root/etc/pki/ca-trust" -o -path "$root/etc/ca-certificates" \) -prune -o \
            \( -type f -o -type l \) \( -name '*.crt' -o -name '*.pem' -o -name '*.cer' \) -print 2>/dev/null
    done | ordered | head -n 500 | while read -r path; do
        said=$(openssl x509 -in "$path" -noout -subject -serial -enddate -nameopt RFC2253 2>/dev/null </dev/null) || continue
        printf 'certificate %s %s\n' "${path#"$root"}" "$(printf '%s' "$said" | tr '\n' ' ')"
    done
}

read_hardware() {
    for name in sys_vendor product_name product_serial product_uuid board_name board_serial chassis_serial bios_version; do
        value=$(cat "/sys/class/dmi/id/$name" 2>/dev/null) && printf 'machine %s %s\n' "$name" "$value"
    done
    awk -F': *' '$1 ~ /^model name/ { model = $2 } $1 ~ /^processor/ { n++ } END { print "processors", n + 0, model }' /proc/cpuinfo
    awk '$1 == "MemTotal:" { printf "memory %d MiB\n", $2 / 1024 }' /proc/meminfo
    ! has dmidecode || [ "$(id -u)" != 0 ] || dmidecode -q -t 17 2>/dev/null | awk -F': *' '
        function tell() { if (size != "" && size !~ /^No/) print "memory module", place, size, "serial " serial, "part " part; size = "" }
        /^Memory Device/ { tell() } { gsub(/^[ \t]+/, "", $1) }
        $1 == "Size" { size = $2 } $1 == "Locator" { place = $2 } $1 == "Serial Number" { serial = $2 } $1 == "Part Number" { part = $2 }
        END { tell() }' | ordered
    for path in /sys/block/*; do
        # Those without hardware behind them are loops, RAM disks and device mappers.
        [ -e "$path/device" ] || continue
        case ${path##*/} in sr* | fd*) continue ;; esac
        serial=$(cat "$path/device/serial" "$path/serial" "$path/device/wwid" "$path/wwid" 2>/dev/null | head -n 1)
        [ "$serial" ] || ! has lsblk || serial=$(lsblk -dno SERIAL "/dev/${path##*/}" 2>/dev/null)
        model=$(cat "$path/device/model" 2>/dev/null)
        printf 'disk %s sectors %s model %s\n' "${serial:-${path##*/}}" "$(cat "$path/size")" "${model:--}"
    done | tr -s ' ' | ordered
    for path in /sys/class/net/*; do
        [ -e "$path/device" ] && printf 'card %s\n' "$(cat "$path/address")"
    done | ordered
    for path in /sys/bus/pci/devices/*; do
        [ -e "$path" ] && printf 'pci %s %s:%s\n' "${path##*/}" "$(cat "$path/vendor")" "$(cat "$path/device")"
    done | ordered
}

# Who was at this machine, on a terminal or in a desktop; times are UTC.
read_logins() {
    if has last && [ -e "$root/var/log/wtmp" ]; then
        [ -r "$root/var/log/wtmp" ] || denied /var/log/wtmp
        list=$(last -F -w -n 400 -f "$root/var/log/wtmp") || exit 1
        printf '%s\n' "$list" | grep -v -E -e '^(reboot|shutdown|runlevel) ' -e '^(wtmp|[^ ]*wtmp) begins' -e '^$' || :
    elif has journalctl && [ -z "$root" ]; then
        list=$(journalctl -q --no-pager -o short-iso --since=-7d -t sshd -t sshd-session -t login) || exit 1
        printf '%s\n' "$list" | sed -n -E 's/^([0-9T:+-]+) [^ ]+ [^ ]+: Accepted [^ ]+ for ([^ ]+) from ([^ ]+) port .*/accepted \1 \2 \3/p'
    else
        missing 'last or journalctl'
    fi
}

# Who runs what. What this very session runs is left out, and the kernel's own threads.
read_running_software() {
    read -r stat </proc/self/stat || denied /proc
    # shellcheck disable=SC2086 # the fields behind the name: state, parent, group, session
    set -- ${stat##*) }
    mine=$4
    for each in /proc/[0-9]*; do
        { read -r stat <"$each/stat"; } 2>/dev/null || continue
        name=${stat#*(}
        # shellcheck disable=SC2086
        set -- ${stat##*) }
        [ "$4" = "$mine" ] || [ "$2" = 2 ] || [ "$each" = /proc/2 ] || printf '%s %s\n' "$each/exe" "${name%)*}"
    done | {
        cat
        echo
        ls -ld /proc/[0-9]*/exe 2>/dev/null
    } | awk '
        $0 == "" { linked = 1; next }
        !linked { path = $1; sub(/^[^ ]+ /, ""); gsub(/ /, "_"); name[path] = $0; next }
        {
            at = index($0, " /proc/"); path = substr($0, at + 1); to = "-"
            if (arrow = index(path, " -> ")) { to = substr(path, arrow + 4); path = substr(path, 1, arrow - 1) }
            sub(/ \(deleted\)$/, "", to)
            if (path in name) print "process", $3, name[path], to
        }' | ordered -u
}

run() { # the name of a facet
    printf 'begin %s\n' "$1" >&3
    said=$({
        { (
            [ "$1" = packages ] || ulimit -f 0 # rpm may want to lock its own database
            "read_$1"
        ) 2>&4 </dev/null
            printf '\n%s' "$?" >&4; } | hide | awk -v most="$MOST" '
                { size += length($0) + 2 } size > most { cut = 1; exit } { print "|" $0; count++ }
                END { print (cut ? "cut" : "=" count + 0) }' >&3
    } 4>&1)
    status=${said##*
}
    why=$(printf '%s' "${said%
*}" | head -n 1 | tr -cd ' -~' | cut -c 1-200)
    printf 'end %s %s %s\n' "$1" "$status" "$why" >&3
}

chosen() { # prints the facets that the words name
    names=
    for facet in $FACETS; do
        for word; do [ "$word" = "$facet" ] && names="$names $facet" && break; done
    done
    [ "$names" ] || names=${FACETS%suid}
    echo "$names"
}

main() {
    if [ $# = 0 ]; then
        set -f # the words are compared, never expanded
        # shellcheck disable=SC2086
        set -- ${SSH_ORIGINAL_COMMAND-}
        set +f
    fi
    exec 3>&1
    trap '' XFSZ
    echo 'netwatch-collect 1 begins'
    for facet in $(chosen "$@"); do run "$facet"; done
    echo 'netwatch-collect 1 ends'
}

main "$@"
