"""The words around secrets, on any device."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


HINTS = (
    "pass", "secret", "communit", "key", "psk", "pw", "token", "cipher", "://", "auth", "priv", "cak", "pin",
    "credential", "密码", "口令", "密钥", "团体", "bearer", "hash", "</", "$", "encrypt", "preshare", "usm-user", " user", "otp",
)  # fmt: skip
"""A line without one of these says nothing of a secret."""

KINDS = _words(
    """
    accounting ah ascii ascii-text authentication authorization cipher ciphertext clear clear-text cleartext enc
    encrypted encryption-type esp hash hashed hex hexadecimal hmac-md5 hmac-sha-256 hmac-sha256 inbound
    irreversible-cipher is local manager md5 operator outbound pass-phrase passphrase pbkdf2 plain plain-text
    plaintext read read-only read-write remote ro rw scrypt set-key sha sha-256 sha-512 sha1 sha256 sha512
    simple string text unencrypted value write
    """
)
"""How a secret is written, or what it is for: it stands further on."""

PAIRS = _words("address eigrp group hostname id index key-id level role type user user-name username")
"""Words that have a value of their own before the secret."""

TOPICS = _words(
    """
    additive age aging algorithm algorithms all alphanumeric always and any are attempt attempts auth-method
    be bits both chain chain-name change changed complexity complexity-check config-key configuration
    configuration-control default delete disable disabled dsa ecdh ecdsa ed25519 enable enabled encryption
    encryption-level exchange expanded expiration expire expires expiry export extended false for format from
    generate hidden-characters history id import in include-credentials key-chain keychain large length lifetime
    list lockout management manager-only map-context match max-length maximum-length members min-length
    minimum-length name names never no none not of on optional param or policies restriction restrictions retry-interval retry-time block-time installed config policy prompt receive recovery
    required requirements reset retries retry rotation rsa rule rules send set size special-char standard
    strength strength-check the timeout to true type-6 usage usage-keys was x25519 yes zeroize
    """
)
"""What stands behind a word for secrets where it is spoken of, not given."""

NAMED = _words("access acl context engine-id engineid group ipv6 localized remote role user-role view")
"""Behind these stands a name in the definition of an SNMPv3 user."""
