"""The platform's own functions, called as they are called: over HTTP, and by events that really happen."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import requests
from proving import prove_record, proved_line, proved_match

from ai_functions.runtime.loader import load_opponent
from client.net.remote import OpponentInfo, RemoteOpponent
from client.net.request_pool import RequestPool, TimeBank
from games.catalog import find_game
from games.match import Match, play
from games.record import GameRecord, Participant
from infra.core.keys import newest
from infra.core.prices import price_of
from infra.deploy.deploy import Options, deploy_opponents
from infra.deploy.keys import platform_keys, rotate_key
from infra.services.rater.rating import Strength, rate, result_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from infra.environment.environment import Environment

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


def ratings(environment: Environment) -> dict[str, dict[str, float]]:
    items = environment.cloud.client("dynamodb").scan(TableName=environment.platform["RatingsTable"])["Items"]
    return {item["id"]["S"]: {key: float(value["N"]) for key, value in item.items() if "N" in value} for item in items}


def dead_letters(environment: Environment) -> str:
    sqs = environment.cloud.client("sqs")
    url = sqs.get_queue_url(QueueName=environment.platform["DeadLettersQueue"].rpartition(":")[2])["QueueUrl"]
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    for message in found:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return "\n".join(message["Body"] for message in found)


def test_a_record_is_stored_once_however_often_it_comes(environment: Environment):
    record = recorded(1)
    first, second = post(environment, record.to_line()), post(environment, record.to_line())
    assert (first.status_code, second.status_code) == (201, 200)
    stored = dict(environment.cloud.read_objects(environment.platform["BucketName"], first.json()["key"]))
    proved = GameRecord.from_line(proved_line(environment, record.to_line()))
    assert [GameRecord.from_line(content.decode()) for content in stored.values()] == [proved]


def test_another_record_under_a_known_match_id_is_refused(environment: Environment):
    record = recorded(2)
    post(environment, record.to_line())
    assert post(environment, replace(recorded(3), match_id=record.match_id).to_line()).status_code == 409


@pytest.mark.parametrize(
    ("line", "status", "told"),
    [
        ("{", 400, "Not JSON"),
        ("[" * 100_000, 400, "Not JSON"),
        ('{"schema": NaN}', 422, "schema nan"),
        ("[]", 422, "a record is an object"),
        ('{"schema": 99}', 422, "schema 99"),
    ],
)
def test_what_is_no_record_is_refused_with_a_problem(environment: Environment, line: str, status: int, told: str):
    answer = post(environment, line)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert told in answer.text


def test_an_impossible_record_is_refused(environment: Environment):
    record = recorded(4)
    cheated = replace(
        record, outcome=replace(record.outcome, winner="one" if record.outcome.winner == "two" else "two")
    )
    assert post(environment, cheated.to_line()).status_code == 422
    assert post(environment, replace(record, match_id="../../artifacts/x").to_line()).status_code == 422
    assert post(environment, replace(record, steps=10**9).to_line()).status_code == 422


@pytest.mark.parametrize(
    ("field", "value", "place"),
    [
        ("name", "half \ud83d", "participants[1].name"),
        ("name", "line\u2028separator", "participants[1].name"),
        ("name", "x" * 3000, "participants[1].name"),
        ("latency_ms", float("nan"), "turns[1].latency_ms"),
        ("started_at", "2099-01-01T00:00:00+00:00", "started_at"),
        ("started_at", "9999-01-01T00:00:00+00:00", "started_at"),
        ("outcome", None, "outcome"),
    ],
)
def test_a_record_with_an_odd_field_is_refused_with_its_place(
    environment: Environment, field: str, value: Any, place: str
):
    data = json.loads(recorded(6).to_line())
    holder = data["participants"][1] if field == "name" else data["turns"][1] if field == "latency_ms" else data
    holder[field] = value
    answer = post(environment, json.dumps(data))
    assert (answer.status_code, answer.json()["field"]) == (422, place)


@pytest.mark.parametrize(
    "value", ['{"name": "odd", "game": "battleship", "title": "Odd", "difficulty": "2"}', '{"name": "odd"}', "[", "[]"]
)
def test_an_entry_that_cannot_be_read_is_left_out_of_the_catalog(environment: Environment, value: str):
    ssm = environment.cloud.client("ssm")
    name = f"/{environment.names.prefix}/opponents/odd"
    listed = requests.get(f"{environment.api}/opponents", timeout=30).json()
    ssm.put_parameter(Name=name, Value=value, Type="String")
    try:
        answer = requests.get(f"{environment.api}/opponents", timeout=30)
    finally:
        ssm.delete_parameter(Name=name)
    assert answer.status_code == 200
    assert [item["name"] for item in answer.json()] == [item["name"] for item in listed] != []


def test_the_catalog_names_a_price_but_for_who_was_listed_without_memory(environment: Environment):
    ssm = environment.cloud.client("ssm")
    name = f"/{environment.names.prefix}/opponents/older"
    older = {"name": "first_free", "game": "battleship", "title": "As listed before", "difficulty": 1}
    ssm.put_parameter(Name=name, Value=json.dumps(older), Type="String")
    try:
        listed = requests.get(f"{environment.api}/opponents", timeout=30).json()
    finally:
        ssm.delete_parameter(Name=name)
    prices = {item["title"]: item["price"] for item in listed if item["name"] == "first_free"}
    assert prices == {"As listed before": None, "First Free": price_of(512, environment.target.architecture)}


def test_a_new_record_rates_both_players_once_and_is_annotated_by_who_played(environment: Environment):
    names = f"a{uuid4().hex[:8]}", f"b{uuid4().hex[:8]}"
    records = [recorded(seed, *names) for seed in range(10, 14)]
    for record in records:
        assert post(environment, record.to_line()).status_code == 201
    in_time(lambda: ratings(environment).get(f"battleship#function#{names[0]}", {}).get("games") == len(records))
    bucket = environment.platform["BucketName"]
    line = records[0].to_line().encode()
    environment.cloud.client("s3").put_object(
        Bucket=bucket, Key=f"records/battleship/{records[0].match_id}.json", Body=line
    )
    last = recorded(14, *names)
    post(environment, last.to_line())  # rated after the event that came twice, which so has had its chance
    keys = [f"battleship#function#{name}" for name in names]
    found = in_time(lambda: (now := ratings(environment)).get(keys[0], {}).get("games", 0) > 4 and now)
    assert found[keys[0]]["games"] == found[keys[1]]["games"] == 5
    assert all(found[key]["sigma"] < Strength().sigma for key in keys)


def test_who_played_a_record_annotates_it(environment: Environment):
    record = recorded(20)
    post(environment, record.to_line())
    note = in_time(lambda: annotation(environment, record))
    assert note["by"]["name"] == "first_free"
    assert len(note["turns"]) == len(record.turns)


def test_the_catalog_shows_a_rating_and_how_sure_it_is(environment: Environment):
    post(environment, recorded(22).to_line())
    in_time(lambda: ratings(environment).get("battleship#function#first_free"))
    entry = listed_entry(environment)
    assert entry["games"] > 0
    assert 0 < entry["deviation"] < Strength().deviation


def listed_entry(environment: Environment, name: str = "first_free") -> dict[str, Any]:
    listed = requests.get(f"{environment.api}/opponents", timeout=20).json()
    return next(item for item in listed if item["name"] == name)


def put_rating_of_all_games(environment: Environment, player: str, mu: float, sigma: float, games: int) -> None:
    """Write an item as the rater did before there was a rating for each game."""
    old = Strength(mu, sigma, games)
    numbers = {"mu": mu, "sigma": sigma, "games": games, "rating": old.rating, "deviation": old.deviation}
    item = {"id": {"S": player}, **{key: {"N": repr(value)} for key, value in numbers.items()}}
    environment.cloud.client("dynamodb").put_item(TableName=environment.platform["RatingsTable"], Item=item)


def test_ratings_of_all_games_together_are_where_those_of_a_game_start(environment: Environment):
    veteran, person = f"v{uuid4().hex[:8]}", f"p#{uuid4().hex[:8]}"
    put_rating_of_all_games(environment, f"function#{veteran}", 31.5, 2.25, 40)
    put_rating_of_all_games(environment, f"person#{person}", 30.0, 1.0, 90)
    one = recorded(60, veteran, person)
    seats = one.participants[0], replace(one.participants[1], kind="person")
    record = replace(one, participants=seats)
    assert post(environment, record.to_line()).status_code == 201
    in_time(lambda: f"match#{record.match_id}" in ratings(environment))
    after = rate(result_of(record), (Strength(31.5, 2.25, 40), Strength(30.0)))
    found = ratings(environment)
    for key, strength in zip((f"function#{veteran}", f"person#{person}"), after, strict=True):
        now = found[f"battleship#{key}"]
        assert (now["mu"], now["sigma"]) == pytest.approx((strength.mu, strength.sigma))
        assert now["games"] == strength.games
    assert found[f"function#{veteran}"]["games"] == 40
    assert found[f"person#{person}"]["games"] == 90


def test_a_persons_ratings_in_two_games_do_not_touch_each_other():
    record = recorded(61)
    (one, two), (same, other) = (result_of(replace(record, game=game)).players for game in ("battleship", "another"))
    assert one.key != same.key
    assert {one.key_of_all_games, two.key_of_all_games} == {same.key_of_all_games, other.key_of_all_games}


def test_the_catalog_shows_a_rating_of_before_until_there_is_one_of_the_game(environment: Environment):
    dynamodb, table = environment.cloud.client("dynamodb"), environment.platform["RatingsTable"]
    key = {"id": {"S": "battleship#function#first_free"}}
    own = dynamodb.get_item(TableName=table, Key=key).get("Item")
    dynamodb.delete_item(TableName=table, Key=key)
    put_rating_of_all_games(environment, "function#first_free", 28.0, 3.0, 17)
    try:
        assert in_time(lambda: (entry := listed_entry(environment))["games"] == 17 and entry)[
            "deviation"
        ] == pytest.approx(Strength(28.0, 3.0).deviation, abs=0.1)
    finally:
        dynamodb.delete_item(TableName=table, Key={"id": {"S": "function#first_free"}})
        if own:
            dynamodb.put_item(TableName=table, Item=own)


@pytest.fixture
def impatient(environment: Environment) -> None:
    """Let the queues of new records give a message again after a second, not after three minutes."""
    sqs = environment.cloud.client("sqs")
    for service in ("rater", "coach"):
        url = sqs.get_queue_url(QueueName=f"{environment.names.prefix}-{service}")["QueueUrl"]
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "1"})


@pytest.mark.usefixtures("impatient")
def test_an_object_that_is_no_record_ends_in_the_dead_letters_and_holds_up_nobody(environment: Environment):
    key = f"records/battleship/poison-{uuid4().hex}.json"
    environment.cloud.client("s3").put_object(Bucket=environment.platform["BucketName"], Key=key, Body=b"not a record")
    good = recorded(21)
    post(environment, good.to_line())
    in_time(lambda: annotation(environment, good))
    in_time(lambda: key in dead_letters(environment))


@pytest.mark.usefixtures("impatient")
def test_a_record_of_fifty_megabytes_is_refused_and_told_and_holds_up_nobody(environment: Environment):
    huge = b" " * (50 * 1024 * 1024)
    assert requests.post(f"{environment.api}/records", data=huge, timeout=60).status_code == 413
    key = f"records/battleship/huge-{uuid4().hex}.json"
    environment.cloud.client("s3").put_object(Bucket=environment.platform["BucketName"], Key=key, Body=huge)
    good = recorded(23)
    post(environment, good.to_line())
    in_time(lambda: annotation(environment, good))
    in_time(lambda: key in dead_letters(environment))
    for service in ("rater", "coach"):
        log = [
            text for _, _, text in environment.cloud.log_events(f"/aws/lambda/{environment.names.service(service)}", 0)
        ]
        assert [text for text in log if f"{key} has 52428800 bytes, more than" in text]


def test_the_ratings_are_those_that_the_records_give(environment: Environment):
    names = [f"{seat}{uuid4().hex[:8]}" for seat in "abc"]
    played = [recorded(50 + turn, names[turn % 3], names[(turn + 1) % 3]) for turn in range(6)]
    strengths = {f"battleship#function#{name}": Strength() for name in names}
    for record in played:  # one after the other: what a match does depends on those before it
        post(environment, record.to_line())
        in_time(lambda record=record: f"match#{record.match_id}" in ratings(environment))
        result = result_of(record)
        first, second = (player.key for player in result.players)
        strengths[first], strengths[second] = rate(result, (strengths[first], strengths[second]))
    found = ratings(environment)
    for player, strength in strengths.items():
        assert found[player]["games"] == strength.games == 4
        assert (found[player]["mu"], found[player]["sigma"]) == pytest.approx((strength.mu, strength.sigma))
        assert found[player]["rating"] == pytest.approx(strength.rating)


@pytest.fixture
def subscriber(environment: Environment) -> Iterator[Callable[[str], None]]:
    """Let the example opponent annotate what comes from a queue or stream, for one test."""

    def subscribe(arn: str) -> None:
        (done,) = deploy_opponents(environment, [EXAMPLE], lambda *_: None, Options(subscribe=arn))
        assert done.problem == ""

    yield subscribe
    subscribe("none")


def test_of_a_batch_in_a_queue_the_poison_dies_and_the_rest_is_done(environment: Environment, subscriber):
    sqs = environment.cloud.client("sqs")
    redrive = {"deadLetterTargetArn": environment.platform["DeadLettersQueue"], "maxReceiveCount": "2"}
    attributes = {"VisibilityTimeout": "1", "RedrivePolicy": json.dumps(redrive)}
    url = sqs.create_queue(QueueName=f"games-{uuid4().hex[:8]}", Attributes=attributes)["QueueUrl"]
    subscriber(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"])
    good, poison = [recorded(30), recorded(31)], f"poison {uuid4().hex}"
    bodies = [good[0].to_line(), poison, good[1].to_line()]
    sqs.send_message_batch(QueueUrl=url, Entries=[{"Id": str(i), "MessageBody": body} for i, body in enumerate(bodies)])
    for record in good:
        in_time(lambda record=record: annotation(environment, record))
    in_time(lambda: poison in dead_letters(environment))


def test_of_a_batch_in_a_kinesis_stream_the_poison_dies_and_the_rest_is_done(environment: Environment, subscriber):
    kinesis, name = environment.cloud.client("kinesis"), f"games-{uuid4().hex[:8]}"
    kinesis.create_stream(StreamName=name, ShardCount=1)
    subscriber(kinesis.describe_stream(StreamName=name)["StreamDescription"]["StreamARN"])
    good = [recorded(32), recorded(33)]
    lines = [good[0].to_line(), "poison", good[1].to_line()]
    kinesis.put_records(StreamName=name, Records=[{"Data": line.encode(), "PartitionKey": "1"} for line in lines])
    for record in good:
        in_time(lambda record=record: annotation(environment, record))
    in_time(lambda: name in dead_letters(environment))  # which shard and which record of it


def test_of_a_batch_in_a_tables_stream_the_poison_dies_and_the_rest_is_done(environment: Environment, subscriber):
    dynamodb, name = environment.cloud.client("dynamodb"), f"games-{uuid4().hex[:8]}"
    dynamodb.create_table(
        TableName=name, KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}], BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )  # fmt: skip
    subscriber(dynamodb.describe_table(TableName=name)["Table"]["LatestStreamArn"])
    good = [recorded(34), recorded(35)]
    for index, line in enumerate([good[0].to_line(), "poison", good[1].to_line()]):
        dynamodb.put_item(TableName=name, Item={"id": {"S": str(index)}, "record": {"S": line}})
    for record in good:
        in_time(lambda record=record: annotation(environment, record))
    in_time(lambda: name in dead_letters(environment))


def test_a_match_that_a_fallback_played_in_rates_nobody():
    record = recorded(40)
    assert result_of(record) is not None
    turns = (replace(record.turns[0], fallback="timeout"), *record.turns[1:])
    assert result_of(replace(record, turns=turns)) is None
    assert result_of(replace(record, outcome=None)) is None
    swapped = (*record.participants, Participant("two", "function", "another", since_step=9))
    assert result_of(replace(record, participants=swapped)) is None


def test_a_win_raises_the_winner_and_both_are_better_known():
    record = recorded(41)
    result = result_of(record)
    before = (Strength(), Strength())
    after = rate(result, before)
    winner = 0 if record.outcome.winner == "one" else 1
    assert after[winner].rating > 1500 > after[1 - winner].rating
    assert all(item.deviation < Strength().deviation for item in after)
    assert [item.games for item in after] == [1, 1]


def post_raw(environment: Environment, record: GameRecord) -> requests.Response:
    headers = {"content-type": "application/json"}
    content = record.to_line().encode()
    return requests.post(f"{environment.api}/records", data=content, headers=headers, timeout=60)


def upload(environment: Environment, record: GameRecord) -> dict[str, Any]:
    answer = post_raw(environment, record)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_a_record_without_valid_proofs_is_stored_and_rates_nobody(environment: Environment):
    forged = [
        recorded(301),
        proved_match(302),  # by a key of somebody's own
        replace(GameRecord.from_line(proved_line(environment, recorded(303).to_line())), match_id=uuid4().hex),
    ]
    for record in forged:
        said = upload(environment, record)
        assert not said["proved"]
        assert said["why"]
    good = GameRecord.from_line(proved_line(environment, recorded(304).to_line()))
    assert upload(environment, good)["proved"]
    in_time(lambda: f"match#{good.match_id}" in ratings(environment))
    log, bucket = f"/aws/lambda/{environment.names.service('rater')}", environment.platform["BucketName"]

    def told(match_id: str) -> bool:
        return any(match_id in text for _, _, text in environment.cloud.log_events(log, 0))

    for record in forged:
        in_time(lambda match_id=record.match_id: told(match_id))
        assert f"match#{record.match_id}" not in ratings(environment)
        stored = environment.cloud.read_objects(bucket, f"records/battleship/{record.match_id}")
        assert [content.decode() for _, content in stored] == [record.to_line() + "\n"]


def test_what_is_proved_is_known_to_who_trains(environment: Environment):
    good, bad = proved_line(environment, recorded(305).to_line()), recorded(306)
    upload(environment, GameRecord.from_line(good))
    upload(environment, bad)
    bucket = environment.platform["BucketName"]
    found = environment.cloud.read_objects(bucket, "records/battleship/", metadata=("proved", "yes"))
    contents = {content.decode().rstrip("\n") for _, content in found}
    assert good in contents
    assert bad.to_line() not in contents


def test_a_functions_own_answers_are_proved(environment: Environment):
    game = find_game("battleship")
    seats = {seat: Participant(seat, "function", "first_free", "1") for seat in game.PLAYERS}
    entry = next(item for item in requests.get(f"{environment.api}/opponents", timeout=20).json()
                 if item["name"] == "first_free")  # fmt: skip
    seats = {seat: replace(one, version=entry["version"], sha256=entry["sha256"]) for seat, one in seats.items()}
    match, pool = Match(game, seats, seed=11, policy_seed=12), RequestPool()
    opponent = RemoteOpponent.of(OpponentInfo.from_json(entry))
    while match.outcome is None:
        for player in match.to_act():
            move = pool.ask(match, player, opponent, TimeBank()).wait()
            match.submit(player, move.action, move.metadata)
        match.advance()
    pool.close()
    record = match.record()
    assert all(turn.proofs and turn.request_id for turn in record.turns)
    assert upload(environment, record)["proved"]


def test_a_rotated_key_leaves_what_the_old_one_proved(environment: Environment):
    before = GameRecord.from_line(proved_line(environment, recorded(307).to_line()))
    assert rotate_key(environment) == newest(platform_keys(environment))
    after = GameRecord.from_line(proved_line(environment, recorded(308).to_line()))
    assert before.turns[0].proofs[0].proof.split(".")[0] != after.turns[0].proofs[0].proof.split(".")[0]
    assert [upload(environment, record)["proved"] for record in (before, after)] == [True, True]
    missing = prove_record(recorded(309), {"99": b"x" * 32}, key_id="99")
    assert "with key 99, which this cloud does not have" in upload(environment, missing)["why"]


def test_one_player_brings_so_many_records_a_day(environment: Environment):
    name, day = f"Busy{uuid4().hex[:6]}", f"{datetime.now(UTC):%Y-%m-%d}"
    record = recorded(310)
    people = tuple(replace(one, kind="person", name=name) for one in record.participants)
    upload(environment, replace(record, participants=people))
    key = {"id": {"S": f"uploads#{day}#player#{name}"}}
    table = environment.platform["LocksTable"]
    dynamodb = environment.cloud.client("dynamodb")
    assert dynamodb.get_item(TableName=table, Key=key)["Item"]["uploads"] == {"N": "1"}
    dynamodb.update_item(TableName=table, Key=key, UpdateExpression="SET uploads = :full",
                         ExpressionAttributeValues={":full": {"N": "1000"}})  # fmt: skip
    again = replace(record, participants=people, match_id=uuid4().hex)
    answer = post_raw(environment, again)
    assert answer.status_code == 429
    assert f"player {name}: 1000 records are taken a day" in answer.json()["detail"]
