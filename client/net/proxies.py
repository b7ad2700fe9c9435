"""The way to a host: by the proxy that the environment names, looked up once; to this machine always directly."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies

from ai_functions.runtime.loopback import is_loopback_url
from client.net.deadlines import set_deadlines

if TYPE_CHECKING:
    from requests import PreparedRequest, Response


class ProxyAdapter(HTTPAdapter):
    """Chooses the proxy by host.  ``requests`` itself would look the environment up at every request.

    An answer's head has to come, whole, within the time to read.
    """

    def init_poolmanager(self, *args: Any, **settings: Any) -> None:
        """Make the connections to hosts that are reached directly."""
        super().init_poolmanager(*args, **settings)
        set_deadlines(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **settings: Any) -> Any:
        """Return the connections by way of a proxy."""
        manager = super().proxy_manager_for(*args, **settings)
        set_deadlines(manager)
        return manager

    def send(self, request: PreparedRequest, *args: Any, **settings: Any) -> Response:
        """Send ``request``; any ``proxies`` given are replaced."""
        parts = urlsplit(str(request.url))
        return super().send(request, *args, **{**settings, "proxies": _proxies_for(f"{parts.scheme}://{parts.netloc}")})


@lru_cache(maxsize=64)
def _proxies_for(origin: str) -> dict[str, str]:
    return {} if is_loopback_url(origin) else get_environ_proxies(origin)
