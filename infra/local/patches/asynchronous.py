"""Asynchronous calls: on disk before they are answered, so many at once and no more, tried again by Lambda's rules.

MiniStack keeps such a call in memory alone, starts a process for each at once, and looks at the settings for
``$LATEST`` alone, so that a function which is called by its alias, as all of ours are, would lose its event.
"""

from __future__ import annotations

import contextvars
import heapq
import itertools
import json
import logging
import os
import random
import threading
import time
from collections import Counter, deque
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from infra.local.patches.destinations import DestinationError, deliver, stamp
from infra.local.patches.executor import invoked_arn, version_key
from infra.local.patches.schedule import Settings, Tries, next_try
from infra.local.state.files import disk_error

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from infra.local.state.outbox import Outbox
    from infra.local.state.state_store import StateStore
    from infra.local.workers.threads import Threads

KIND = "call"
AT_ONCE = max(2, os.cpu_count() or 1)
"""How many events of one function are worked on at a time, if it reserves no less: more would only slow each other."""
ALL_AT_ONCE = 4 * AT_ONCE
"""The same, of all functions together."""
UNDELIVERED_S = 5.0
"""How long a report waits that its destination could not take."""

not_kept: contextvars.ContextVar[list[str] | None] = contextvars.ContextVar("not_kept", default=None)
"""Where a call is noted that could not be kept, for callers whose errors MiniStack logs and forgets."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Event:
    """An event on its way to a function."""

    name: str
    """Of its entry in the outbox."""
    arn: str
    """The function, with version or alias."""
    invoked: str
    """The ARN that the caller used."""
    payload: Any
    since: float
    """When it was accepted (time.monotonic): the wall clock may be set while it waits."""
    tries: Tries = field(default_factory=Tries)
    result: Mapping[str, Any] | None = None
    """What the last try answered; None where it is not to be tried any more but reported."""
    given_up: str = ""

    @property
    def function(self) -> str:
        """Account, region and name of the function, by which its calls are counted."""
        return ":".join(self.arn.split(":")[3:7])

    @property
    def scope(self) -> tuple[str, str]:
        """Return account and region."""
        parts = self.arn.split(":")
        return parts[4], parts[3]


class _AtOnce:
    """``threading`` for MiniStack's topics: a function is told before whoever publishes is answered.

    MiniStack tells it in a thread of its own, which a killed server would take with it.
    """

    def __init__(self, tells_function: Any) -> None:
        self._tells_function = tells_function

    def Thread(self, *, target: Any, args: tuple[Any, ...], daemon: bool) -> Any:  # noqa: N802 - threading's name
        """Return what ``start`` runs: at once if it tells a function, else a thread."""
        if args and args[0] is self._tells_function:
            return _Now(partial(target, *args))
        return threading.Thread(target=target, args=args, daemon=daemon)


class _Now(NamedTuple):
    start: Any


class AsynchronousCalls:
    """Takes the place of MiniStack's ``invoke_async_with_retry``."""

    def __init__(
        self, lambda_service: Any, outbox: Outbox, store: StateStore, threads: Threads, endpoint: str, folder: Path
    ) -> None:
        self._lambda = lambda_service
        self._store = store
        self._outbox = outbox
        self._threads = threads
        self._endpoint = endpoint
        self._folder = folder
        self._condition = threading.Condition()
        self._ready: dict[str, deque[_Event]] = {}
        self._running: Counter[str] = Counter()
        self._later: list[tuple[float, int, _Event]] = []
        self._order = itertools.count()

    def install(self, sns: Any) -> None:
        """Take that place, and that of topics' calls, which MiniStack tries once."""
        self._lambda.invoke_async_with_retry = self.accept

        def from_topic(
            endpoint: str, envelope: str, _topic: str, subscription: str, _id: str, _message: str, _attributes: Any
        ) -> None:
            func, config, name = self._lambda._get_func_record_for_ref(endpoint)  # noqa: SLF001 - see private_names
            if not func or not config:
                log.warning("a topic has no function %s to tell", name)
                return
            told = {"EventVersion": "1.0", "EventSubscriptionArn": subscription, "EventSource": "aws:sns"}
            event = {"Records": [{**told, "Sns": json.loads(envelope)}]}
            self.accept(self._lambda._execution_record_for_config(func, config), event)  # noqa: SLF001

        sns._deliver_to_lambda = from_topic  # noqa: SLF001
        sns._threading = _AtOnce(from_topic)  # noqa: SLF001
        threading.Thread(target=self._dispatch, name="asynchronous calls", daemon=True).start()

    def accept(self, func: Mapping[str, Any], event: Any) -> None:
        """Keep ``event`` for ``func``, to be worked on soon.  Raises DiskError, and then it is not kept."""
        config = func.get("config") or func
        arn = str(config["FunctionArn"])
        entry = {"kind": KIND, "arn": arn, "invoked": invoked_arn.get() or arn, "event": event, "since": time.time()}
        try:
            name = self._outbox.add(entry)
        except OSError as error:
            self._store.note_trouble()
            if (told := not_kept.get()) is not None:
                told.append(arn)
            raise disk_error(error, self._folder) from error
        self.resume(name, entry)

    def resume(self, name: str, entry: Mapping[str, Any]) -> None:
        """Go on with an entry of the outbox."""
        age_s = max(0.0, time.time() - entry["since"])
        self._put(_Event(name, entry["arn"], entry["invoked"], entry["event"], time.monotonic() - age_s))

    def waiting(self) -> int:
        """Return how many events may still call a function: not those to be tried later of one that is gone."""
        with self._condition:
            queued = sum(len(events) for events in self._ready.values())
            later = sum(self._base(event) is not None for _, _, event in self._later)
            return queued + later + self._running.total()

    def _put(self, event: _Event, pause_s: float = 0.0) -> None:
        with self._condition:
            if pause_s > 0:
                heapq.heappush(self._later, (time.monotonic() + pause_s, next(self._order), event))
            else:
                self._ready.setdefault(event.function, deque()).append(event)
            self._condition.notify()

    def _dispatch(self) -> None:
        """Set events going as their time comes and others are done."""
        with self._condition:
            while True:
                now = time.monotonic()
                while self._later and self._later[0][0] <= now:
                    event = heapq.heappop(self._later)[2]
                    self._ready.setdefault(event.function, deque()).append(event)
                for event in self._startable():
                    self._threads.run(partial(self._work, event))
                self._condition.wait(max(0.0, self._later[0][0] - now) if self._later else None)

    def _startable(self) -> Iterator[_Event]:
        """Take the events that may run now, one of each function in turn.  The lock is held."""
        while self._running.total() < ALL_AT_ONCE:
            free = [name for name, events in self._ready.items() if self._running[name] < self._limit(events[0])]
            if not free:
                return
            function = min(free, key=lambda name: self._running[name])
            event = self._ready[function].popleft()
            if not self._ready[function]:
                del self._ready[function]
            self._running[function] += 1
            yield event

    def _limit(self, event: _Event) -> int:
        base = self._base(event)
        if base is None:
            return AT_ONCE  # deleted meanwhile: its events are dropped as they are tried
        reserved = self._lambda._reserved_concurrency(base, base.get("config") or {})  # noqa: SLF001
        return AT_ONCE if reserved is None else max(1, reserved)  # where none may run, the event is throttled

    def _base(self, event: _Event) -> Any:
        """Return the function of ``event``; None for one that is gone."""
        account, region = event.scope
        return self._lambda._functions.get_scoped(account, region, event.arn.split(":")[6])  # noqa: SLF001

    def _work(self, event: _Event) -> None:
        contextvars.copy_context().run(self._try, event)
        with self._condition:
            self._running[event.function] -= 1
            self._condition.notify()

    def _try(self, event: _Event) -> None:
        """Work on ``event`` once, and see to what comes next."""
        try:
            self._enter(event)
            func, config, name = self._lambda._get_func_record_for_ref(event.arn)  # noqa: SLF001
            if func is None or config is None:  # deleted meanwhile: AWS drops its events
                log.warning("%s is gone; an event for it is dropped", name)
                self._outbox.remove(event.name)
                return
            settings = self._settings(config)
            if not event.given_up:
                begun = time.monotonic()
                record = self._lambda._execution_record_for_config(func, config)  # noqa: SLF001
                result = self._lambda._execute_function(record, event.payload)  # noqa: SLF001
                if not result.get("error"):
                    self._outbox.remove(event.name)
                    return
                event = replace(event, result=result)
                # What fails on a full disk is the cloud's fault, as AWS's system errors are: it is no retry.
                throttled = bool(result.get("throttle")) or self._store.was_in_trouble(begun)
                age_s = time.monotonic() - event.since
                step = next_try(settings, event.tries, age_s, random.random(), throttled=throttled)  # noqa: S311
                event = replace(event, tries=step.tries, given_up=step.given_up)
                if not step.given_up:
                    self._put(event, step.pause_s)
                    return
            self._report(event, settings, config)
        except Exception:  # whatever it was, no other event is held up, and this one is not lost
            log.exception("an asynchronous call of %s was not settled", event.arn)
            self._put(event, UNDELIVERED_S)

    def _enter(self, event: _Event) -> None:
        from ministack.core import responses  # noqa: PLC0415 - MiniStack reads its settings as it is imported

        account, region = event.scope
        responses._request_account_id.set(account)  # noqa: SLF001 - what MiniStack's own background threads do
        responses._request_region.set(region)  # noqa: SLF001
        invoked_arn.set(event.invoked)

    def _settings(self, config: Mapping[str, Any]) -> Settings:
        key = version_key(config)
        base = self._lambda._functions.get_scoped(key.account, key.region, key.name) or {}  # noqa: SLF001
        own = base.get("event_invoke_config") or (base.get("event_invoke_configs") or {}).get("$LATEST") or {}
        return Settings.of(settings_for(base, key.version) or own, config)

    def _report(self, event: _Event, settings: Settings, config: Mapping[str, Any]) -> None:
        """Tell the destination of ``event`` that it was given up; one that cannot be told now is told later."""
        if settings.destination:
            try:
                deliver(self._endpoint, settings.destination, report_of(event, config), {}, "aws/lambda/asynchronous")
            except DestinationError as error:
                log.warning("nobody can be told of an event that was given up: %s", error)
        self._outbox.remove(event.name)


def report_of(event: _Event, config: Mapping[str, Any]) -> dict[str, Any]:
    """Return what AWS tells a destination of an event that was given up."""
    result = event.result or {}
    error = {"functionError": result.get("function_error") or "Unhandled"} if not result.get("throttle") else {}
    return {
        "version": "1.0",
        "timestamp": stamp(),
        "requestContext": {
            "requestId": event.name,
            "functionArn": event.invoked,
            "condition": event.given_up,
            "approximateInvokeCount": event.tries.failures,
        },
        "requestPayload": event.payload,
        "responseContext": {"statusCode": 200, "executedVersion": config.get("Version", "$LATEST"), **error},
        "responsePayload": result.get("body"),
    }


def settings_for(function: Mapping[str, Any], version: str) -> Any:
    """Return the settings for asynchronous calls of ``version``; None where there are none of its own."""
    configs = function.get("event_invoke_configs") or {}
    names = [version]
    for name, alias in (function.get("aliases") or {}).items():
        weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
        if version in {alias.get("FunctionVersion"), *weights}:
            names.append(name)
    return next((configs[name] for name in names if name in configs), None)
