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
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from infra.layers import build_layer
from infra.packaging import package_opponent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from infra.arcade import Arcade

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


def opponent_cold_starts(
    arcade: Arcade, folder: Path, event: Any, times: int, progress: Callable[[], None]
) -> ColdStarts:
    """Measure ``times`` cold starts of the opponent in ``folder``, which is deployed.  Raises CloudError."""
    manifest, package = package_opponent(folder)
    like = _configuration(arcade, manifest.name)
    layers = tuple(item["Arn"] for item in like.get("Layers", []))
    return _cold_starts(arcade, _Copy(manifest.name, package.content, _HANDLER, layers, like), event, times, progress)


def unpickler_cold_starts(arcade: Arcade, like: str, times: int, progress: Callable[[], None]) -> ColdStarts:
    """Measure ``times`` cold starts of a function that imports scikit-learn and unpickles a fitted network.

    It has the memory and the role of the deployed opponent ``like``, and the layer that training ships with.
    """
    config = _configuration(arcade, like)
    layer = build_layer("comparison", arcade.target, arcade.cache)
    call = partial(arcade.cloud.call, "lambda")
    name = f"{arcade.names.prefix}-measure-comparison"
    number = call("publish_layer_version", LayerName=name, Content={"ZipFile": layer.path.read_bytes()})
    try:
        copy = _Copy(UNPICKLER, _unpickler_zip(), "function.handler", (number["LayerVersionArn"],), config)
        return _cold_starts(arcade, copy, {}, times, progress)
    finally:
        call("delete_layer_version", LayerName=name, VersionNumber=number["Version"])


def invoke_times(arcade: Arcade, opponent: str, event: Any, times: int) -> Iterator[float]:
    """Yield the milliseconds of ``times`` direct Invokes, one after the other.  Raises CloudError."""
    for _ in range(times):
        started = time.perf_counter()
        arcade.cloud.invoke(arcade.names.function(opponent), event)
        yield (time.perf_counter() - started) * 1000


@dataclass(frozen=True, slots=True)
class _Copy:
    """A function to be made for the measurement."""

    name: str
    code: bytes
    handler: str
    layers: tuple[str, ...]
    like: Any
    """The configuration of the function whose memory, role and variables it has."""


def _configuration(arcade: Arcade, opponent: str) -> Any:
    function = arcade.names.function(opponent)
    return arcade.cloud.call("lambda", "get_function_configuration", FunctionName=function, Qualifier="live")


def _cold_starts(arcade: Arcade, what: _Copy, event: Any, times: int, progress: Callable[[], None]) -> ColdStarts:
    call = partial(arcade.cloud.call, "lambda")
    copy = f"{arcade.names.prefix}-measure-{uuid4().hex[:8]}"
    like, variables = what.like, what.like.get("Environment", {}).get("Variables", {})
    call(
        "create_function",
        FunctionName=copy,
        Runtime=like["Runtime"],
        Role=like["Role"],
        Handler=what.handler,
        Code={"ZipFile": what.code},
        Layers=list(what.layers),
        MemorySize=like["MemorySize"],
        Timeout=30,
        Environment={"Variables": variables},
    )
    init, total = [], []
    settled = arcade.cloud.client("lambda").get_waiter("function_updated_v2")
    try:
        for attempt in range(times):
            settled.wait(FunctionName=copy, WaiterConfig={"Delay": 1})
            changed = {"Variables": {**variables, "ATTEMPT": str(attempt)}}
            call("update_function_configuration", FunctionName=copy, Environment=changed)
            settled.wait(FunctionName=copy, WaiterConfig={"Delay": 1})
            started = time.perf_counter()
            answer = call("invoke", FunctionName=copy, Payload=json.dumps(event).encode(), LogType="Tail")
            answer["Payload"].read()
            total.append((time.perf_counter() - started) * 1000)
            log = b64decode(answer["LogResult"]).decode()
            found = _INIT.search(log)
            if found is None or "FunctionError" in answer:
                raise RuntimeError(f"{what.name}: no cold start, or a failed one: {log}")
            init.append(float(found[1]))
            progress()
    finally:
        call("delete_function", FunctionName=copy)
    return ColdStarts(what.name, tuple(init), tuple(total))


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
