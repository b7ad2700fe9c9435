"""Lets in who sends the API key in ``x-api-key``.  The function knows only the key's SHA-256."""

from __future__ import annotations

import hmac
import os
from hashlib import sha256
from typing import Any

KEY_SHA256 = os.environ["KEY_SHA256"]


def handler(event: dict[str, Any], context: Any) -> dict[str, bool]:
    """Answer the HTTP API's question in its simple form."""
    del context
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    sent = sha256(str(headers.get("x-api-key", "")).encode()).hexdigest()
    return {"isAuthorized": hmac.compare_digest(sent, KEY_SHA256)}
