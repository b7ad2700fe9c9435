"""Which uploaded matches count as proved, and what they are worth: by events that really happen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
import requests
from proving import Signer, prove_record, proved_line, proved_match
from recording import in_time, post_raw, ratings, recorded, upload

from client.commands.ratings import stored_records
from client.commands.uploaded import uploaded_records
from client.net.remote import OpponentInfo, RemoteOpponent
from client.net.request_pool import RequestPool, TimeBank
from games.catalog import find_game
from games.match import Match, play
from games.record import GameRecord, Participant
from infra.core.errors import CloudError
from infra.core.keys import newest
from infra.deploy.keys import platform_keys, rotate_key

if TYPE_CHECKING:
    from infra.environment.environment import Environment


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


def test_a_record_that_is_not_proved_makes_room_for_one_that_is(environment: Environment):
    """A function hears of the match's id while it plays: it could send a match of that id that it won."""
    true = GameRecord.from_line(proved_line(environment, recorded(313).to_line()))
    squatting = replace(recorded(314), match_id=true.match_id)
    assert not upload(environment, squatting)["proved"]
    assert post_raw(environment, replace(recorded(315), match_id=true.match_id)).status_code == 409
    assert upload(environment, true)["proved"]
    in_time(lambda: f"match#{true.match_id}" in ratings(environment))
    assert post_raw(environment, squatting).status_code == 409
    assert post_raw(environment, true).status_code == 200


def test_a_record_that_came_while_its_key_was_missing_counts_when_it_comes_again(environment: Environment):
    keys = f"/{environment.names.prefix}/proofs"
    record = prove_record(recorded(316), {"77": b"y" * 32}, key_id="77")
    assert "with key 77" in upload(environment, record)["why"]
    ssm = environment.cloud.client("ssm")
    ssm.put_parameter(Name=f"{keys}/77", Value=(b"y" * 32).hex(), Type="SecureString")
    try:
        assert upload(environment, record)["proved"]
    finally:
        ssm.delete_parameter(Name=f"{keys}/77")


def test_a_key_of_the_wrong_length_loses_no_record_and_is_told_by_its_parameter(environment: Environment):
    where = f"/{environment.names.prefix}/proofs/78"
    ssm = environment.cloud.client("ssm")
    ssm.put_parameter(Name=where, Value="abcd", Type="SecureString")
    try:
        with pytest.raises(CloudError, match=rf"key 78 .* 4 digits; .* parameter {where}, or delete that$"):
            platform_keys(environment)
        answer = post_raw(environment, recorded(317))
        assert (answer.status_code, answer.json()["title"]) == (503, "Not stored")
        assert "key 78 of the platform has 4 digits" in answer.json()["detail"]
    finally:
        ssm.delete_parameter(Name=where)
    assert post_raw(environment, recorded(317)).status_code == 201


def test_what_is_proved_is_known_to_who_trains(environment: Environment):
    good, bad = proved_line(environment, recorded(305).to_line()), recorded(306)
    upload(environment, GameRecord.from_line(good))
    upload(environment, bad)
    bucket = environment.platform["BucketName"]
    found = environment.cloud.read_objects(bucket, "records/battleship/", metadata=("proved", "yes"))
    contents = {content.decode().rstrip("\n") for _, content in found}
    assert good in contents
    assert bad.to_line() not in contents
    told: list[str] = []
    read = {record.match_id for record in uploaded_records(environment, "battleship", told.append)}
    assert GameRecord.from_line(good).match_id in read
    assert bad.match_id not in read
    assert (
        f"uploaded records are left out: nothing proves that their functions answered so; --records s3://{bucket}/"
        in told[-1]
    )


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


def test_one_address_brings_so_many_records_a_day(environment: Environment):
    key = {"id": {"S": f"uploads#{datetime.now(UTC):%Y-%m-%d}#address#127.0.0.1"}}
    table, dynamodb = environment.platform["LocksTable"], environment.cloud.client("dynamodb")
    upload(environment, recorded(318))
    before = dynamodb.get_item(TableName=table, Key=key)["Item"]["uploads"]
    change = {"TableName": table, "Key": key, "UpdateExpression": "SET uploads = :full"}
    dynamodb.update_item(**change, ExpressionAttributeValues={":full": {"N": "5000"}})
    try:
        answer = post_raw(environment, recorded(319))
    finally:
        dynamodb.update_item(**change, ExpressionAttributeValues={":full": before})
    assert answer.status_code == 429
    assert "address 127.0.0.1: 5000 records are taken a day" in answer.json()["detail"]
