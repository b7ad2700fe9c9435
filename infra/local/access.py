"""Who else may call the local cloud, beside the programs of this machine: a page of one origin, a network with a key.

It is asked for with ``cloud up`` and holds until ``cloud down``, over kills and starts between.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import socket
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from infra.local.paths import LocalCloudError
from infra.local.state.files import write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Of a key: none that looks like another."""
GROUPS, GROUP = 4, 4
ORIGIN = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")
SOMEWHERE = ("192.0.2.1", 9)
"""An address that nobody has: asking which way it lies sends nothing."""
SIOCGIFADDR = 0x8915


@dataclass(frozen=True, slots=True)
class Access:
    """What has been asked for."""

    origin: str = ""
    """Of the page that may call the HTTP API from a browser; empty for none."""
    address: str = ""
    """Of this machine in the network that may call the HTTP API; empty for none."""
    key_sha256: str = ""
    """Of the key that those in the network send."""
    api_id: str = ""
    """The HTTP API that they reach."""


def read_access(path: Path) -> Access:
    """Return what is asked for; nothing where that cannot be read."""
    try:
        return Access(**json.loads(path.read_bytes()))
    except (FileNotFoundError, ValueError, TypeError):
        return Access()


def write_access(path: Path, access: Access) -> None:
    """Keep it, for who starts the server next."""
    write(path, json.dumps(asdict(access)).encode())


def checked_origin(text: str) -> str:
    """Return the origin in ``text`` as browsers write it.  Raises LocalCloudError for what is none."""
    origin = text.strip().lower().removesuffix("/")
    try:
        port = urlsplit(origin).port
    except ValueError:
        port, origin = None, ""
    if not ORIGIN.fullmatch(origin):
        wanted = "scheme and name, with a port if it has one, such as https://example.org or http://localhost:8000"
        raise LocalCloudError(f"--allow-origin {text!r} is no origin of a page; give {wanted}")
    usual = {"http": 80, "https": 443}[origin.partition(":")[0]]
    return origin.removesuffix(f":{usual}") if port == usual else origin


def new_lan_key() -> tuple[str, str]:
    """Return a key that can be typed, and its SHA-256."""
    key = "-".join("".join(secrets.choice(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS))
    return key, hashlib.sha256(key.encode()).hexdigest()


def network_address() -> str:
    """Return this machine's address in its network.  Raises LocalCloudError where it is in none."""
    for address in _addresses():
        if not address.startswith(("127.", "169.254.", "0.")):
            return address
    raise LocalCloudError("--lan: this machine is in no network; join one, or leave --lan out to stay on this machine")


def _addresses() -> Iterator[str]:
    """Yield the IPv4 addresses of this machine, that by which others are reached first."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(SOMEWHERE)
            yield probe.getsockname()[0]
        except OSError:
            pass  # no way out; a network without one will do
    if sys.platform == "linux":
        import fcntl  # noqa: PLC0415 - not on Windows

        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            for _, name in socket.if_nameindex():
                try:
                    found = fcntl.ioctl(asking.fileno(), SIOCGIFADDR, name.encode().ljust(256, b"\0")[:256])
                except OSError:
                    continue  # an interface without an address
                yield socket.inet_ntoa(found[20:24])
    try:
        yield from socket.gethostbyname_ex(socket.gethostname())[2]
    except OSError:
        return
