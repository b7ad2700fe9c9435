"""Keeps the control plane's state on disk, so that not even ``kill -9`` loses a deployment.

MiniStack saves its state when it exits politely, and only then.  Here every request that changed something is answered
after the change is on disk.  All services are in one file that is replaced at once, and it is never written in the
middle of a CloudFormation operation: whoever is killed then finds the state from before it, whole.

What functions print and CloudWatch's metrics are not worth a write for each request: they are saved when nothing
happens, and on exit.  Objects in buckets MiniStack itself writes through to disk.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from concurrent.futures import Future
from hashlib import sha256
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from collections.abc import Set as AbstractSet
    from pathlib import Path

FORMAT = 1
LARGE_BYTES = 4096
"""Longer byte strings (zips of functions and layers) get a file of their own, named by their sha256."""
EAGER = frozenset(
    {"apigateway", "cloudformation", "dynamodb", "eventbridge", "iam", "kinesis", "kms", "lambda", "s3", "scheduler"}
    | {"secretsmanager", "sns", "sqs", "ssm"}
)
"""What is saved before an answer: the services that the local cloud offers."""
LAZY = frozenset({"cloudwatch_logs", "cloudwatch"})
"""What is saved when nothing happens."""
LOOK_S = 1.0
QUIET_S = 4.0
"""How long nothing must have happened before everything is saved.  A person thinks about a move for about a second."""
PATIENCE_S = 1.0
"""How long an answer waits for a CloudFormation operation to end.  A custom resource must not wait for itself."""
BUSY_S = 60.0
"""At least this often everything is saved, even if there is never a quiet moment."""
SLOW_S = 0.05
SLOW_TIMES = 3
"""A service whose state took longer than this to save, so many times running, is saved when nothing happens instead."""
TRIES = 50

log = logging.getLogger(__name__)


class StateError(RuntimeError):
    """A state file that cannot be read."""


class StateStore:
    """The state file of one local cloud, and the thread that writes it."""

    def __init__(self, ministack: Any, folder: Path) -> None:
        self._ministack = ministack
        self._file = folder / "state.json"
        self._lazy_file = folder / "observations.json"
        self._blobs = folder / "blobs"
        self._blobs.mkdir(parents=True, exist_ok=True)
        self._encoded: dict[str, str] = {}
        self._hashes: dict[int, tuple[bytes, str]] = {}
        self._slow: dict[str, int] = {}
        self._condition = threading.Condition()
        self._wanted: set[str] = set()
        self._promises: list[Future[None]] = []
        self._touched = False
        self._last_touch = 0.0
        self._last_full = time.monotonic()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="state-store", daemon=True)

    def install(self, before_last: Callable[[], None]) -> set[str]:
        """Take the place of MiniStack's own saving and loading, and start; ``before_last`` precedes the last save.

        Return the sha256 of every large zip that the loaded state needs.
        """
        loaded, zips = self._load()
        self._ministack.load_state = loaded.get

        def save_all(_getters: object) -> None:
            before_last()
            self.close()

        self._ministack.save_all = save_all
        self._thread.start()
        return zips

    def keys(self, service: str) -> frozenset[str]:
        """Return which parts of the state a request to ``service`` may change."""
        registry = self._ministack.SERVICE_REGISTRY
        name = self._ministack.SERVICE_NAME_ALIASES.get(service, service)
        if name == "cloudformation" or name not in registry:
            return EAGER
        modules = {registry[name]["module"], *registry[name].get("sub_modules", ())}
        return frozenset(key for key, module in self._ministack._state_map.items() if module in modules)  # noqa: SLF001

    def touch(self) -> None:
        """Note that something happened that may have changed any service's state."""
        self._touched = True
        self._last_touch = time.monotonic()

    def save(self, keys: Iterable[str]) -> Future[None]:
        """Return what is done when the present state of ``keys`` is on disk."""
        done: Future[None] = Future()
        self.touch()
        wanted = {key for key in keys if key in EAGER and self._slow.get(key, 0) < SLOW_TIMES}
        if not wanted:
            done.set_result(None)
            return done
        with self._condition:
            self._wanted |= wanted
            self._promises.append(done)
            self._condition.notify()
        return done

    def close(self) -> None:
        """Save everything and stop."""
        with self._condition:
            if self._closed:
                return
            self._closed = True
            self._condition.notify()
        self._thread.join()

    def operation_runs(self) -> bool:
        """Whether a CloudFormation operation is under way."""
        stacks = self._stacks()
        return any(_in_progress(stack) for stack in list(stacks._data.values())) if stacks is not None else False  # noqa: SLF001

    def _stacks(self) -> Any:
        module = self._ministack._loaded_modules.get("cloudformation")  # noqa: SLF001
        return module._stacks if module is not None else None  # noqa: SLF001

    def _work(self) -> None:
        while True:
            with self._condition:
                if not self._wanted and not self._closed:
                    self._condition.wait(LOOK_S)
                if self._closed:
                    promises, self._promises = self._promises, []
                    break
                keys, self._wanted = self._wanted, set()
                promises, self._promises = self._promises, []
            if keys:
                self._fulfil(keys, promises)
            elif self._is_time():
                self._save_everything()
        if self._touched:
            self._save_everything()
        for promise in promises:
            promise.set_result(None)

    def _is_time(self) -> bool:
        now = time.monotonic()
        quiet = now - self._last_touch >= QUIET_S
        return self._touched and (quiet or now - self._last_full >= BUSY_S) and not self.operation_runs()

    def _fulfil(self, keys: set[str], promises: list[Future[None]]) -> None:
        end = time.monotonic() + PATIENCE_S
        while self.operation_runs() and time.monotonic() < end:
            time.sleep(0.005)
        try:
            if self.operation_runs():
                self._touched = True  # saved whole as soon as the operation has ended
            else:
                self._encode(keys | (EAGER - self._encoded.keys()))  # after a start: what was loaded, too
                self._write(self._file, EAGER)
        except Exception as error:  # the caller is told, and the next save tries again
            log.exception("the state could not be saved")
            for promise in promises:
                promise.set_exception(error)
            return
        for promise in promises:
            promise.set_result(None)

    def _save_everything(self) -> None:
        self._touched = False
        self._last_full = time.monotonic()
        try:
            self._hashes.clear()  # of zips that are gone
            self._encode(EAGER | LAZY)
            if not self.operation_runs():  # one that a stop interrupts is as if it had not begun
                self._write(self._file, EAGER)
            self._write(self._lazy_file, LAZY)
        except Exception:  # keep the thread: the next change tries again
            self._touched = True
            log.exception("the state could not be saved")

    def _encode(self, keys: AbstractSet[str]) -> None:
        getters = self._ministack._build_persistence_save_dict()  # noqa: SLF001 - see private_names
        for key in sorted(keys & getters.keys()):
            begun = time.monotonic()
            text = self._encoded_state(getters[key])
            if text is not None:
                self._encoded[key] = text
                self._slow[key] = self._slow.get(key, 0) + 1 if time.monotonic() - begun > SLOW_S else 0

    def _encoded_state(self, get_state: Any) -> str | None:
        """Return a service's state as JSON; None where it has none.  Other threads may be changing it meanwhile."""
        for attempt in range(TRIES):
            try:
                state = get_state()
                return None if state is None else json.dumps(state, default=self._encode_special)
            except RuntimeError:  # "dictionary changed size during iteration"
                if attempt == TRIES - 1:
                    raise
                time.sleep(0.002)
        return None

    def _encode_special(self, value: Any) -> Any:
        from ministack.core import persistence  # noqa: PLC0415 - MiniStack reads its settings as it is imported

        if isinstance(value, bytes) and len(value) > LARGE_BYTES:
            return {"__blob__": self._blob(value)}
        return persistence._json_default(value)  # noqa: SLF001

    def _blob(self, data: bytes) -> str:
        known = self._hashes.get(id(data))
        if known is not None and known[0] is data:
            return known[1]
        name = sha256(data).hexdigest()
        path = self._blobs / name
        if not path.exists():
            partial = path.with_suffix(".new")
            partial.write_bytes(data)
            partial.replace(path)
        self._hashes[id(data)] = (data, name)
        return name

    def _write(self, path: Path, keys: AbstractSet[str]) -> None:
        services = ", ".join(f"{json.dumps(key)}: {text}" for key, text in self._encoded.items() if key in keys)
        partial = path.with_suffix(".new")
        partial.write_text(f'{{"format": {FORMAT}, "services": {{{services}}}}}', encoding="utf-8")
        partial.replace(path)

    def _load(self) -> tuple[dict[str, Any], set[str]]:
        used: set[str] = set()
        loaded = {**self._read(self._file, used), **self._read(self._lazy_file, used)}
        for path in self._blobs.iterdir():
            if path.name not in used:
                path.unlink()
        return loaded, used

    def _read(self, path: Path, used: set[str]) -> dict[str, Any]:
        from ministack.core import persistence  # noqa: PLC0415

        def decode(item: dict[str, Any]) -> Any:
            name = item.get("__blob__")
            if name is None:
                return persistence._json_object_hook(item)  # noqa: SLF001
            used.add(name)
            return (self._blobs / name).read_bytes()

        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        try:
            data = json.loads(text, object_hook=decode)
            if data["format"] != FORMAT:
                raise StateError(f"{path} has format {data['format']!r}; this version reads {FORMAT}")
            services: dict[str, Any] = data["services"]
        except (ValueError, KeyError, TypeError, OSError) as error:
            raise StateError(f"{path} cannot be read ({error}); move it away to start with an empty cloud") from error
        return services


def _in_progress(stack: dict[str, Any]) -> bool:
    status = str(stack.get("StackStatus", ""))
    return status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS"
