"""Where a server listens: `8080`, `127.0.0.1:8080`, `[::1]:8080`, `0.0.0.0:8080`."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from clusterwright.tools.errors import InvalidInputError

_LOOPBACK = IPv4Address("127.0.0.1")
_SPELLED = re.compile(r"(?:(?P<host>[^\s\[\]:]+|\[[^\s\[\]]+\]):)?(?P<port>[0-9]{1,5})", re.ASCII)
_MOST = 65_535


@dataclass(frozen=True, slots=True)
class Address:
    """An address of this machine and a port of it; port 0 is any that is free."""

    host: IPv4Address | IPv6Address
    port: int

    @property
    def name(self) -> str:
        """The host as it stands in a URL: IPv6 in brackets."""
        return str(self.host) if isinstance(self.host, IPv4Address) else f"[{self.host}]"

    def __str__(self) -> str:
        """Return `HOST:PORT`, as parse_address takes it."""
        return f"{self.name}:{self.port}"


def parse_address(text: str) -> Address:
    """Return the address that `[HOST:]PORT` spells; without a host, this machine only.

    Raises InvalidInputError: a name other than localhost is not looked up, for what it means may
    change between the check that it is safe and the moment of listening.
    """
    spelled = _SPELLED.fullmatch(text)
    if spelled is None or int(spelled["port"]) > _MOST:
        raise InvalidInputError(
            f"{text!r} is no address to listen on",
            hint="write PORT or HOST:PORT, as 8080, 127.0.0.1:8080 or [::1]:8080",
        )
    host = (spelled["host"] or "localhost").strip("[]")
    try:
        return Address(_LOOPBACK if host == "localhost" else ip_address(host), int(spelled["port"]))
    except ValueError as error:
        raise InvalidInputError(
            f"{host!r} is neither an IP address nor localhost",
            hint="listen on an address of this machine, and give the names by which clients"
            " reach it with --allowed-host",
        ) from error
