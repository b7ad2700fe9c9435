"""Calls of functions go past what MiniStack tries first: each of its other services, and each route of an API in turn.

Everything that a call goes through stays MiniStack's own, in its order: whose account it is, signatures and policies,
authorizers, throttles, the event and the answer.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any

from infra.local.guard import FUNCTION_URL, HTTP_API, is_invocation

if TYPE_CHECKING:
    from collections.abc import Callable

MANY_ROUTES = 4096
VARIABLE = re.compile(r"(\{[^}]+\})")


def mend_dispatch(app: Any) -> None:
    """Take calls past the questions that MiniStack asks of every request."""
    special = app._handle_special_data_plane_request  # noqa: SLF001 - see private_names

    def unless_called(original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        async def handle(method: str, path: str, *rest: Any) -> Any:
            return None if _is_call(method, path) else await original(method, path, *rest)

        return handle

    @functools.wraps(special)
    async def straight(method: str, path: str, headers: Any, *rest: Any, **named: Any) -> Any:
        if path.startswith(HTTP_API):
            body, query_params, request_id = rest
            raw = {name: named[name] for name in ("raw_path", "raw_query_string")}
            host = headers.get("host", "")
            answer = await app._handle_execute_api_request(host, path, method, headers, body, query_params, **raw)  # noqa: SLF001
            return app._with_data_plane_headers(answer, request_id, wildcard_cors=False)  # noqa: SLF001
        if method == "POST" and is_invocation(path):
            return None
        return await special(method, path, headers, *rest, **named)

    app._handle_special_data_plane_request = straight  # noqa: SLF001
    for name in ("_handle_pre_body_request", "_handle_post_body_shortcuts"):
        setattr(app, name, unless_called(getattr(app, name)))


def _is_call(method: str, path: str) -> bool:
    return path.startswith((HTTP_API, FUNCTION_URL)) or (method == "POST" and is_invocation(path))


def mend_routes(gateway: Any) -> None:
    """Make a route's path be read once: MiniStack makes a pattern of each route's for every request."""

    @functools.lru_cache(MANY_ROUTES)
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
