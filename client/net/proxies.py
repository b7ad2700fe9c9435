"""The way to a host: by the proxy that the environment names, looked up once; to this machine always directly.

``infra/core/loopback.py`` holds the same rule for the cloud's side; neither side imports the other.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies

if TYPE_CHECKING:
    from requests import PreparedRequest, Response


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


class ProxyAdapter(HTTPAdapter):
    """Chooses the proxy by host.  ``requests`` itself would look the environment up at every request."""

    def send(self, request: PreparedRequest, *args: Any, **settings: Any) -> Response:
        """Send ``request``; any ``proxies`` given are replaced."""
        parts = urlsplit(str(request.url))
        return super().send(request, *args, **{**settings, "proxies": _proxies_for(f"{parts.scheme}://{parts.netloc}")})


@lru_cache(maxsize=64)
def _proxies_for(origin: str) -> dict[str, str]:
    return {} if is_loopback_url(origin) else get_environ_proxies(origin)
