"""Which URLs are this machine's own: requests to them never go through a proxy, whatever the environment says.

``client/proxies.py`` holds the same rule for the player's side; neither side imports the other.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from requests.utils import get_environ_proxies


def is_loopback_url(url: str) -> bool:
    """Return whether the host of ``url`` is this machine: a loopback address, or ``localhost`` (RFC 6761)."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


@lru_cache(maxsize=64)
def proxies_for(url: str) -> dict[str, str]:
    """Return the proxies that the environment names for ``url``; none for this machine."""
    return {} if is_loopback_url(url) else get_environ_proxies(url)
