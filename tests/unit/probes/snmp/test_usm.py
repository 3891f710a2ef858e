"""The cryptography of SNMPv3: the RFCs' own vectors, and every pair against pysnmp (design rule 9)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyasn1.type import univ
from pysnmp.proto.secmod.rfc3414.service import SnmpUSMSecurityModel as Reference

from probes.snmp import usm
from probes.snmp.credentials import Auth, Priv

ENGINE = bytes.fromhex("000000000000000000000002")
PASSWORD = "maplesyrup"
AUTH_IDS = dict(zip(Auth, [(1, 3, 6, 1, 6, 3, 10, 1, 1, number) for number in range(2, 8)], strict=True))
PRIV_IDS = {
    Priv.DES: (1, 3, 6, 1, 6, 3, 10, 1, 2, 2),
    Priv.TRIPLE_DES: (1, 3, 6, 1, 6, 3, 10, 1, 2, 3),
    Priv.AES128: (1, 3, 6, 1, 6, 3, 10, 1, 2, 4),
    Priv.AES192: (1, 3, 6, 1, 4, 1, 9, 12, 6, 1, 1),
    Priv.AES256: (1, 3, 6, 1, 4, 1, 9, 12, 6, 1, 2),
    Priv.AES192_CISCO: (1, 3, 6, 1, 4, 1, 9, 12, 6, 1, 101),
    Priv.AES256_CISCO: (1, 3, 6, 1, 4, 1, 9, 12, 6, 1, 102),
}


@pytest.mark.parametrize(
    ("auth", "master", "local"),
    [
        (Auth.MD5, "9faf3283884e92834ebc9847d8edd963", "526f5eed9fcce26f8964c2930787d82b"),
        (
            Auth.SHA1,
            "9fb5cc0381497b3793528939ff788d5d79145211",
            "6695febc9288e36282235fc7151f128497b38f3f",
        ),
    ],
)
def test_keys_are_those_of_rfc_3414(auth: Auth, master: str, local: str) -> None:
    assert usm.password_key(auth, PASSWORD).hex() == master
    assert usm.auth_key(auth, PASSWORD, ENGINE).hex() == local


@pytest.mark.parametrize("auth", Auth)
def test_authentication_keys_are_pysnmps(auth: Auth) -> None:
    service = Reference.AUTH_SERVICES[AUTH_IDS[auth]]
    key = service.localize_key(service.hash_passphrase(PASSWORD), univ.OctetString(ENGINE))
    assert usm.auth_key(auth, PASSWORD, ENGINE) == key.asOctets()


@pytest.mark.parametrize("priv", Priv)
@pytest.mark.parametrize("auth", Auth)
def test_every_pair_encrypts_for_pysnmp_and_decrypts_from_it(auth: Auth, priv: Priv) -> None:
    service = Reference.PRIV_SERVICES[PRIV_IDS[priv]]
    master = service.hash_passphrase(AUTH_IDS[auth], PASSWORD)
    their_key = service.localize_key(AUTH_IDS[auth], master, univ.OctetString(ENGINE))
    key = usm.priv_key(auth, priv, PASSWORD, ENGINE)
    assert key == their_key.asOctets()

    plain, salt = b"sixteen octets, or a few more", b"saltsalt"
    ours = usm.encrypt(priv, key, 3, 1000, salt, plain)
    read = service.decrypt_data(their_key, (3, 1000, univ.OctetString(salt)), univ.OctetString(ours))
    assert bytes(read)[: len(plain)] == plain

    theirs, their_salt = service.encrypt_data(their_key, (3, 1000, None), plain)
    assert usm.decrypt(priv, key, 3, 1000, bytes(their_salt), bytes(theirs))[: len(plain)] == plain


@pytest.mark.parametrize("auth", Auth)
def test_a_digest_is_found_right_and_wrong(auth: Auth) -> None:
    key = usm.auth_key(auth, PASSWORD, ENGINE)
    size = usm.DIGEST[auth]
    message = b"head" + bytes(size) + b"tail"
    signed = b"head" + usm.digest(auth, key, message) + b"tail"
    assert usm.is_authentic(auth, key, signed, 4, 4 + size)
    assert not usm.is_authentic(auth, key, signed[:-1] + b"?", 4, 4 + size)
    assert not usm.is_authentic(auth, key[::-1], signed, 4, 4 + size)


@given(st.sampled_from(Priv), st.binary(max_size=64), st.binary(max_size=20))
def test_what_was_not_encrypted_as_agreed_ends_in_its_one_error(priv: Priv, secret: bytes, salt: bytes) -> None:
    key = usm.priv_key(Auth.SHA256, priv, PASSWORD, ENGINE)
    try:
        usm.decrypt(priv, key, 1, 1, salt, secret)
    except usm.DecryptionError:
        assert len(salt) != 8 or len(secret) % 8
