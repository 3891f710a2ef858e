"""Which algorithms are offered: today's, or for one device that knows no better, those of yesterday as well.

The lists are written out, since asyncssh's own still begin with SHA-1 signatures. Yesterday's are never offered
to a device whose configuration does not say `legacy = true`: whoever sits in between could ask for them.
"""

from __future__ import annotations

from typing import Any

_TODAY = {
    "kex_algs": [
        "curve25519-sha256",
        "curve25519-sha256@libssh.org",
        "ecdh-sha2-nistp256",
        "ecdh-sha2-nistp384",
        "ecdh-sha2-nistp521",
        "diffie-hellman-group-exchange-sha256",
        "diffie-hellman-group14-sha256",
        "diffie-hellman-group16-sha512",
        "diffie-hellman-group18-sha512",
    ],
    "server_host_key_algs": [
        "ssh-ed25519",
        "ecdsa-sha2-nistp256",
        "ecdsa-sha2-nistp384",
        "ecdsa-sha2-nistp521",
        "rsa-sha2-512",
        "rsa-sha2-256",
    ],
    "encryption_algs": [
        "chacha20-poly1305@openssh.com",
        "aes256-gcm@openssh.com",
        "aes128-gcm@openssh.com",
        "aes256-ctr",
        "aes192-ctr",
        "aes128-ctr",
    ],
    # HMAC does not rest on what is broken in SHA-1 (RFC 6194 section 3.3).
    "mac_algs": [
        "hmac-sha2-256-etm@openssh.com",
        "hmac-sha2-512-etm@openssh.com",
        "hmac-sha2-256",
        "hmac-sha2-512",
        "hmac-sha1",
    ],
}
_TODAY["signature_algs"] = _TODAY["server_host_key_algs"]
_YESTERDAY = {
    "kex_algs": [
        "diffie-hellman-group-exchange-sha1",
        "diffie-hellman-group14-sha1",
        "diffie-hellman-group1-sha1",
    ],
    "server_host_key_algs": ["ssh-rsa"],
    "encryption_algs": ["aes256-cbc", "aes192-cbc", "aes128-cbc", "3des-cbc"],
    "mac_algs": ["hmac-sha1-96", "hmac-md5"],
    "signature_algs": ["ssh-rsa"],
}


def offered(*, legacy: bool) -> dict[str, Any]:
    """Return the options of asyncssh that name algorithms, the better ones first."""
    return {name: [*algorithms, *(_YESTERDAY[name] if legacy else ())] for name, algorithms in _TODAY.items()}
