"""The cryptography of the User-based Security Model: keys from passwords, digests, ciphers. Pure functions.

RFC 3414 (MD5, SHA-1, DES), RFC 3826 (AES-128), RFC 7860 (SHA-2), draft-reeder-snmpv3-usm-3desede-00
(3DES, and Cisco's way to lengthen keys), draft-blumenthal-aes-usm-04 (AES-192 and AES-256).
"""

from __future__ import annotations

import hashlib
import hmac
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from probes.snmp.credentials import Auth, Priv

if TYPE_CHECKING:
    from collections.abc import Callable

DIGEST = {Auth.MD5: 12, Auth.SHA1: 12, Auth.SHA224: 16, Auth.SHA256: 24, Auth.SHA384: 32, Auth.SHA512: 48}
"""Octets of the digest that a message carries."""
_HASH: dict[Auth, Callable[..., hashlib._Hash]] = {
    Auth.MD5: hashlib.md5,
    Auth.SHA1: hashlib.sha1,
    Auth.SHA224: hashlib.sha224,
    Auth.SHA256: hashlib.sha256,
    Auth.SHA384: hashlib.sha384,
    Auth.SHA512: hashlib.sha512,
}
_KEY = {
    Priv.DES: 16,
    Priv.TRIPLE_DES: 32,
    Priv.AES128: 16,
    Priv.AES192: 24,
    Priv.AES256: 32,
    Priv.AES192_CISCO: 24,
    Priv.AES256_CISCO: 32,
}
_BLUMENTHAL = frozenset({Priv.AES192, Priv.AES256})
_DES_KEY = {Priv.DES: 8, Priv.TRIPLE_DES: 24}
_EXPANDED = 1 << 20
_BLOCK = 8


class DecryptionError(ValueError):
    """What was received cannot have been encrypted as agreed."""


@lru_cache(maxsize=256)
def password_key(auth: Auth, password: str) -> bytes:
    """Stretch a password to a megabyte and hash it (RFC 3414 appendix A.2). Slow on purpose, hence kept."""
    return _stretch(auth, password.encode())


def _stretch(auth: Auth, secret: bytes) -> bytes:
    return _HASH[auth]((secret * (_EXPANDED // len(secret) + 1))[:_EXPANDED]).digest()


def localised(auth: Auth, key: bytes, engine_id: bytes) -> bytes:
    """Make a user's key the key for one engine (RFC 3414 section 2.6)."""
    return _HASH[auth](key + engine_id + key).digest()


@lru_cache(maxsize=4096)
def auth_key(auth: Auth, password: str, engine_id: bytes) -> bytes:
    """Return the localised key that authenticates."""
    return localised(auth, password_key(auth, password), engine_id)


@lru_cache(maxsize=4096)
def priv_key(auth: Auth, priv: Priv, password: str, engine_id: bytes) -> bytes:
    """Return the localised key that encrypts, lengthened where the cipher needs more than the hash gives."""
    key = localised(auth, password_key(auth, password), engine_id)
    while len(key) < _KEY[priv]:
        if priv in _BLUMENTHAL:
            key += _HASH[auth](key).digest()
        else:
            key += localised(auth, _stretch(auth, key), engine_id)
    return key[: _KEY[priv]]


def digest(auth: Auth, key: bytes, message: bytes) -> bytes:
    """Return the digest of a message whose place for it is filled with zeros."""
    return hmac.new(key, message, _HASH[auth]).digest()[: DIGEST[auth]]


def is_authentic(auth: Auth, key: bytes, message: bytes, start: int, end: int) -> bool:
    """Whether `message[start:end]` is the digest that this message must carry."""
    blank = message[:start] + bytes(end - start) + message[end:]
    return hmac.compare_digest(digest(auth, key, blank), message[start:end])


def encrypt(priv: Priv, key: bytes, boots: int, seconds: int, salt: bytes, plain: bytes) -> bytes:
    """Encrypt a scoped PDU; `salt` is eight octets that never come twice with this key."""
    if priv in _DES_KEY:
        plain += bytes(-len(plain) % _BLOCK)
    encryptor = _cipher(priv, key, boots, seconds, salt).encryptor()
    return encryptor.update(plain) + encryptor.finalize()


def decrypt(priv: Priv, key: bytes, boots: int, seconds: int, salt: bytes, secret: bytes) -> bytes:
    """Decrypt a scoped PDU, padding included."""
    if len(salt) != _BLOCK or (priv in _DES_KEY and len(secret) % _BLOCK):
        raise DecryptionError("neither salt nor length fit the cipher")
    decryptor = _cipher(priv, key, boots, seconds, salt).decryptor()
    return decryptor.update(secret) + decryptor.finalize()


def _cipher(priv: Priv, key: bytes, boots: int, seconds: int, salt: bytes) -> Cipher[modes.CBC] | Cipher[CFB]:
    if priv in _DES_KEY:
        size = _DES_KEY[priv]
        vector = bytes(a ^ b for a, b in zip(salt, key[size : size + _BLOCK], strict=True))
        # DES is three times DES with one key, and the library has no other.
        return Cipher(TripleDES(key[:size] * (3 if priv is Priv.DES else 1)), modes.CBC(vector))
    vector = boots.to_bytes(4, "big") + seconds.to_bytes(4, "big") + salt
    return Cipher(algorithms.AES(key), CFB(vector))
