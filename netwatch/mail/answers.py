"""What an SMTP relay's answers and failures mean (RFC 5321 section 4.2, RFC 3463)."""

from __future__ import annotations

import base64
import os
import re
import socket
import ssl
from typing import TYPE_CHECKING

import aiosmtplib

from netwatch.language import BROKEN_OFF, NO_ANSWER, NO_SIGN_IN, NOT_REACHED, NOT_TRUSTED
from netwatch.mail.delivery import Later, Outcome, Refused
from netwatch.mail.wording import harmless

if TYPE_CHECKING:
    from netwatch.config.settings import Relay

LONGEST = 200
FOR_GOOD = 500


class Trouble(Exception):
    """A relay could not be talked to, in one sentence."""

    @classmethod
    def of(cls, error: BaseException, relay: Relay) -> Trouble:
        """Word a failure to connect."""
        return cls(worded(error, relay))


def verdict(error: BaseException, relay: Relay) -> Outcome:
    """Judge a failure in a mail's own transaction.

    A refusal of the recipient or the content is about this mail; one of the sender is about the relay.
    """
    why = f"{relay.host}:{relay.port}: {worded(error, relay)}"
    match error:
        case aiosmtplib.SMTPRecipientsRefused(recipients=refused) if refused:
            return Refused(why) if all(each.code >= FOR_GOOD for each in refused) else Later(why)
        case aiosmtplib.SMTPDataError(code=code):
            return Refused(why) if code >= FOR_GOOD else Later(why)
        case ValueError():
            return Refused(why)
        case aiosmtplib.SMTPSenderRefused() | aiosmtplib.SMTPHeloError():
            return Later(why, away=True)
        case aiosmtplib.SMTPResponseException():
            return Later(why)
        case _:
            return Later(why, dropped=True)


def worded(error: BaseException, relay: Relay) -> str:
    """Return a failure in one bounded sentence that holds no secret."""
    match error:
        case aiosmtplib.SMTPRecipientsRefused(recipients=refused) if refused:
            return reason(f"{refused[0].code} {refused[0].message}", relay)
        case aiosmtplib.SMTPAuthenticationError(code=code):
            # The text is the relay's, and some repeat what they were sent.
            return NO_SIGN_IN.format(code=code)
        case aiosmtplib.SMTPResponseException(code=code, message=message):
            return reason(f"{code} {message}", relay)
        case _:
            return _broken(error, relay)


def _broken(error: BaseException, relay: Relay) -> str:
    """Word a failure that is no answer of the relay."""
    causes = (error.__cause__, error)
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return NOT_TRUSTED.format(error=harmless(str(cause.verify_message), LONGEST))
    if isinstance(error, TimeoutError):
        return NO_ANSWER.format(seconds=f"{relay.timeout.total_seconds():g}")
    for cause in causes:
        if isinstance(cause, OSError) and cause.errno and not isinstance(cause, ssl.SSLError):
            said = _of_system(cause)
            return NOT_REACHED.format(error=said) if isinstance(error, aiosmtplib.SMTPConnectError) else said
        if isinstance(cause, aiosmtplib.SMTPServerDisconnected):
            return BROKEN_OFF
    text = str(error)
    if not text or text.endswith(": "):
        text += type(error.__cause__ or error).__name__
    return reason(text, relay)


def _of_system(error: OSError) -> str:
    """Return the system's words; asyncio has its own for a number of the system's, and a resolver numbers of its own."""
    return str(error.strerror) if isinstance(error, socket.gaierror) else os.strerror(error.errno or 0)


def reason(text: str, relay: Relay) -> str:
    """Return a relay's words: one line, bounded, without our password in any of its forms."""
    text = harmless(text, 4 * LONGEST)
    for secret in _forms(relay):
        text = text.replace(secret, "***")
    return harmless(text, LONGEST)


def _forms(relay: Relay) -> tuple[str, ...]:
    """Return how the password appears on the wire: as it is, and as AUTH LOGIN and PLAIN encode it."""
    if relay.password is None:
        return ()
    secret = relay.password.reveal()
    plain = f"\0{relay.user}\0{secret}"
    forms = (base64.b64encode(form.encode()).decode() for form in (plain, secret))
    return (*(re.sub(r"=+$", "", form) for form in forms), secret)
