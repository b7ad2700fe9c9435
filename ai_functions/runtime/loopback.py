"""Which URLs are this machine's own: requests to them never go through a proxy, whatever the environment says."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit


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
