"""Objects in buckets are on disk before they are answered, and so is the news of them.

MiniStack answers 200 to a write that never reached the disk, and tells of a new object from memory alone.  Here what a
request writes is staged beside, fsynced, and renamed once all of it is there; the events that it causes are in the
outbox before that.  If anything of it fails, memory is as it was before, and the caller is told.
"""

from __future__ import annotations

import contextlib
import contextvars
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from threading import Thread, Timer
from typing import TYPE_CHECKING, Any

from infra.local.patches.asynchronous import not_kept
from infra.local.state.durable import disk_answer
from infra.local.state.files import DiskError, disk_error, stage, sync_folders

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Future

    from infra.local.state.outbox import Outbox
    from infra.local.state.state_store import StateStore

KIND = "object"
CAUSED = frozenset({"sqs", "kinesis"})
"""The parts of the state where an event of a bucket ends, other than a call, which has an entry of its own."""
AGAIN_S = 1.0
"""How long until a message that could not be written is written again: a disk is freed by people."""


@dataclass(slots=True)
class _Writes:
    """What one request wants to write."""

    staged: list[tuple[Path, Path]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    error: OSError | None = None

    def discard(self) -> None:
        for path, _ in self.staged:
            path.unlink(missing_ok=True)

    def commit(self) -> None:
        """Put all in place.  Raises OSError."""
        for path, target in self.staged:
            path.replace(target)
        sync_folders(target.parent for _, target in self.staged)


_writes: contextvars.ContextVar[_Writes | None] = contextvars.ContextVar("writes", default=None)


class Objects:
    """What takes the place of the parts of MiniStack's S3 that write, and that tell of what was written."""

    def __init__(self, s3: Any, staging: Path, outbox: Outbox, store: StateStore) -> None:
        self._s3 = s3
        self._staging = staging
        self._outbox = outbox
        self._store = store
        self._news: SimpleQueue[tuple[contextvars.Context, str, Mapping[str, Any]]] = SimpleQueue()
        self._handle = s3.handle_request

    def install(self) -> None:
        """Replace them, and start the thread that tells."""
        self._staging.mkdir(parents=True, exist_ok=True)
        for left in self._staging.iterdir():
            left.unlink()
        s3 = self._s3
        s3._atomic_write = self._write  # noqa: SLF001 - see private_names
        s3._fire_s3_event_async = self._note  # noqa: SLF001
        s3.handle_request = self._serve
        Thread(target=self._tell_all, name="bucket news", daemon=True).start()

    def resume(self, name: str, entry: Mapping[str, Any]) -> None:
        """Tell what a killed server had answered and not told; nothing of an object that was not stored after all."""
        context = contextvars.copy_context()
        context.run(self._enter, entry)
        if context.run(self._is_there, entry["event"]):
            self._news.put((context, name, entry["event"]))
        else:
            self._outbox.remove(name)

    def _enter(self, entry: Mapping[str, Any]) -> None:
        from ministack.core import responses  # noqa: PLC0415 - MiniStack reads its settings as it is imported

        responses._request_account_id.set(entry["account"])  # noqa: SLF001
        responses._request_region.set(entry["region"])  # noqa: SLF001

    def _is_there(self, event: Mapping[str, Any]) -> bool:
        if not event["event_name"].startswith("s3:ObjectCreated:"):
            return True
        bucket = self._s3._buckets.get(event["bucket_name"])  # noqa: SLF001
        stored = (bucket or {}).get("objects", {}).get(event["key"])
        return stored is not None and stored.get("etag") == event["etag"]

    async def _serve(self, method: str, path: str, headers: Any, body: bytes, query_params: Any, **more: Any) -> Any:
        """Serve one request to S3, with all that it writes or with nothing."""
        arguments = (method, path, headers, body, query_params)
        if method in {"GET", "HEAD", "OPTIONS"} or _writes.get() is not None:
            return await self._handle(*arguments, **more)
        writes = _Writes()
        before = self._remember(path, headers, query_params)
        token = _writes.set(writes)
        try:
            answer = await self._handle(*arguments, **more)
        finally:
            _writes.reset(token)
        try:
            self._keep(writes)
        except DiskError as error:
            before()
            return disk_answer("s3", str(error))
        self._let_go(path, headers)
        return answer

    def _keep(self, writes: _Writes) -> None:
        """Put in place what was staged, its events in the outbox.  Raises DiskError, and then nothing is there."""
        kept: list[str] = []
        try:
            if writes.error is not None:
                raise writes.error
            scope = {"kind": KIND, "account": self._s3.get_account_id(), "region": self._s3.get_region()}
            kept.extend(self._outbox.add({**scope, "event": event}) for event in writes.events)
            writes.commit()
        except OSError as error:
            self._store.note_trouble()
            with contextlib.suppress(OSError):
                writes.discard()
                for name in kept:
                    self._outbox.remove(name)
            raise disk_error(error, self._staging.parent) from error
        for name, event in zip(kept, writes.events, strict=True):
            self._news.put((contextvars.copy_context(), name, event))

    def _let_go(self, path: str, headers: Any) -> None:
        """Keep no bytes of versions that are on the disk: MiniStack does so with objects that have none."""
        s3 = self._s3
        name, key = s3._parse_bucket_key(path, headers)  # noqa: SLF001
        current = ((s3._buckets.get(name) or {}).get("objects", {}).get(key) or {}).get("version_id") or "null"  # noqa: SLF001
        for version in s3._object_versions.get((name, key)) or ():  # noqa: SLF001
            number = version["version_id"]
            if version.get("data") is not None and (
                number == current or s3._version_file_exists(name, key, number)  # noqa: SLF001
            ):
                version["data"] = None

    def _write(self, fpath: str, data: Any, *, text: bool = False) -> None:
        """Take the place of ``_atomic_write``: stage what a request writes; write at once what none has asked for."""
        writes = _writes.get() or _Writes()
        if writes.error is not None:
            raise writes.error
        try:
            staged = stage(data.encode() if text else bytes(data), self._staging)
            writes.staged.append((staged, Path(fpath)))
            if writes is not _writes.get():
                writes.commit()
        except OSError as error:
            writes.error = error  # MiniStack logs it and goes on
            writes.discard()
            raise

    def _note(self, bucket_name: str, key: str, event_name: str, *positional: Any, **more: Any) -> None:
        """Take the place of ``_fire_s3_event_async``."""
        if bucket_name not in self._s3._bucket_notifications:  # noqa: SLF001
            return
        named = dict(zip(("size", "etag", "deletion_type"), positional, strict=False))
        event = {"bucket_name": bucket_name, "key": key, "event_name": event_name, "etag": "", **named, **more}
        event["sequencer"] = self._s3._next_event_sequencer(event_name)  # noqa: SLF001
        writes = _writes.get()
        if writes is not None:
            writes.events.append(event)
        else:
            self._news.put((contextvars.copy_context(), "", event))

    def _tell_all(self) -> None:
        while True:
            context, name, event = self._news.get()
            calls: list[str] = []
            context.run(not_kept.set, calls)
            context.run(self._s3._fire_s3_event, **event)  # noqa: SLF001 - it logs what it raises
            if calls:  # it is told again, and some hear of it twice
                self._later(partial(self._news.put, (context, name, event)))
            elif name:
                self._forget_when_kept(name)

    def _later(self, work: Callable[[], object]) -> None:
        again = Timer(AGAIN_S, work)
        again.daemon = True
        again.start()

    def _forget_when_kept(self, name: str) -> None:
        """Drop an entry of the outbox as soon as the message it caused is on disk."""

        def settle(kept: Future[None]) -> None:
            if kept.exception() is None:
                self._outbox.remove(name)
                return
            self._later(partial(self._forget_when_kept, name))

        self._store.keep(CAUSED, patient=True).add_done_callback(settle)

    def _remember(self, path: str, headers: Any, query: Mapping[str, Any]) -> Callable[[], None]:
        """Return what puts the object that ``path`` names, and an upload in parts, back to what it is now."""
        s3 = self._s3
        name, key = s3._parse_bucket_key(path, headers)  # noqa: SLF001
        bucket = s3._buckets.get(name) if name else None  # noqa: SLF001
        if bucket is None or not key:
            return lambda: None
        upload_id = next(iter(query.get("uploadId") or ()), None)
        upload = s3._multipart_uploads.get(upload_id)  # noqa: SLF001
        stored = bucket["objects"].get(key)
        versions = s3._object_versions.get((name, key))  # noqa: SLF001
        copies = None if versions is None else [dict(version) for version in versions]

        def restore() -> None:
            if upload is not None:
                s3._multipart_uploads[upload_id] = upload  # noqa: SLF001
                s3._completed_multipart_uploads.pop(upload_id, None)  # noqa: SLF001
            if stored is None:
                bucket["objects"].pop(key, None)
            else:
                bucket["objects"][key] = stored
            if copies is None:
                s3._object_versions.pop((name, key), None)  # noqa: SLF001
            else:
                s3._object_versions[name, key] = copies  # noqa: SLF001

        return restore
