"""How many moves a second a function answers, beside the least that a call can cost on this machine."""

from __future__ import annotations

from contextlib import ExitStack
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from client.commands.bench.functions import Names, deployed, middle_request
from client.commands.bench.table import AsJson, show
from client.commands.context import cloud_choice
from client.net.remote import post_once, prepared

if TYPE_CHECKING:
    from collections.abc import Callable

    from client.net.remote import OpponentInfo
    from games.core import JsonObject
    from infra.load.traffic import Call


class Against(StrEnum):
    """What a function's throughput is compared with."""

    RAW = "raw"


def throughput(
    context: typer.Context,
    names: Names = None,
    callers: Annotated[list[int] | None, typer.Option(min=1, help="How many at once; by default 1, 8 and 50.")] = None,
    seconds: Annotated[float, typer.Option(min=1, help="How long for each.")] = 10,
    against: Annotated[
        Against | None,
        typer.Option(
            help="raw: the same function in one real awslambdaric on this machine, with nothing around it, by turns."
        ),
    ] = None,
    json: AsJson = False,  # noqa: FBT002 - typer's way to say a flag
) -> None:
    """Count the moves a second that a function answers over the HTTP API; the callers are on this machine, too.

    "server" is the processor time that the local cloud's own process took for each call, in milliseconds.
    """
    from infra.deploy.opponents import find_folder  # noqa: PLC0415 - infra is imported inside commands
    from infra.load.bare_loop import BareLoop, event_of  # noqa: PLC0415
    from infra.load.speed import throughput as measure  # noqa: PLC0415

    _, found = deployed(context, names)
    server_s = _processor_time(context)
    rows: list[JsonObject] = []
    for info in found:
        request = middle_request(info.game).to_json()
        with ExitStack() as stack:
            raw = None
            if against:
                bare = stack.enter_context(BareLoop(find_folder(info.name)))
                raw = partial(bare.calls, event_of(info.endpoint, request))
            for count in callers or (1, 8, 50):
                done = measure(asking(info, request, count), seconds, server_s, raw)
                per_second = done.raw_per_second
                beside = {"raw": per_second, "of raw": done.per_second / per_second} if per_second else {}
                rows.append({"name": info.name, "callers": count, "requests": done.times.calls,
                             "per_second": done.per_second, **beside, "errors": done.times.errors,
                             "throttled": done.times.throttled, "p50": done.times.p50_ms, "p99": done.times.p99_ms,
                             "server": done.server_ms})  # fmt: skip
    show([{key: round(value, 2) if isinstance(value, float) else value for key, value in row.items()} for row in rows],
          json=json, title="Moves a second, over HTTP")  # fmt: skip


def asking(info: OpponentInfo, request: JsonObject, callers: int) -> Callable[[float], list[Call]]:
    """Return what asks ``info`` for so long: with plain sockets where that will do, else with sessions in threads."""
    from infra.load.speed import by_threads  # noqa: PLC0415
    from infra.load.steady import steady  # noqa: PLC0415

    if not info.endpoint.startswith("http://"):
        return by_threads(post_once, info.endpoint, request, callers)
    url = f"{info.endpoint}/move"
    headers, body = prepared(url, request)
    return lambda seconds: steady(url, headers, body, callers, seconds)


def _processor_time(context: typer.Context) -> Callable[[], float] | None:
    """Return what tells how long the local cloud's process has computed; None for another cloud."""
    from infra.local import daemon  # noqa: PLC0415

    cloud = daemon.status() if cloud_choice(context).local else None
    return None if cloud is None else lambda: float(daemon.ask(cloud.endpoint, "/_arcade/health")["processor_s"])
