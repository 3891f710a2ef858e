"""What the operating system says of a connection, in words."""

from __future__ import annotations

import os
from errno import EACCES, ECONNREFUSED, ECONNRESET, EHOSTUNREACH, EMFILE, ENETUNREACH, ETIMEDOUT
from ipaddress import ip_address

import pytest

from probes.api import Trouble
from probes.troubles import no_connection

HERE = ip_address("127.0.0.9")


@pytest.mark.parametrize(
    ("error", "trouble", "words"),
    [
        (ECONNREFUSED, Trouble.REFUSED, "127.0.0.9 refuses connections to port 80"),
        (ETIMEDOUT, Trouble.TIMEOUT, "Port 80 of 127.0.0.9 did not answer within 5 s"),
        (EHOSTUNREACH, Trouble.UNREACHABLE, "127.0.0.9 cannot be reached: No route to host"),
        (ENETUNREACH, Trouble.UNREACHABLE, "127.0.0.9 cannot be reached: Network is unreachable"),
        (EACCES, Trouble.UNREACHABLE, "127.0.0.9 cannot be reached: Permission denied"),
        (ECONNRESET, Trouble.PROTOCOL, "127.0.0.9 closed the connection to port 80 without an answer"),
        (EMFILE, Trouble.UNEXPECTED, "The connection to 127.0.0.9 port 80 failed: Too many open files"),
    ],
)
def test_each_error_has_its_trouble_and_its_sentence(error: int, trouble: Trouble, words: str) -> None:
    failure = no_connection(OSError(error, os.strerror(error)), HERE, 80, 5)
    assert failure.trouble is trouble
    assert str(failure.detail) == words


def test_a_deadline_of_our_own_is_a_timeout_too() -> None:
    assert no_connection(TimeoutError(), HERE, 80, 5).trouble is Trouble.TIMEOUT


def test_an_error_without_words_still_has_a_sentence() -> None:
    assert str(no_connection(OSError(), HERE, 80, 5).detail).endswith("failed: OSError")
