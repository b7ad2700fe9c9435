"""A web server in the place of a proxy or of AWS: it refuses everything and remembers who asked."""

from __future__ import annotations

from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

REFUSAL = b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>it is a trap</Message></Error></ErrorResponse>"


class Trap(ThreadingHTTPServer):
    """Listens on a free port of this machine."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.heard: list[str] = []
        """Method and target of every request."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Trap

    def _refuse(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self.server.heard.append(f"{self.command} {self.path}")
        self.send_response(403)
        self.send_header("content-length", str(len(REFUSAL)))
        self.end_headers()
        self.wfile.write(REFUSAL)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_CONNECT = _refuse  # noqa: N815 - http.server's names

    def log_message(self, *_arguments: object) -> None:
        """Print nothing."""


@contextmanager
def trap() -> Iterator[Trap]:
    """Serve as long as the context lasts."""
    with Trap() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
