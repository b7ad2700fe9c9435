"""What functions cost in time, measured: cold starts and direct Invokes.

Cold starts are measured on a copy of the function, made for the purpose and deleted afterwards, so that nobody who
plays the original notices.  Each change of the copy's configuration makes Lambda start a new environment, here as on
AWS.
"""

from __future__ import annotations

import io
import json
import pickle
import re
import time
import warnings
import zipfile
from base64 import b64decode
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from ai_functions.runtime.manifest import Manifest
from infra.build.layers import build_layer
from infra.build.packaging import package_opponent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from infra.aws import Cloud
    from infra.environment.environment import Environment

UNPICKLER = "scikit-learn, unpickled"
"""The comparison: the same kind of network as the opponents', served as a notebook would leave it."""
_UNPICKLER_CODE = """\
import pickle
import sklearn.neural_network
with open(__file__.replace("function.py", "model.pickle"), "rb") as file:
    MODEL = pickle.load(file)
def handler(event, context):
    return {"value": float(MODEL.predict_proba([[0.0] * MODEL.n_features_in_])[0][0])}
"""
_INIT = re.compile(r"Init Duration: ([0-9.]+) ms")
_HANDLER = "ai_functions.runtime.handler.handler"


@dataclass(frozen=True, slots=True)
class ColdStarts:
    """Cold starts of one function, in milliseconds."""

    name: str
    init_ms: tuple[float, ...]
    """Lambda's own figure, from the REPORT line: starting the process and importing."""
    total_ms: tuple[float, ...]
    """From the caller's request to the answer."""


def cold_starts(
    environment: Environment, opponents: Sequence[tuple[Path, Any]], times: int, progress: Callable[[], None]
) -> list[ColdStarts]:
    """Measure ``times`` cold starts of each opponent (its folder, and an event for it), which is deployed.

    The last in the list is a function that imports scikit-learn and unpickles a fitted network, with the memory, the
    role and the variables of the first opponent.  All take turns, so that whatever else the machine does falls on all
    alike.  Raises CloudError.
    """
    with ExitStack() as stack:
        copies = [
            stack.enter_context(_copied(environment, _opponent(environment, folder), event))
            for folder, event in opponents
        ]
        copies.append(stack.enter_context(_unpickler(environment, Manifest.load(opponents[0][0]).name)))
        measured: list[list[tuple[float, float]]] = [[] for _ in copies]
        for _ in range(times):
            for copy, found in zip(copies, measured, strict=True):
                found.append(copy.start())
                progress()
    return [
        ColdStarts(copy.name, tuple(init for init, _ in found), tuple(total for _, total in found))
        for copy, found in zip(copies, measured, strict=True)
    ]


def invoke_times(environment: Environment, opponent: str, event: Any, times: int) -> Iterator[float]:
    """Yield the milliseconds of ``times`` direct Invokes, one after the other.  Raises CloudError."""
    for _ in range(times):
        started = time.perf_counter()
        environment.cloud.invoke(environment.names.function(opponent), event)
        yield (time.perf_counter() - started) * 1000


@dataclass(frozen=True, slots=True)
class _What:
    """A function to be made for the measurement."""

    name: str
    code: bytes
    handler: str
    layers: tuple[str, ...]
    like: Any
    """The configuration of the function whose memory, role and variables it has."""


@dataclass(slots=True)
class Copy:
    """A function that was made for a measurement."""

    name: str
    function: str
    variables: Mapping[str, str]
    event: Any
    cloud: Cloud
    starts: int = 0

    def chill(self) -> None:
        """Let nothing that runs be used again: the next call starts a process."""
        settled = self.cloud.client("lambda").get_waiter("function_updated_v2")
        self.starts += 1
        settled.wait(FunctionName=self.function, WaiterConfig={"Delay": 1})
        changed = {"Variables": {**self.variables, "ATTEMPT": str(self.starts)}}
        self.cloud.call("lambda", "update_function_configuration", FunctionName=self.function, Environment=changed)
        settled.wait(FunctionName=self.function, WaiterConfig={"Delay": 1})

    def ask(self) -> tuple[float | None, float]:
        """Return the milliseconds of a call: of its start, by Lambda's own figure, if it was one, and of all of it."""
        started = time.perf_counter()
        payload = json.dumps(self.event).encode()
        answer = self.cloud.call("lambda", "invoke", FunctionName=self.function, Payload=payload, LogType="Tail")
        answer["Payload"].read()
        total = (time.perf_counter() - started) * 1000
        log = b64decode(answer["LogResult"]).decode()
        if "FunctionError" in answer:
            raise RuntimeError(f"{self.name}: a failed call: {log}")
        found = _INIT.search(log)
        return (float(found[1]) if found else None), total

    def start(self) -> tuple[float, float]:
        """Return the milliseconds of one cold start: Lambda's own figure, and from the request to the answer."""
        self.chill()
        init, total = self.ask()
        if init is None:
            raise RuntimeError(f"{self.name}: no cold start")
        return init, total


def _configuration(environment: Environment, opponent: str) -> Any:
    function = environment.names.function(opponent)
    return environment.cloud.call("lambda", "get_function_configuration", FunctionName=function, Qualifier="live")


def _opponent(environment: Environment, folder: Path) -> _What:
    manifest, package = package_opponent(folder)
    like = _configuration(environment, manifest.name)
    layers = tuple(item["Arn"] for item in like.get("Layers", []))
    return _What(manifest.name, package.content, _HANDLER, layers, like)


@contextmanager
def copied_opponent(environment: Environment, folder: Path, event: Any) -> Iterator[Copy]:
    """Make a copy of an opponent's function, which is deployed, to be asked ``event``; delete it afterwards."""
    with _copied(environment, _opponent(environment, folder), event) as copy:
        yield copy


@contextmanager
def _unpickler(environment: Environment, like: str) -> Iterator[Copy]:
    layer = build_layer("comparison", environment.target, environment.cache)
    call = partial(environment.cloud.call, "lambda")
    name = f"{environment.names.prefix}-measure-comparison"
    number = call("publish_layer_version", LayerName=name, Content={"ZipFile": layer.path.read_bytes()})
    layers = (number["LayerVersionArn"],)
    try:
        what = _What(UNPICKLER, _unpickler_zip(), "function.handler", layers, _configuration(environment, like))
        with _copied(environment, what, {}) as copy:
            yield copy
    finally:
        call("delete_layer_version", LayerName=name, VersionNumber=number["Version"])


@contextmanager
def _copied(environment: Environment, what: _What, event: Any) -> Iterator[Copy]:
    call = partial(environment.cloud.call, "lambda")
    function = f"{environment.names.prefix}-measure-{uuid4().hex[:8]}"
    like, variables = what.like, what.like.get("Environment", {}).get("Variables", {})
    call(
        "create_function",
        FunctionName=function,
        Runtime=like["Runtime"],
        Role=like["Role"],
        Handler=what.handler,
        Code={"ZipFile": what.code},
        Layers=list(what.layers),
        MemorySize=like["MemorySize"],
        Timeout=30,
        Environment={"Variables": variables},
    )
    try:
        yield Copy(what.name, function, variables, event, environment.cloud)
    finally:
        call("delete_function", FunctionName=function)


def _unpickler_zip() -> bytes:
    from sklearn.datasets import make_classification  # noqa: PLC0415 - only this comparison needs it
    from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415
    from sklearn.neural_network import MLPClassifier  # noqa: PLC0415

    rows, labels = make_classification(400, 300, random_state=1)
    network = MLPClassifier((256, 100), max_iter=5, random_state=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # five rounds do not converge, and need not
        network.fit(rows, labels)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("function.py", _UNPICKLER_CODE)
        archive.writestr("model.pickle", pickle.dumps(network))
    return buffer.getvalue()
