"""Deployed opponents, asked over HTTP: one connection kept for each thread, deadlines that hold, honest retries.

A function is stateless and the same request gets the same answer, so any request may be sent again.
"""

from __future__ import annotations

import os
import random as jitter
import threading
from dataclasses import dataclass, field, replace
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, TypeVar

import requests

from ai_functions.runtime.protocol import MoveResponse
from client import signed
from client.first_call import FirstCall
from client.proxies import ProxyAdapter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ai_functions.runtime.protocol import MoveRequest

KEY_VARIABLE = "LAMBDA_ARCADE_API_KEY"
"""Holds the key of an API that was deployed with ``--auth key``."""
CONNECT_S = 1.0
CATALOG_S = 5.0
FIRST_BACKOFF_S = 0.05
MAX_BACKOFF_S = 0.8
RETRIED = frozenset({429, 500, 502, 503, 504})
"""Throttled, failed or not there for a moment.  Every other status is final."""
OK = 200
ResultT = TypeVar("ResultT")
_threads = threading.local()


class RemoteError(RuntimeError):
    """No usable answer.

    ``cause`` is one word for the HUD: timeout, unreachable, throttled, error, refused or nonsense.
    """

    def __init__(self, cause: str, message: str) -> None:
        super().__init__(message)
        self.cause = cause


@dataclass(frozen=True, slots=True)
class OpponentInfo:
    """One entry of ``GET /opponents``: what the menu shows of a deployed opponent."""

    name: str
    game: str
    title: str
    difficulty: int
    endpoint: str
    version: str = ""
    sha256: str = ""
    author: str = ""
    colour: str = "#8899aa"
    rating: float | None = None
    deviation: float | None = None
    games: int = 0
    guest: bool = False
    """Whether somebody gave its URL: it is not one of this cloud's, and is not shown this cloud's key."""
    measured: Mapping[str, float] = field(default_factory=dict)
    """How it did, on average, when its model was last compared with another: for those nobody has rated yet."""
    pinned: Mapping[str, str] = field(default_factory=dict)
    """Version -> the endpoint of that version alone, for those the alias ``live`` points at."""

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> OpponentInfo:
        """Return the entry that ``data`` means; fields of later versions are passed over."""
        return cls(**{key: value for key, value in data.items() if key in cls.__dataclass_fields__})


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that came in time."""

    response: MoveResponse
    latency_ms: float
    attempts: int


def fetch_opponents(api: str) -> list[OpponentInfo]:
    """Return what is deployed, easiest first.  Raises RemoteError."""
    data = _get(f"{api}/opponents")
    try:
        found = [OpponentInfo.from_json(item) for item in data]
    except (TypeError, AttributeError) as error:
        raise RemoteError("nonsense", f"{api}/opponents: not a list of opponents: {error}") from error
    return sorted(found, key=lambda item: (item.game, item.difficulty, item.name))


def is_url(name: str) -> bool:
    """Say whether ``name`` is the URL of an opponent rather than a name in the catalog."""
    return name.startswith(("http://", "https://"))


def fetch_guest(url: str) -> OpponentInfo:
    """Return who answers at ``url``, wherever that is: anybody may deploy an opponent.  Raises RemoteError."""
    said = RemoteOpponent(url, guest=True).identify()
    known = {name for name, item in OpponentInfo.__dataclass_fields__.items() if item.type in {"str", "int"}}
    missing = {"name", "game", "title", "difficulty"} - said.keys()
    if missing:
        raise RemoteError("nonsense", f"{url}: says nothing of its {', '.join(sorted(missing))}")
    told = {name: value for name, value in said.items() if name in known}
    return OpponentInfo.from_json({**told, "endpoint": url.rstrip("/"), "guest": True})


class RemoteOpponent:
    """One deployed opponent.  Safe to use from several threads."""

    def __init__(self, endpoint: str, *, guest: bool = False) -> None:
        self.endpoint = endpoint.rstrip("/")
        self.last_latency_ms: float | None = None
        self._guest = guest
        self._first_call = FirstCall()

    @classmethod
    def of(cls, info: OpponentInfo) -> RemoteOpponent:
        """Return the version that ``info`` names, which no deployment changes."""
        return cls(info.pinned.get(info.version, info.endpoint), guest=info.guest)

    def identify(self) -> dict[str, Any]:
        """Return what ``GET {opponent}`` says; this also starts the function.  Raises RemoteError."""
        data, _ = self._started(self._identify, lambda said: bool(said.get("cold")), CATALOG_S)
        return data

    def ask(self, request: MoveRequest, within_s: float) -> Reply:
        """Return the answer to ``request``, trying again while ``within_s`` seconds last.  Raises RemoteError."""
        until = monotonic() + within_s
        attempts = 0
        failed: RemoteError | None = None
        while True:
            attempts += 1
            started = monotonic()
            if started >= until:
                raise failed or RemoteError("timeout", f"no answer within {within_s:.1f} s")
            try:
                response, cold = self._started(
                    lambda: self._post(request, until - monotonic()), lambda moved: moved.cold, until - started
                )
            except RemoteError as error:
                if failed is not None and error.cause == "timeout":
                    raise failed from error  # the last attempt had little time; the one before says more
                failed = error
                pause = jitter.uniform(0, min(MAX_BACKOFF_S, FIRST_BACKOFF_S * 2**attempts))  # noqa: S311 - full jitter
                if error.cause not in {"unreachable", "throttled", "error"} or monotonic() + pause >= until:
                    raise
                sleep(pause)
                continue
            latency_ms = (monotonic() - started) * 1000
            self.last_latency_ms = latency_ms
            return Reply(replace(response, cold=cold), latency_ms, attempts)

    def _started(
        self, call: Callable[[], ResultT], is_cold: Callable[[ResultT], bool], within_s: float
    ) -> tuple[ResultT, bool]:
        """Return what ``call`` returns, and whether it waited for the function to start.  Raises RemoteError."""
        try:
            return self._first_call.run(call, is_cold, within_s)
        except TimeoutError as error:
            raise RemoteError("timeout", f"the function did not start within {within_s:.1f} s") from error

    def _identify(self) -> dict[str, Any]:
        data = _get(self.endpoint, guest=self._guest)
        if not isinstance(data, dict) or "name" not in data:
            raise RemoteError("nonsense", f"{self.endpoint}: says nothing of who it is: {str(data)[:80]}")
        return data

    def _post(self, request: MoveRequest, within_s: float) -> MoveResponse:
        try:
            answer = _session(guest=self._guest).post(
                f"{self.endpoint}/move",
                json=request.to_json(),
                timeout=(min(CONNECT_S, within_s), within_s),
            )
        except requests.Timeout as error:
            raise RemoteError("timeout", f"no answer within {within_s:.1f} s") from error
        except requests.RequestException as error:
            raise RemoteError("unreachable", f"{self.endpoint}: {_root(error)}") from error
        if answer.status_code != OK:
            raise RemoteError(_cause(answer.status_code), _refusal(answer))
        try:
            return MoveResponse.from_json(answer.json())
        except ValueError as error:
            raise RemoteError("nonsense", str(error)) from error


def _get(url: str, *, guest: bool = False) -> Any:
    try:
        answer = _session(guest=guest).get(url, timeout=(CONNECT_S, CATALOG_S))
    except requests.Timeout as error:
        raise RemoteError("timeout", f"{url}: no answer within {CATALOG_S:.0f} s") from error
    except requests.RequestException as error:
        raise RemoteError("unreachable", f"{url}: {_root(error)}") from error
    if answer.status_code != OK:
        raise RemoteError(_cause(answer.status_code), _refusal(answer))
    try:
        return answer.json()
    except ValueError as error:
        raise RemoteError("nonsense", f"{url}: not JSON") from error


def new_session(*, guest: bool = False) -> requests.Session:
    """Return a session that sends the API key, or signs, where the environment says so; a guest is shown neither."""
    session = requests.Session()
    session.trust_env = False  # no look-up of proxies and netrc at every request, and no password from netrc
    session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True
    for scheme in ("http://", "https://"):
        session.mount(scheme, ProxyAdapter())
    if not guest and signed.wanted():
        session.auth = signed.Signed()
    if not guest and (key := os.environ.get(KEY_VARIABLE)):
        session.headers["x-api-key"] = key
    return session


def _session(*, guest: bool = False) -> requests.Session:
    """Return this thread's session: requests does not promise that one may be shared."""
    kept = "guest" if guest else "own"
    session: requests.Session | None = getattr(_threads, kept, None)
    if session is None:
        session = new_session(guest=guest)
        setattr(_threads, kept, session)
    return session


def _cause(status: int) -> str:
    if status == 429:  # noqa: PLR2004 - Too Many Requests
        return "throttled"
    return "error" if status in RETRIED else "refused"


def _refusal(answer: requests.Response) -> str:
    try:
        document = answer.json()
        detail = document.get("detail") or document.get("message") or document
    except (ValueError, AttributeError):
        detail = answer.text[:120]
    return f"{answer.status_code}: {detail}"


def _root(error: BaseException) -> str:
    """Return the innermost reason of an exception that requests and urllib3 have wrapped."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    return f"{type(error).__name__}: {error}"
