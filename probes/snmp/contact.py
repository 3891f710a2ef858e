"""How to reach a device's SNMP agent: the options that every user of it has, and the client that they make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from probes.api import Failure, Message, Trouble, _
from probes.options import Port, ProbeOptions, Seconds
from probes.snmp.client import Cause
from probes.snmp.credentials import Community, Usm
from probes.snmp.endpoint import Endpoint, Patience
from probes.snmp.engine import Engine, connect
from probes.snmp.sizes import REPETITIONS

if TYPE_CHECKING:
    from probes.api import Shared
    from probes.names import Address
    from probes.snmp.client import SnmpClient, Unanswered

TROUBLES = {
    Cause.TIMEOUT: Trouble.TIMEOUT,
    Cause.REFUSED: Trouble.REFUSED,
    Cause.UNREACHABLE: Trouble.UNREACHABLE,
    Cause.AUTHENTICATION: Trouble.AUTHENTICATION,
}


class ContactOptions(ProbeOptions):
    """How to ask."""

    credentials: ClassVar[tuple[type, ...]] = (Community, Usm)
    """What its credential may be."""

    credential: str
    """The name of a `[credential.NAME]`."""
    port: Port = 161
    timeout: Seconds = 1.0
    """Seconds for the first answer; each of the `retries` waits twice as long as the one before."""
    retries: Annotated[int, Field(ge=0, le=5)] = 2
    max_repetitions: Annotated[int, Field(ge=1, le=100)] = REPETITIONS
    any_source: bool = False
    """Believe answers from another address than the one asked: for a device with several of its own."""
    engine: Engine = "fast"


class Contact:
    """One device's agent, as it is configured."""

    def __init__(self, options: ContactOptions, shared: Shared) -> None:
        self._options = options
        self._endpoint = shared.get("snmp/endpoint", Endpoint)
        self._credential = shared.credentials.get(options.credential)
        self._client: SnmpClient | None = None
        self._address: Address | None = None

    @property
    def has_bulk(self) -> bool:
        """Whether the version of SNMP knows GETBULK."""
        return getattr(self._credential, "version", "2c") != "1"

    def client(self, address: Address) -> SnmpClient | Failure:
        """Return a client for this address, the same one for as long as it stays; nothing is sent yet.

        A `Failure` where the credential is none.
        """
        if self._client is None or self._address != address:
            client = self._connect(address)
            if isinstance(client, Failure):
                return client
            self._client, self._address = client, address
        return self._client

    def _connect(self, address: Address) -> SnmpClient | Failure:
        options = self._options
        if not isinstance(self._credential, Community | Usm):
            what = _("no SNMP credential is called {name}")
            return Failure(Trouble.AUTHENTICATION, Message(what, {"name": options.credential}))
        return connect(
            self._endpoint,
            address,
            options.port,
            self._credential,
            patience=Patience(options.timeout, options.retries),
            any_source=options.any_source,
            engine=options.engine,
        )


def failure(unanswered: Unanswered) -> Failure:
    """Say in the words of all probes why a device did not answer."""
    return Failure(TROUBLES.get(unanswered.cause, Trouble.PROTOCOL), unanswered.detail)
