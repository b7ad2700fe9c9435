"""Deployed opponents, asked over HTTP: one connection kept for each thread, deadlines that hold, honest retries.

A function is stateless and the same request gets the same answer, so any request may be sent again.
"""

from __future__ import annotations

import os
import random as jitter
import re
import threading
from dataclasses import dataclass, field, replace
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, TypeVar

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from ai_functions.runtime.listing import COLOUR, GUEST, LISTED
from ai_functions.runtime.protocol import PROTOCOL, MoveResponse, another_protocol
from client.net import signing
from client.net.cost import Price
from client.net.first_call import FirstCall
from client.net.proxies import ProxyAdapter
from games.schema import InvalidError, NotJsonError, load_json
from games.texts import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ai_functions.runtime.protocol import MoveRequest
    from games.core import JsonObject

KEY_VARIABLE = "LAMBDA_ARCADE_API_KEY"
"""Holds the key of an API that was deployed with ``--auth key``."""
CONNECT_S = 1.0
CATALOG_S = 5.0
FIRST_BACKOFF_S = 0.05
MAX_BACKOFF_S = 0.8
RETRIED = frozenset({429, 500, 502, 503, 504})
"""Throttled, failed or not there for a moment.  Every other status is final."""
GONE = frozenset({404, 410})
"""Not found: the catalog listed it, and it was deleted since."""
OK = 200
MAX_ANSWER_BYTES = 1024 * 1024
"""An explained move has some 10 KB, a catalog of a hundred opponents 100 KB."""
CHUNK_BYTES = 64 * 1024
MAX_TOLD = 300
"""Characters of an error that somebody else wrote."""
ResultT = TypeVar("ResultT")
_threads = threading.local()


class RemoteError(RuntimeError):
    """No usable answer.

    ``cause`` is one word for the HUD: timeout, unreachable, throttled, error, gone, refused or nonsense.
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
    price: Price | None = None
    """What a move costs; None where nobody says."""
    pinned: Mapping[str, str] = field(default_factory=dict)
    """Version -> the endpoint of that version alone, for those the alias ``live`` points at."""

    @classmethod
    def from_json(cls, data: Any) -> OpponentInfo:
        """Return the entry that ``data`` means; fields of later versions are passed over, and so is what is no colour.

        Raises InvalidError, naming the field.
        """
        said = {key: value for key, value in LISTED.parse(data, "").items() if key in cls.__dataclass_fields__}
        if not re.fullmatch(COLOUR.pattern, said.get("colour", "")):
            said.pop("colour", None)
        if price := said.get("price"):
            said["price"] = Price(**price)
        return cls(**said)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that came in time."""

    response: MoveResponse
    latency_ms: float
    attempts: int


def fetch_opponents(api: str, warn: Callable[[str], object] = lambda _: None) -> list[OpponentInfo]:
    """Return what is deployed, easiest first.  ``warn`` hears of an entry that is left out.  Raises RemoteError."""
    found = [OpponentInfo.from_json(item) for item in readable(_get(f"{api}/opponents"), f"{api}/opponents", warn)]
    return sorted(found, key=lambda item: (item.game, item.difficulty, item.name))


def readable(listed: Any, url: str, warn: Callable[[str], object]) -> list[dict[str, Any]]:
    """Return the sound entries of the catalog at ``url``; ``warn`` hears of every other.  Raises RemoteError."""
    if not isinstance(listed, list):
        raise RemoteError("nonsense", f"{url}: not a list of opponents")
    found = []
    for index, item in enumerate(listed):
        try:
            LISTED.parse(item, f"entry {index}")
        except InvalidError as error:
            warn(f"{url}: left out: {error}")
        else:
            found.append(item)
    return found


def is_url(name: str) -> bool:
    """Say whether ``name`` is the URL of an opponent rather than a name in the catalog."""
    return name.startswith(("http://", "https://"))


def fetch_guest(url: str) -> OpponentInfo:
    """Return who answers at ``url``, wherever that is: anybody may deploy an opponent.  Raises RemoteError."""
    said = RemoteOpponent(url, guest=True).identify()
    spoken = said.get("protocol", PROTOCOL) if isinstance(said, dict) else PROTOCOL
    if isinstance(spoken, int) and spoken != PROTOCOL:
        raise RemoteError("refused", f"{url}: {another_protocol(PROTOCOL, spoken)}")
    try:
        return OpponentInfo.from_json({**GUEST.parse(said, ""), "endpoint": url.rstrip("/"), "guest": True})
    except InvalidError as error:
        raise RemoteError("nonsense", f"{url}: {error}") from error


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
        if not isinstance(data, dict):
            raise RemoteError("nonsense", f"{self.endpoint}: does not say who it is")
        return data

    def _post(self, request: MoveRequest, within_s: float) -> MoveResponse:
        data = _exchange("POST", f"{self.endpoint}/move", within_s, request.to_json(), guest=self._guest)
        try:
            return MoveResponse.from_json(data)
        except InvalidError as error:
            raise RemoteError("nonsense", str(error)) from error


def get_json(url: str) -> Any:
    """Return the JSON that this cloud answers at ``url``.  Raises RemoteError."""
    return _get(url)


def _get(url: str, *, guest: bool = False) -> Any:
    return _exchange("GET", url, CATALOG_S, guest=guest)


def _exchange(method: str, url: str, within_s: float, body: JsonObject | None = None, *, guest: bool) -> Any:
    """Return the JSON that ``url`` answers.  Raises RemoteError, whatever comes instead."""
    answer, content = _send(method, url, within_s, body, guest=guest)
    if answer.status_code != OK:
        raise RemoteError(_cause(answer.status_code), _refusal(url, answer, content))
    try:
        return load_json(content)
    except NotJsonError as error:
        raise RemoteError("nonsense", f"{url}: {error}") from error


def post_once(url: str, body: JsonObject, within_s: float) -> tuple[int, bytes]:
    """Send ``body`` to a function once; return the answer's status and body, or 0 and why there is none."""
    try:
        answer, content = _send("POST", url, within_s, body, guest=False)
    except RemoteError as error:
        return 0, str(error).encode()
    return answer.status_code, content


def prepared(url: str, body: JsonObject) -> tuple[dict[str, str], bytes]:
    """Return headers and body of a POST of ``body`` to ``url`` as ``post_once`` would send it now."""
    request = _session().prepare_request(requests.Request("POST", url, json=body))
    headers = {name: value for name, value in request.headers.items() if name.lower() != "content-length"}
    content = request.body or b""
    return headers, content if isinstance(content, bytes) else content.encode()


def _send(
    method: str, url: str, within_s: float, body: JsonObject | None, *, guest: bool
) -> tuple[requests.Response, bytes]:
    """Return the answer of ``url`` and its body.  Raises RemoteError if none comes in time.

    Redirects are not followed: a POST would become a GET, and a signature holds for one address.
    """
    until = monotonic() + within_s
    try:
        with _session(guest=guest).request(
            method, url, json=body, timeout=(min(CONNECT_S, within_s), within_s), allow_redirects=False, stream=True
        ) as answer:
            return answer, _read(answer, until)
    except (requests.Timeout, ReadTimeoutError) as error:
        raise RemoteError("timeout", f"{url}: no answer within {within_s:.1f} s") from error
    except (
        requests.RequestException,
        HTTPError,
        OSError,
        ValueError,
    ) as error:  # ValueError: an address of odd letters
        raise RemoteError("unreachable", f"{url}: {printable(_root(error), MAX_TOLD)}") from error


def _read(answer: requests.Response, until: float) -> bytes:
    """Return the body, read as it comes.  Raises RemoteError for one that is too large or too slow."""
    content = b""
    while part := answer.raw.read1(CHUNK_BYTES, decode_content=True):
        content += part
        if len(content) > MAX_ANSWER_BYTES:
            raise RemoteError("nonsense", f"{answer.url}: more than {MAX_ANSWER_BYTES} bytes")
        if monotonic() >= until:
            raise RemoteError("timeout", f"{answer.url}: {len(content)} bytes came in time, and no end of them")
    return content


def new_session(*, guest: bool = False) -> requests.Session:
    """Return a session that sends the API key, or signs, where the environment says so; a guest is shown neither."""
    session = requests.Session()
    session.trust_env = False  # no look-up of proxies and netrc at every request, and no password from netrc
    session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True
    for scheme in ("http://", "https://"):
        session.mount(scheme, ProxyAdapter())
    if not guest and signing.wanted():
        session.auth = signing.Signed()
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
    if status in GONE:
        return "gone"
    return "error" if status in RETRIED else "refused"


def _refusal(url: str, answer: requests.Response, content: bytes) -> str:
    if answer.is_redirect:
        to = printable(answer.headers["location"], MAX_TOLD)
        return f"{answer.status_code}: {url} sends us on to {to}; give the address where the opponent answers"
    try:
        document = load_json(content)
    except NotJsonError:
        document = None
    said = document.get("detail") or document.get("message") if isinstance(document, dict) else None
    detail = said if isinstance(said, str) else content.decode("utf-8", "replace")
    return f"{answer.status_code}: {printable(detail, MAX_TOLD)}"


def _root(error: BaseException) -> str:
    """Return the innermost reason of an exception that requests and urllib3 have wrapped."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    return f"{type(error).__name__}: {error}"
