"""Our own Lambda runtime, for systems that AWS's ``awslambdaric`` has no wheel for: the same API, the same answers.

Standard library only, and as little of it as will do: what is imported here is paid for at every cold start.
"""

import importlib
import json
import logging
import os
import socket
import sys
import time
import traceback

TYPE_CHECKING = False  # typing's own costs 10 ms at every cold start
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Handler = Callable[[Any, "Context"], Any]

API = "/2018-06-01/runtime"


class FaultError(Exception):
    """A function that cannot run as it is; ``kind`` is what AWS calls it."""

    def __init__(self, kind: str, message: str, trace: "list[str] | None" = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.trace = trace or []


class Identity:
    """Amazon Cognito's identity, of which there is none here."""

    cognito_identity_id = None
    cognito_identity_pool_id = None


class Context:
    """What a handler is told about its invocation."""

    identity = Identity()
    client_context = None

    def __init__(self, headers: "dict[str, str]") -> None:
        self.aws_request_id = headers["lambda-runtime-aws-request-id"]
        self.invoked_function_arn = headers["lambda-runtime-invoked-function-arn"]
        self._deadline_ms = int(headers["lambda-runtime-deadline-ms"])
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]

    def get_remaining_time_in_millis(self) -> int:
        """Return how long the handler still has."""
        return max(0, self._deadline_ms - int(time.time() * 1000))

    def log(self, message: object) -> None:
        """Write to the function's log."""
        sys.stdout.write(str(message))


class Api:
    """The Runtime API, over one connection that is kept."""

    def __init__(self, address: str) -> None:
        place, slash, secret = address.partition("/")
        host, _, port = place.rpartition(":")
        self._connection = socket.create_connection((host, int(port)))
        self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._reader = self._connection.makefile("rb")
        self._host, self._base = place, slash + secret + API

    def call(self, method: str, path: str, body: bytes = b"", error: str = "") -> "tuple[dict[str, str], bytes]":
        """Return headers and body of the answer."""
        head = f"{method} {self._base}{path} HTTP/1.1\r\nHost: {self._host}\r\n"
        if method == "POST":
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        if error:
            head += f"Lambda-Runtime-Function-Error-Type: {error}\r\n"
        self._connection.sendall(head.encode("latin-1") + b"\r\n" + body)
        if not self._reader.readline():
            sys.exit(0)  # the server has ended, and so does this process
        headers = {}
        for line in iter(self._reader.readline, b"\r\n"):
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()
        return headers, self._reader.read(int(headers.get("content-length", "0")))


class LogLines(logging.Handler):
    """The log format of AWS's Python runtime."""

    request_id = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line = f"[{record.levelname}]\t{stamp}.{int(record.msecs):03d}Z\t{self.request_id}\t{self.format(record)}\n"
        sys.stdout.write(line)


def load(handler: str) -> "Handler":
    """Return the function that ``handler`` (``module.name``) names.  Raises FaultError as AWS names the faults."""
    module_name, dot, name = handler.rpartition(".")
    if not dot:
        message = f"Bad handler '{handler}': not enough values to unpack (expected 2, got 1)"
        raise FaultError("Runtime.MalformedHandlerName", message)
    if module_name.split(".")[0] in sys.builtin_module_names:
        message = f"Cannot use built-in module {module_name} as a handler module"
        raise FaultError("Runtime.BuiltInModuleConflict", message)
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        message = f"Unable to import module '{module_name}': {error}"
        raise FaultError("Runtime.ImportModuleError", message) from error
    except SyntaxError as error:
        trace = [f'  File "{error.filename}" Line {error.lineno}\n    {error.text}']
        message = f"Syntax error in module '{module_name}': {error}"
        raise FaultError("Runtime.UserCodeSyntaxError", message, trace) from error
    try:
        handle: Handler = getattr(module, name)
    except AttributeError:
        message = f"Handler '{name}' missing on module '{module_name}'"
        raise FaultError("Runtime.HandlerNotFound", message) from None
    return handle


def described(error: BaseException, request_id: str = "") -> "dict[str, Any]":
    """Return ``error`` as Lambda reports it."""
    if isinstance(error, FaultError):
        kind, trace = error.kind, error.trace
    else:
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != __file__]
        kind, trace = type(error).__name__, traceback.format_list(frames)
    return {"errorMessage": str(error), "errorType": kind, "requestId": request_id, "stackTrace": trace}


def log_error(error: "dict[str, Any]") -> None:
    """Write ``error`` to the function's log, as one event."""
    message = f": {error['errorMessage']}" if error["errorMessage"] else ""
    lines = [f"[ERROR] {error['errorType']}{message}", "Traceback (most recent call last):"]
    for entry in error["stackTrace"]:
        lines += entry.splitlines()
    sys.stdout.write("\r".join(lines) + "\n")


def answer(handler: "Handler", event: bytes, context: Context) -> bytes:
    """Return what ``handler`` answers to ``event``, as JSON.  Raises whatever it raises, and FaultError."""
    try:
        data = json.loads(event)
    except ValueError as error:
        raise FaultError("Runtime.UnmarshalError", f"Unable to unmarshal input: {error}") from error
    result = handler(data, context)
    try:
        return result if isinstance(result, bytes) else json.dumps(result).encode()
    except (TypeError, ValueError) as error:
        raise FaultError("Runtime.MarshalError", f"Unable to marshal response: {error}") from error


def run(handler_name: str, address: str) -> None:
    """Serve invocations until the server ends."""
    log = LogLines()
    logging.getLogger().addHandler(log)
    api = Api(address)
    try:
        handler = load(handler_name)
    except Exception as error:  # noqa: BLE001 - whatever a function raises is reported, as Lambda does
        report = described(error)
        log_error(report)
        api.call("POST", "/init/error", json.dumps(report).encode(), str(report["errorType"]))
        sys.exit(1)
    while True:
        headers, event = api.call("GET", "/invocation/next")
        context = Context(headers)
        log.request_id = context.aws_request_id
        try:
            result = answer(handler, event, context)
        except Exception as error:  # noqa: BLE001 - the same
            report = described(error, context.aws_request_id)
            log_error(report)
            path = f"/invocation/{context.aws_request_id}/error"
            api.call("POST", path, json.dumps(report).encode(), str(report["errorType"]))
        else:
            api.call("POST", f"/invocation/{context.aws_request_id}/response", result)
