"""What a call looks up: read once, and not for every call."""

from __future__ import annotations

import functools
import re
from typing import Any

MANY = 4096
VARIABLE = re.compile(r"(\{[^}]+\})")


def mend_routes(gateway: Any) -> None:
    """Make a route's path be read once: MiniStack makes a pattern of each route's for every request.

    A route that is the request, letter by letter, is the most specific one there can be; no other is looked at then.
    """
    search = gateway._match_route  # noqa: SLF001 - see private_names

    @functools.wraps(search)
    def match(api_id: str, method: str, path: str) -> Any:
        wanted = f"{method} {path}"
        if "{" not in wanted:
            for route in list(gateway._routes.get(api_id, {}).values()):  # noqa: SLF001 - others may add some meanwhile
                if route.get("routeKey") == wanted:
                    return route
        return search(api_id, method, path)

    @functools.lru_cache(MANY)
    def pattern(route_path: str) -> re.Pattern[str] | None:
        """Return what ``route_path`` matches; None for a path that is taken by its letters."""
        parts = VARIABLE.split(route_path)
        if len(parts) == 1:
            return None
        wanted = (("(.+)" if part.endswith("+}") else "([^/]+)") for part in parts[1::2])
        return re.compile("".join(re.escape(text) + next(wanted, "") for text in parts[::2]))

    @functools.wraps(gateway._extract_path_params)  # noqa: SLF001 - see private_names
    def extract(route_path: str, request_path: str) -> dict[str, str] | None:
        found = pattern(route_path)
        if found is None:
            return {} if route_path == request_path else None
        match = found.fullmatch(request_path)
        names = (part[1:-1].removesuffix("+") for part in VARIABLE.split(route_path)[1::2])
        return dict(zip(names, match.groups(), strict=True)) if match else None

    gateway._extract_path_params = extract  # noqa: SLF001
    gateway._match_route = match  # noqa: SLF001
