"""Counts every new record, once, and fits ratings to the counts.

The note that a match is counted and the addition to its count are one transaction, on condition that there is no such
note: an event that comes twice, or two at once, change nothing.  What is fitted follows from the counts alone.
"""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any

import boto3

from games.record import verify
from games.record_lines import for_each_record
from infra.services.inbox import CLIENT_CONFIG, objects_in, read, work_through
from infra.services.proofs import why_not_proved
from infra.services.rater.rating import OTHERS, PAIR, addition_of, result_of
from infra.services.rater.table import TOTAL, RatingsTable, strengths_in

if TYPE_CHECKING:
    from games.record import GameRecord
    from infra.services.rater.rating import Addition

ENOUGH = 0.01
"""Which share of a game's counts must be new for a fit of its functions, unless the last is old enough."""
OLD_S = 60
_s3 = boto3.client("s3", config=CLIENT_CONFIG)
_dynamodb = boto3.client("dynamodb", config=CLIENT_CONFIG)


def _say(line: str) -> None:
    print(json.dumps({"level": "WARNING", "message": line}))  # noqa: T201 - the log


def _call(operation: str, **parameters: Any) -> Any:
    return getattr(_dynamodb, operation)(**parameters)


_table = RatingsTable(os.environ["RATINGS_TABLE"], _call, _say)
_new: dict[str, int] = {}
"""How many games of functions this process has counted since it fitted them."""


def handler(event: dict[str, Any], context: Any) -> None:
    """Work through what the topic tells."""
    del context
    counted: list[Addition] = []

    def rate_message(message: str) -> None:
        for stored in objects_in(message):
            for_each_record(read(_s3, stored), lambda record: counted.extend(_count(record)))

    try:
        work_through(event, rate_message)
    finally:
        _fit(counted)


def _count(record: GameRecord) -> list[Addition]:
    """Count ``record`` unless it has been; return what it adds to.  Raises ClientError."""
    verify(record)
    if why := why_not_proved(record):
        told = {"level": "INFO", "message": "not proved, rates nobody", "match_id": record.match_id, "why": why}
        print(json.dumps(told))  # noqa: T201 - the log
        return []
    result = result_of(record)
    if result is None:
        return []
    addition = addition_of(result)
    if _table.count(record.match_id, record.started_at, addition) and addition.about["kind"] == PAIR:
        _new[addition.game] = _new.get(addition.game, 0) + 1
    return [addition]


def _fit(counted: list[Addition]) -> None:
    """Fit those whose counts have changed: functions when enough is new, persons each time."""
    fits = {game: _table.fit_of(game) for game in {addition.game for addition in counted}}
    for game in {addition.game for addition in counted if addition.about["kind"] == PAIR}:
        fit = fits[game]
        old = abs(time.time() - int(fit["at"]["N"])) >= OLD_S if fit else True  # the clock may have been set back
        if old or _new.get(game, 0) >= ENOUGH * float(fit[TOTAL]["N"]):
            _table.fit_game(game)
            _new.pop(game, None)
            fits[game] = _table.fit_of(game)
    people = {addition.holder: addition.game for addition in counted if addition.about["kind"] not in {PAIR, OTHERS}}
    for key, game in people.items():
        _table.fit_person(key, strengths_in(fits[game]))
