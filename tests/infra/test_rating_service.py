"""The rater, told of matches by events that really happen: who is rated, and by which matches."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import requests
from recording import fit, games_of, in_time, pair_of, post, ratings, recorded

from client.net.ratings import fetch_ratings
from games.record import Participant
from infra.services.rater.rating import addition_of, result_of
from infra.services.rater.recompute import recompute
from infra.services.rater.strengths import Counts, Strength, fit_league, fit_player
from infra.services.rater.table import RatingsTable, counts_in, old_strength, results_in

if TYPE_CHECKING:
    from infra.environment.environment import Environment


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


def test_a_match_that_a_fallback_played_in_rates_nobody():
    record = recorded(40)
    assert result_of(record) is not None
    turns = (replace(record.turns[0], fallback="timeout"), *record.turns[1:])
    assert result_of(replace(record, turns=turns)) is None
    assert result_of(replace(record, outcome=None)) is None
    swapped = (*record.participants, Participant("two", "function", "another", since_step=9))
    assert result_of(replace(record, participants=swapped)) is None


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
