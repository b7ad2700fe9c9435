"""Keeps the control plane's state on disk, so that not even ``kill -9`` loses a deployment.

MiniStack saves its state when it exits politely, and only then.  Here every request that changed something is answered
after the change is on disk.  All services are in one file, in which a save puts all that changed or nothing, and never
in the middle of a CloudFormation operation: whoever is killed then finds the state from before it, whole.  What is
answered during such an operation, and changes of a service too large to be saved for each, go into a journal.

What functions print and CloudWatch's metrics are not worth a write for each request: they are saved when nothing
happens, and on exit.  Objects in buckets are files of their own (``infra.local.patches.objects``).
"""

from __future__ import annotations

import itertools
import threading
import time
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from infra.local.state.journal import Entry, Journal, Request
from infra.local.state.operations import operation_runs
from infra.local.state.pace import PATIENT_S, Pace
from infra.local.state.saved import Saved
from infra.local.state.trouble import Trouble
from infra.local.workers.system_calls import give_memory_back

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

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
BUSY_S = 60.0
"""At least this often everything is saved, even if there is never a quiet moment."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A change that waits to be kept."""

    number: int
    keys: frozenset[str]
    request: Request | None
    """What the journal may hold in place of the change; None for a change that only the state file can hold."""
    patient: bool
    """Whether nobody waits for it: it is saved with others, now and then."""
    done: Future[None] = field(default_factory=Future)


class StateStore:
    """The state file of one local cloud, its journal, and the thread that writes both."""

    def __init__(self, ministack: Any, folder: Path) -> None:
        self._ministack = ministack
        self._saved = Saved(ministack, folder)
        self._journal = Journal(folder / "journal.jsonl")
        self._stale: set[str] = set()
        """What has changed since it was saved."""
        self._numbers = itertools.count(1)
        self._newest = 0
        self._pace = Pace()
        self._condition = threading.Condition()
        self._waiting: list[_Waiting] = []
        self._operation_begun = False
        """Whether CloudFormation has changed what the state file does not hold."""
        self._beginning = 0
        """How many requests to CloudFormation are about to begin what they ask for."""
        self._operations = 0
        """Grows before and after each request to CloudFormation."""
        self._touched = False
        self._trouble = Trouble(folder)
        self._last_touch = 0.0
        self._last_full = time.monotonic()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="state-store", daemon=True)

    def install(self, before_last: Callable[[], None]) -> None:
        """Take the place of MiniStack's own saving and loading, and start; ``before_last`` precedes the last save."""
        last = self._journal.last()  # before anything is changed: it may be unreadable
        self._saved.load()
        self._newest = max(last, *self._saved.held.values(), 0)

        def save_all(_getters: object) -> None:
            before_last()
            self.close()

        self._ministack.save_all = save_all
        self._numbers = itertools.count(self._newest + 1)
        self._stale |= EAGER
        self._thread.start()

    def unheld(self) -> list[Entry]:
        """Return what was answered before the server was killed and is not in the state that was loaded, in order."""
        return self._journal.entries(self._saved.held)

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

    def keep(self, keys: Iterable[str], request: Request | None = None, *, patient: bool = False) -> Future[None]:
        """Return what is done when a change of ``keys`` that has just been made is on disk.

        It raises DiskError where it could not be.  ``request``, which made the change, may be kept in its place;
        without one this waits for the state itself, for as long as a CloudFormation operation runs; and, if
        ``patient``, until saving takes no more than its share of the time.
        """
        self.touch()
        wanted = frozenset(keys) & EAGER
        with self._condition:
            self._newest = next(self._numbers)
            self._operations += "cloudformation" in wanted
            waiting = _Waiting(self._newest, wanted, request, patient)
            if wanted:
                self._waiting.append(waiting)
                self._condition.notify()
            else:
                waiting.done.set_result(None)
        return waiting.done

    @property
    def in_trouble(self) -> bool:
        """Whether the last attempt to write failed."""
        return bool(self._trouble)

    def note_trouble(self) -> None:
        """Note that something could not be written, here or by whoever else writes to this disk."""
        self._trouble.note()

    def was_in_trouble(self, since: float) -> bool:
        """Whether something could not be written since that moment (of time.monotonic): the cloud's own fault."""
        return self._trouble.since(since)

    def check_room(self, size: int) -> None:
        """Raise DiskError if a change of ``size`` bytes can be seen beforehand to find no room on the disk."""
        self._trouble.check_room(size)

    @contextmanager
    def operation_begins(self) -> Iterator[None]:
        """Save nothing meanwhile: CloudFormation has been asked to change any service, and no stack may say so yet."""
        with self._condition:
            self._stale |= EAGER
            self._operation_begun = True
            self._operations += 1
            self._beginning += 1
        try:
            yield
        finally:
            with self._condition:
                self._operations += 1
                self._beginning -= 1
            self.touch()

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
        return self._beginning > 0 or operation_runs(self._ministack)

    def _work(self) -> None:
        while True:
            with self._condition:
                runs = self.operation_runs()
                if not self._closed and all(
                    item.request is None and (runs or self._better_later(item)) for item in self._waiting
                ):
                    self._condition.wait(PATIENT_S if self._waiting else LOOK_S)
                if self._closed:
                    break
                waiting, self._waiting = self._waiting, []
            if waiting:
                self._keep_all(waiting)
            if self._is_time():
                self._save_everything()
        if self._touched or self._waiting:
            self._saved.unseen = True
            self._save_everything()
        self._saved.close()

    def _is_time(self) -> bool:
        now = time.monotonic()
        quiet = now - self._last_touch >= QUIET_S
        return self._touched and (quiet or now - self._last_full >= BUSY_S) and not self.operation_runs()

    def _keep_all(self, waiting: Sequence[_Waiting]) -> None:
        """Bring all of ``waiting`` to the disk that can be there now; the rest waits on."""
        self._stale.update(*(item.keys for item in waiting))
        at_once = [] if self.operation_runs() else [item for item in waiting if not self._better_later(item)]
        if at_once and not self._save(at_once):
            at_once = []  # an operation has begun meanwhile
        later = [item for item in waiting if item not in at_once]
        self._note([item for item in later if item.request is not None])
        with self._condition:
            self._waiting[:0] = [item for item in later if item.request is None]

    def _better_later(self, item: _Waiting) -> bool:
        if item.request is not None:
            return self._pace.is_slow(item.keys)
        return item.patient and self._pace.is_soon(item.keys)

    def _save(self, waiting: Sequence[_Waiting]) -> bool:
        """Write the state that holds ``waiting`` and tell them; return False, with nothing told, if that must wait."""
        forced = EAGER if self._operation_begun else frozenset(key for item in waiting for key in item.keys)
        try:
            if not self._save_now(forced):
                return False
            if not self._stale:
                self._journal.clear()
        except Exception as error:  # noqa: BLE001 - the caller is told, and the next save tries again
            self._refuse(waiting, error)
            return True
        self._trouble.over()
        self._operation_begun = False
        for item in waiting:
            item.done.set_result(None)
        return True

    def _note(self, waiting: Sequence[_Waiting]) -> None:
        """Bring the requests of ``waiting`` to the journal."""
        if not waiting:
            return
        entries = [Entry(item.number, item.keys, item.request) for item in waiting if item.request is not None]
        try:
            self._journal.append(sorted(entries, key=lambda entry: entry.number))
        except OSError as error:
            self._refuse(waiting, error)
            return
        self._touched = True  # the state is saved whole as soon as it can be
        for item in waiting:
            item.done.set_result(None)

    def _refuse(self, waiting: Sequence[_Waiting], error: Exception) -> None:
        told = self._trouble.told(error)
        self._touched = True
        for item in waiting:
            item.done.set_exception(told)

    def _save_everything(self) -> None:
        self._touched = False
        self._last_full = time.monotonic()
        with self._condition:
            waiting, self._waiting = self._waiting, []
        try:
            if not self.operation_runs() and self._save_now(EAGER, thorough=self._saved.unseen):
                self._journal.clear()
                self._operation_begun = False
                for item in waiting:
                    item.done.set_result(None)
            else:  # an operation that a stop interrupts is as if it had not begun
                with self._condition:
                    self._waiting[:0] = [item for item in waiting if item.request is None]
                waiting = [item for item in waiting if item.request is not None]
                self._note(waiting)
            self._save_now(LAZY)
            give_memory_back()
            self._trouble.over()
        except Exception as error:  # noqa: BLE001 - keep the thread: the next change tries again
            self._stale |= EAGER
            self._refuse([item for item in waiting if not item.done.done()], error)

    def _save_now(self, keys: AbstractSet[str], *, thorough: bool = False) -> bool:
        """Save the state of ``keys``; return False, and change nothing, if CloudFormation was at work meanwhile.

        What began and ended while services were looked at is in some of them and not in others.  Raises OSError.
        """
        operations, held = self._operations, self._newest
        stale = self._stale & keys
        self._stale -= keys

        def at_work() -> bool:
            return bool(keys & EAGER) and (self.operation_runs() or self._operations != operations)

        try:
            taken = self._saved.save(keys, held, at_work, thorough=thorough)
        except BaseException:
            self._stale |= stale
            raise
        if taken is None:
            self._operation_begun = True
            self._stale |= stale
            return False
        self._pace.note(taken)
        return True
