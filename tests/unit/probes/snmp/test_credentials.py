"""Credentials as configuration gives them."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from probes.snmp.credentials import Auth, Community, Priv, SnmpCredential, Usm

READ: TypeAdapter[Community | Usm] = TypeAdapter(SnmpCredential)


def test_a_community_is_version_2c_unless_it_says_otherwise() -> None:
    assert READ.validate_python({"community": "public"}).version == "2c"
    assert READ.validate_python({"version": "1", "community": "public"}).version == "1"


def test_a_user_is_version_3() -> None:
    found = READ.validate_python({"user": "netwatch", "auth_password": "12345678", "priv_password": "87654321"})
    assert isinstance(found, Usm)
    assert (found.version, found.auth, found.priv) == ("3", Auth.SHA256, Priv.AES128)


def test_secrets_do_not_show() -> None:
    found = READ.validate_python({"user": "u", "auth": "md5", "auth_password": "maplesyrup"})
    assert "maplesyrup" not in repr(found) + str(found) + found.model_dump_json()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"community": ""}, "must be"),
        ({"version": "4", "community": "x"}, "'1' or '2c'"),
        ({"version": "3"}, "Field required"),
        ({"version": "2c", "community": "x", "user": "y"}, "Extra inputs"),
        ({"user": "u", "priv_password": "12345678"}, "needs auth_password"),
        ({"user": "u", "auth_password": "short"}, "at least 8"),
        ({"user": "u", "auth": "rot13"}, "'md5'"),
        ({"user": "u" * 33}, "at most 32"),
    ],
)
def test_mistakes_are_said(value: dict[str, str], words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        READ.validate_python(value)
    assert words in str(caught.value)
