"""The platform's own functions, called as they are called: over HTTP, and by events that really happen."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import requests
from proving import Signer, prove_record, proved_line, proved_match

from ai_functions.runtime.loader import load_opponent
from client.commands.ratings import stored_records
from client.net.annotations import fetch_annotations
from client.net.ratings import fetch_ratings
from client.net.remote import OpponentInfo, RemoteOpponent
from client.net.request_pool import RequestPool, TimeBank
from client.replay.notes import read_notes
from games.catalog import find_game
from games.match import Match, play
from games.record import GameRecord, Participant
from infra.core.keys import newest
from infra.core.prices import price_of
from infra.deploy.deploy import Options, deploy_opponents
from infra.deploy.keys import platform_keys, rotate_key
from infra.monitor.dead_letters import by_whose, count_dead_letters, list_dead_letters, read_letter, redrive
from infra.services.rater.rating import Rated, addition_of, pair_key, result_of
from infra.services.rater.recompute import recompute
from infra.services.rater.strengths import Counts, Strength, fit_league, fit_player
from infra.services.rater.table import RatingsTable, counts_in, old_strength, results_in, strengths_in

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


def left_and_resumed(
    environment: Environment, seed: int, game_name: str, function: str
) -> tuple[GameRecord, GameRecord, GameRecord]:
    """Return a match that was left after 30 steps, and two ways in which it might have gone on, all proved."""
    game = find_game(game_name)
    first, second = game.PLAYERS
    seats = {
        first: Participant(first, "person", f"resumed_{seed}"),
        second: Participant(second, "function", function, "1"),
    }
    chance = dict.fromkeys(game.PLAYERS, game.sample_action)
    left = play(Match(game, seats, seed=seed, policy_seed=seed), chance, max_steps=30)
    one = play(Match.continued(left, left.steps, resumed=True), chance)
    other = Match.continued(left, left.steps, resumed=True)
    while first not in other.to_act() or len(game.legal_actions(other.ask(first)) or ()) < 2:
        for player in other.to_act():
            other.submit(player, game.sample_action(other.ask(player), Random(other.seed_for(player))))
        other.advance()
    taken = {turn.step: turn.action for turn in one.turns if turn.player == first}[other.step_number]
    otherwise = next(it for it in game.legal_actions(other.ask(first)) if game.print_action(it) != taken)
    for player in other.to_act():
        action = otherwise if player == first else game.sample_action(other.ask(player), Random(other.seed_for(player)))
        other.submit(player, action)
    other.advance()
    sign = Signer(environment, left)
    return sign.prove(left), sign.prove(one), sign.prove(play(other, chance))


def test_a_match_that_was_left_and_resumed_is_proved_and_rates_once(environment: Environment):
    left, ended, other = left_and_resumed(environment, 77, "battleship", "first_free")
    first, second = post_raw(environment, left), post_raw(environment, ended)
    assert (first.status_code, second.status_code) == (201, 201)
    assert (first.json()["proved"], second.json()["proved"]) == (True, True)
    assert post_raw(environment, ended).status_code == 200
    assert post_raw(environment, left).status_code == 409, "it has gone on"
    assert post_raw(environment, other).status_code == 409, "it went on otherwise"
    name = left.participants[0].name
    rated = in_time(lambda: [item for key, item in ratings(environment).items() if name in key])
    assert len(rated) == 1
    counted = [float(value["N"]) for key, value in rated[0].items() if key.endswith("#first_free")]
    assert sum(counted) == 1


def test_of_two_ways_in_which_a_match_went_on_no_answer_proves_another(environment: Environment):
    """Whoever resumes twice, and takes the function's answers of the one for the other, has them where nobody asked."""
    left, ended, other = left_and_resumed(environment, 78, "backgammon", "resumed_backgammon")
    proofs = {(turn.step, turn.player): turn.proofs for turn in ended.turns if turn.proofs}
    turns = tuple(
        replace(turn, proofs=proofs.get((turn.step, turn.player), turn.proofs)) if turn.step >= 30 else turn
        for turn in other.turns
    )
    spliced = replace(other, turns=turns)
    assert spliced != other
    post_raw(environment, left)
    answer = post_raw(environment, spliced)
    assert (answer.status_code, answer.json()["proved"]) == (201, False)
    assert "the proof is not what resumed_backgammon would have made of it" in answer.json()["why"]


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
    in_time(lambda: games_of(environment, *names) == len(records))
    bucket = environment.platform["BucketName"]
    line = records[0].to_line().encode()
    environment.cloud.client("s3").put_object(
        Bucket=bucket, Key=f"records/battleship/{records[0].match_id}.json", Body=line
    )
    last = recorded(14, *names)
    post(environment, last.to_line())  # rated after the event that came twice, which so has had its chance
    in_time(lambda: games_of(environment, *names) > 4)
    fitted = in_time(lambda: (now := fit(environment)).get(names[0], Strength()).games > 4 and now)
    assert [fitted[name].games for name in names] == [games_of(environment, *names)] * 2 == [5, 5]
    assert all(fitted[name].deviation < Strength().deviation for name in names)


def test_who_played_a_record_annotates_it(environment: Environment):
    record = recorded(20)
    post(environment, record.to_line())
    note = in_time(lambda: annotation(environment, record))
    assert note["by"]["name"] == "first_free"
    assert len(note["turns"]) == len(record.turns)
    assert fetch_annotations(environment.api, record.match_id) == [note]
    assert read_notes(note, record, here=False).name == "first_free"


def test_a_record_that_nobody_has_annotated_has_no_notes_and_what_is_no_id_is_refused(environment: Environment):
    assert fetch_annotations(environment.api, "0123456789abcdef") == []
    answer = requests.get(f"{environment.api}/records/a%20b/annotations", timeout=20)
    assert (answer.status_code, answer.json()["field"]) == (422, "id")


def test_the_catalog_shows_a_rating_and_how_sure_it_is(environment: Environment):
    post(environment, recorded(22).to_line())
    entry = in_time(lambda: (now := listed_entry(environment))["games"] > 0 and now)
    assert 0 < entry["deviation"] < Strength().deviation
    assert entry["low"] < entry["rating"] < entry["high"]


def test_people_and_functions_stand_side_by_side_in_the_ratings(environment: Environment):
    record = recorded(23, f"r{uuid4().hex[:8]}")
    person = replace(record.participants[0], kind="person", version="")
    post(environment, replace(record, participants=(person, record.participants[1])).to_line())
    found = in_time(lambda: [one for one in fetch_ratings(environment.api) if one.name == person.name])
    assert [(one.game, one.kind, one.games) for one in found] == [("battleship", "person", 1)]
    assert 0 < found[0].deviation < Strength().deviation
    of_game = [one.rating for one in fetch_ratings(environment.api) if one.game == "battleship"]
    assert of_game == sorted(of_game, reverse=True)


def listed_entry(environment: Environment, name: str = "first_free") -> dict[str, Any]:
    listed = requests.get(f"{environment.api}/opponents", timeout=20).json()
    return next(item for item in listed if item["name"] == name)


def put_old_rating(environment: Environment, key: str, mu: float, sigma: float, games: int) -> dict[str, Any]:
    """Write an item as the rater did when a rating was a chain of updates, and return it."""
    numbers = {"mu": mu, "sigma": sigma, "games": games, "rating": 0.0, "deviation": 0.0}
    item = {"id": {"S": key}, **{name: {"N": repr(value)} for name, value in numbers.items()}}
    environment.cloud.client("dynamodb").put_item(TableName=environment.platform["RatingsTable"], Item=item)
    return item


def test_ratings_of_earlier_versions_are_where_a_fit_starts(environment: Environment):
    veteran, person, known = (f"{letter}{uuid4().hex[:8]}" for letter in "vpk")
    put_old_rating(environment, f"function#{veteran}", 31.5, 2.25, 40)
    old = put_old_rating(environment, f"battleship#person#{person}", 30.0, 1.0, 90)
    put_old_rating(environment, f"person#{known}", 33.0, 1.0, 90)
    one = recorded(60, veteran, f"o{uuid4().hex[:8]}")
    assert post(environment, one.to_line()).status_code == 201
    fitted = in_time(lambda: fit(environment).get(veteran))
    of_all_games = Strength(old_strength({**old, "mu": {"N": "33.0"}}).rating, 350.0)
    for seed, name, start in ((62, person, old_strength(old)), (63, known, of_all_games)):
        match = recorded(seed, veteran, name)
        record = replace(match, participants=(match.participants[0], replace(match.participants[1], kind="person")))
        assert post(environment, record.to_line()).status_code == 201
        key = f"battleship#person#{name}"
        item = in_time(lambda key=key: (now := ratings(environment).get(key, {})) and "low" in now and now)
        (counts,) = results_in(item).values()
        assert counts.games == 1
        expected = fit_player([(fit(environment)[veteran], counts)], start)
        assert float(item["rating"]["N"]) == pytest.approx(expected.rating, abs=2)
        assert float(item.get("mu", {"N": "30.0"})["N"]) == 30.0  # as it was
    assert fitted.rating > 1600


def test_a_persons_ratings_in_two_games_do_not_touch_each_other():
    record = recorded(61)
    (one, two), (same, other) = (result_of(replace(record, game=game)).players for game in ("battleship", "another"))
    assert one.key != same.key
    assert {one.key_of_all_games, two.key_of_all_games} == {same.key_of_all_games, other.key_of_all_games}


def test_the_catalog_shows_a_rating_of_before_until_there_is_one_by_counts(environment: Environment):
    dynamodb, table = environment.cloud.client("dynamodb"), environment.platform["RatingsTable"]
    key = {"id": {"S": "fit#battleship"}}
    own = dynamodb.get_item(TableName=table, Key=key).get("Item")
    dynamodb.delete_item(TableName=table, Key=key)
    old = put_old_rating(environment, "function#first_free", 28.0, 3.0, 17)
    try:
        entry = in_time(lambda: (now := listed_entry(environment))["games"] == 17 and now)
        assert entry["deviation"] == pytest.approx(old_strength(old).deviation, abs=0.1)
    finally:
        dynamodb.delete_item(TableName=table, Key={"id": {"S": "function#first_free"}})
        if own:
            dynamodb.put_item(TableName=table, Item=own)


def given_up_by_both(environment: Environment, key: str) -> None:
    """Wait until rater and coach have given up the object ``key``, and clear that away."""
    both = {"coach": 1, "rater": 1}
    in_time(lambda: by_whose([one for one in list_dead_letters(environment) if one.about == key]) == both)
    dead_letters(environment)


def test_an_object_that_is_no_record_ends_in_the_dead_letters_and_holds_up_nobody(environment: Environment):
    key = f"records/battleship/poison-{uuid4().hex}.json"
    environment.cloud.client("s3").put_object(Bucket=environment.platform["BucketName"], Key=key, Body=b"not a record")
    good = recorded(21)
    post(environment, good.to_line())
    in_time(lambda: annotation(environment, good))
    given_up_by_both(environment, key)


def test_a_record_of_fifty_megabytes_is_refused_and_told_and_holds_up_nobody(environment: Environment):
    huge = b" " * (50 * 1024 * 1024)
    assert requests.post(f"{environment.api}/records", data=huge, timeout=60).status_code == 413
    key = f"records/battleship/huge-{uuid4().hex}.json"
    environment.cloud.client("s3").put_object(Bucket=environment.platform["BucketName"], Key=key, Body=huge)
    good = recorded(23)
    post(environment, good.to_line())
    in_time(lambda: annotation(environment, good))
    given_up_by_both(environment, key)
    for service in ("rater", "coach"):
        log = [
            text for _, _, text in environment.cloud.log_events(f"/aws/lambda/{environment.names.service(service)}", 0)
        ]
        assert [text for text in log if f"{key} has 52428800 bytes, more than" in text]


def test_the_ratings_are_those_that_the_records_give_in_any_order(environment: Environment):
    names = [f"{seat}{uuid4().hex[:8]}" for seat in "abc"]
    played = [recorded(50 + turn, names[turn % 3], names[(turn + 1) % 3]) for turn in range(6)]
    with ThreadPoolExecutor(6) as callers:
        assert {answer.status_code for answer in callers.map(lambda one: post(environment, one.to_line()), played)} == {
            201
        }
    counted: dict[tuple[str, str], list[int]] = {}
    for record in played:
        addition = addition_of(result_of(record))
        counts = counted.setdefault((addition.about["first"], addition.about["second"]), [0, 0, 0])
        counts[("wins", "draws", "losses").index(addition.column)] += 1
    fitted = in_time(lambda: all((now := fit(environment)).get(name, Strength()).games == 4 for name in names) and now)
    items = ratings(environment)
    for (one, two), counts in counted.items():
        assert counts_in(items[pair_of(one, two)]) == Counts(*counts)
    alone = fit_league({pair: Counts(*counts) for pair, counts in counted.items()})
    gaps = [(fitted[one].rating - fitted[two].rating, alone[one].rating - alone[two].rating) for one, two in counted]
    for gap, expected in gaps:  # others that they have not met change nothing between them
        assert gap == pytest.approx(expected, abs=5)


def test_counts_that_do_not_fit_their_matches_are_counted_anew(environment: Environment):
    names = f"a{uuid4().hex[:8]}", f"b{uuid4().hex[:8]}"
    post(environment, recorded(71, *names).to_line())
    in_time(lambda: games_of(environment, *names) == 1)
    environment.cloud.client("dynamodb").update_item(
        TableName=environment.platform["RatingsTable"], Key={"id": {"S": pair_of(*names)}},
        UpdateExpression="SET wins = :many", ExpressionAttributeValues={":many": {"N": "40"}},
    )  # fmt: skip
    post(environment, recorded(72, *names).to_line())
    in_time(lambda: fit(environment).get(names[0], Strength()).games == 2)
    assert games_of(environment, *names) == 2


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


def test_ratings_are_recomputed_from_what_is_proved_or_was_rated_before_there_were_proofs(environment: Environment):
    good, forged = GameRecord.from_line(proved_line(environment, recorded(311).to_line())), recorded(312)
    for record in (good, forged):
        upload(environment, record)
    found = {record.match_id for record in stored_records(environment, set())}
    assert good.match_id in found
    assert forged.match_id not in found
    assert forged.match_id in {record.match_id for record in stored_records(environment, {forged.match_id})}


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


def test_dead_letters_are_named_and_sent_again(environment: Environment):
    dead_letters(environment)
    bucket = environment.platform["BucketName"]
    key = f"records/battleship/{uuid4().hex}.json"
    environment.cloud.client("s3").put_object(Bucket=bucket, Key=key, Body=b"poison")
    in_time(lambda: by_whose(list_dead_letters(environment)) == {"coach": 1, "rater": 1})
    letters = list_dead_letters(environment)
    assert {letter.about for letter in letters} == {key}
    assert redrive(environment, "nobody") == (0, [])
    environment.cloud.client("s3").put_object(Bucket=bucket, Key=key, Body=recorded(80).to_line().encode())
    assert redrive(environment) == (2, [])
    in_time(lambda: f"match#{recorded(80).match_id}" in ratings(environment) or count_dead_letters(environment) == 0)
    assert list_dead_letters(environment) == []


def test_what_a_queue_of_an_earlier_version_left_is_told_to_all(environment: Environment):
    dead_letters(environment)
    sqs, bucket = environment.cloud.client("sqs"), environment.platform["BucketName"]
    redrive_policy = {"deadLetterTargetArn": environment.platform["DeadLettersQueue"], "maxReceiveCount": "1"}
    attributes = {"VisibilityTimeout": "0", "RedrivePolicy": json.dumps(redrive_policy)}
    url = sqs.create_queue(QueueName=f"{environment.names.prefix}-rater", Attributes=attributes)["QueueUrl"]
    record = recorded(83)
    key = f"records/battleship/{record.match_id}.json"
    stored = {"bucket": {"name": bucket}, "object": {"key": key, "size": 9}}
    event = {"Records": [{"eventSource": "aws:s3", "s3": stored}]}
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps(event))
    in_time(lambda: not sqs.receive_message(QueueUrl=url).get("Messages") and count_dead_letters(environment) == 1)
    sqs.delete_queue(QueueUrl=url)
    quiet = environment.cloud.client("s3")  # a record that nobody has heard of
    notification = quiet.get_bucket_notification_configuration(Bucket=bucket)
    notification.pop("ResponseMetadata", None)
    quiet.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={})
    try:
        quiet.put_object(Bucket=bucket, Key=key, Body=proved_line(environment, record.to_line()).encode())
    finally:
        quiet.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=notification)
    (letter,) = list_dead_letters(environment)
    assert (letter.of, letter.about, letter.queue) == ("rater", key, f"{environment.names.prefix}-rater")
    assert redrive(environment) == (1, [])
    in_time(lambda: f"match#{record.match_id}" in ratings(environment))
    in_time(lambda: annotation(environment, record))


def test_recomputing_counts_what_an_earlier_version_rated_once(environment: Environment):
    names = f"a{uuid4().hex[:8]}", f"b{uuid4().hex[:8]}"
    record, later = recorded(81, *names), recorded(82, *names)
    dynamodb, name = environment.cloud.client("dynamodb"), environment.platform["RatingsTable"]
    old = {"id": {"S": f"match#{record.match_id}"}, "game": {"S": "battleship"}, "started_at": {"S": record.started_at}}
    dynamodb.put_item(TableName=name, Item=old)
    put_old_rating(environment, f"battleship#function#{names[0]}", 40.0, 1.0, 99)
    for each in (record, later):
        post(environment, each.to_line())
    in_time(lambda: games_of(environment, *names) == 1)
    table = RatingsTable(name, lambda operation, **given: getattr(dynamodb, operation)(**given))
    done = recompute(table, [record, later])
    assert (done.records, done.counted, done.differed) == (2, 1, ())
    assert games_of(environment, *names) == 2
    assert done.games["battleship"][names[0]].games == 2
    assert abs(done.games["battleship"][names[0]].rating - 1500) < 400, "the old rating is left behind"
    dynamodb.update_item(
        TableName=name, Key={"id": {"S": pair_of(*names)}},
        UpdateExpression="SET losses = :odd", ExpressionAttributeValues={":odd": {"N": "-3"}},
    )  # fmt: skip
    again = recompute(table, [record, later])
    assert again.counted == 0
    assert len(again.differed) == 1
    assert "losses -3" in again.differed[0]
    assert games_of(environment, *names) == 2


def test_a_call_that_was_given_up_says_whose_it_was_and_what_to_send_again():
    event = {"Records": [{"s3": {"object": {"key": "records/battleship/a+b.json"}}}]}
    arn = "arn:aws:lambda:us-east-1:000000000000:function:lambda-arcade-hard:live"
    context = {"functionArn": arn, "condition": "RetriesExhausted"}
    body = {"requestContext": context, "requestPayload": event, "responsePayload": {"errorType": "Sandbox.Timedout"}}
    message = {"Body": json.dumps(body), "ReceiptHandle": "r", "Attributes": {"SentTimestamp": "5"}}
    letter = read_letter(message, "lambda-arcade")
    assert (letter.of, letter.about) == ("hard", "records/battleship/a b.json")
    assert (letter.why, letter.sent_ms) == ("RetriesExhausted Sandbox.Timedout", 5)
    assert (letter.function, json.loads(letter.payload), letter.queue) == (arn, event, "")
    told = {"Records": [{"EventSource": "aws:sns", "Sns": {"Message": json.dumps(event)}}]}
    body = {"requestContext": context, "requestPayload": told}
    assert read_letter({**message, "Body": json.dumps(body)}, "lambda-arcade").about == "records/battleship/a b.json"
    topic = "arn:aws:sns:us-east-1:000000000000:lambda-arcade-new-records"
    untold = {"Type": "Notification", "TopicArn": topic, "Message": json.dumps(event)}
    letter = read_letter({**message, "Body": json.dumps(untold)}, "lambda-arcade")
    assert (letter.of, letter.about, letter.why) == (
        "new-records",
        "records/battleship/a b.json",
        "nobody could be told",
    )
    assert (letter.topic, json.loads(letter.payload)) == (topic, event)
    nonsense = read_letter({"Body": "[", "ReceiptHandle": "r"}, "lambda-arcade")
    assert (nonsense.of, nonsense.about) == ("nobody", "[")
