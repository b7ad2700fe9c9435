"""Matches that are uploaded as a program would, and what the platform's own functions make of them."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests
from proving import proved_line

from ai_functions.runtime.loader import load_opponent
from games.catalog import find_game
from games.match import Match, play
from games.record import GameRecord, Participant
from infra.services.rater.rating import Rated, pair_key
from infra.services.rater.table import counts_in, strengths_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.environment.environment import Environment
    from infra.services.rater.strengths import Strength


EXAMPLE = Path(__file__).parents[1] / "opponents" / "first_free"


PATIENCE_S = 40


def recorded(seed: int, one: str = "first_free", two: str = "sparring") -> GameRecord:
    act = load_opponent(EXAMPLE).act
    participants = {"one": Participant("one", "function", one, "1"), "two": Participant("two", "function", two, "1")}
    match = Match(find_game("battleship"), participants, seed=seed, policy_seed=seed)
    return play(match, {"one": act, "two": act})


def post(environment: Environment, line: str) -> requests.Response:
    """Upload a record, proved as far as its functions would have."""
    headers, content = {"content-type": "application/json"}, proved_line(environment, line).encode()
    return requests.post(f"{environment.api}/records", data=content, headers=headers, timeout=60)


def in_time(look: Callable[[], Any]) -> Any:
    """Return the first true answer of ``look``; fail when it takes too long."""
    end = time.monotonic() + PATIENCE_S
    while not (found := look()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)
    return found


def annotation(environment: Environment, record: GameRecord, by: str = "first_free") -> dict | None:
    key = f"annotations/{record.match_id}/{by}.json"
    for _, content in environment.cloud.read_objects(environment.platform["BucketName"], key):
        return json.loads(content)
    return None


def ratings(environment: Environment) -> dict[str, Any]:
    items = environment.cloud.client("dynamodb").scan(TableName=environment.platform["RatingsTable"])["Items"]
    return {item["id"]["S"]: item for item in items}


def pair_of(one: str, two: str) -> str:
    return pair_key(*sorted((Rated("battleship", "function", one), Rated("battleship", "function", two))))


def fit(environment: Environment, game: str = "battleship") -> dict[str, Strength]:
    return strengths_in(ratings(environment).get(f"fit#{game}", {}))


def games_of(environment: Environment, one: str, two: str) -> float:
    """Return how many games of two functions are counted."""
    item = ratings(environment).get(pair_of(one, two))
    return counts_in(item).games if item else 0


def dead_letters(environment: Environment) -> str:
    sqs = environment.cloud.client("sqs")
    url = sqs.get_queue_url(QueueName=environment.platform["DeadLettersQueue"].rpartition(":")[2])["QueueUrl"]
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    for message in found:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return "\n".join(message["Body"] for message in found)


def post_raw(environment: Environment, record: GameRecord) -> requests.Response:
    headers = {"content-type": "application/json"}
    content = record.to_line().encode()
    return requests.post(f"{environment.api}/records", data=content, headers=headers, timeout=60)


def upload(environment: Environment, record: GameRecord) -> dict[str, Any]:
    answer = post_raw(environment, record)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())
