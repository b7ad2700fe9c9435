"""What holds for every game of Battleship, whatever is played: text, replay, secrecy, and honest refusals."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from games.battleship import rules
from games.battleship.consistency import first_contradiction
from games.battleship.fleet import STANDARD, Cell, Variant, random_placement
from games.battleship.notation import COLUMNS, RESULTS
from games.core import ObservationError
from games.match import Match, play
from games.record import GameRecord, Participant, replay, verify

VARIANTS = st.sampled_from(
    [
        {},
        {"salvo": True},
        {"no_touch": True},
        {"size": 8, "fleet": {"boat": 1, "raft": 1, "tug": 2, "ferry": 4}},
        {"size": 15, "fleet": {"long": 9, "wide": 6, "cruiser": 3}, "no_touch": True, "salvo": True},
    ]
)
SEEDS = st.integers(0, 2**32)


def anywhere(observation: Any, random: Any):
    """Place and shoot at random."""
    variant = observation.variant
    if isinstance(observation, rules.PlaceObservation):
        return random_placement(variant, random)
    shot = {report.cell for report in observation.shots}
    cells = [Cell(column, row) for column in range(variant.size) for row in range(variant.size)]
    return rules.Shot(random.choice([cell for cell in cells if cell not in shot]))


def played(options: Any, seed: Any, steps: Any = None):
    bots = {player: Participant(player, "bot", "anywhere") for player in rules.PLAYERS}
    match = Match(rules, bots, seed=seed, policy_seed=seed + 1, options=options)
    return match, play(match, dict.fromkeys(rules.PLAYERS, anywhere), max_steps=steps)


@settings(max_examples=15, deadline=None)
@given(VARIANTS, SEEDS)
def test_replay_equals_play(options: Any, seed: Any):
    match, record = played(options, seed)
    record = GameRecord.from_line(record.to_line())
    verify(record)
    *_, last = replay(record)
    assert last.state == match.state
    assert record.outcome == match.outcome


@settings(max_examples=40, deadline=None)
@given(VARIANTS, SEEDS, st.integers(0, 60))
def test_an_observation_survives_its_journey_as_json(options: Any, seed: Any, steps: Any):
    match, _ = played(options, seed, steps)
    for player in match.to_act():
        observation = match.observe(player)
        assert rules.decode_observation(json.loads(json.dumps(rules.encode_observation(observation)))) == observation


@given(SEEDS, VARIANTS)
def test_parse_after_print_is_identity(seed: Any, options: Any):
    placement = random_placement(Variant.from_json(options), Random(seed))
    assert rules.parse_action(rules.print_action(placement)) == placement
    cell = Cell(seed % 15, seed // 15 % 15)
    assert rules.parse_action(rules.print_action(rules.Shot(cell))) == rules.Shot(cell)


def test_every_cell_has_a_name_of_its_own():
    cells = [Cell(column, row) for column in range(15) for row in range(15)]
    names = [rules.print_action(rules.Shot(cell)) for cell in cells]
    assert len(set(names)) == 225
    assert names[0] == "A1"
    assert [rules.parse_action(name).cell for name in names] == cells


@settings(max_examples=25, deadline=None)
@given(SEEDS, st.integers(1, 30))
def test_what_is_hidden_cannot_change_a_request(seed: Any, steps: Any):
    """Fleets that give the same answers to the same shots give byte-identical requests."""
    match, record = played({}, seed, steps)
    player = match.to_act()[0]
    request = json.dumps(rules.encode_observation(match.observe(player)))
    shots = match.state.shots_of(player)
    mine = rules.PLAYERS.index(player)
    random = Random(seed)
    agreeing = 0
    for _ in range(400):
        other = random_placement(STANDARD, random)
        if _answers(other, shots) != [(one.result, one.ship) for one in shots]:
            continue
        agreeing += 1
        own = random_placement(STANDARD, random)
        fleets = (own, other) if mine == 0 else (other, own)
        state = rules.State(STANDARD, fleets, match.state.shots, player)
        assert json.dumps(rules.encode_observation(rules.observe(state, player))) == request
    assert record.steps == steps
    assert agreeing > 0 or len(shots) > 1


def _answers(fleet: Any, shots: Any):
    """Play the same shots against another fleet and return what is heard."""
    water = random_placement(STANDARD, Random(0))
    state = rules.State(STANDARD, (water, fleet), ((), ()), "one")
    heard = []
    for report in shots:
        state, _ = rules.step(state, {"one": rules.Shot(report.cell)})
        heard.append((state.shots_of("one")[-1].result, state.shots_of("one")[-1].ship))
        state = rules.State(STANDARD, state.fleets, state.shots, "one")
    return heard


CELLS = st.builds(lambda column, row: f"{column}{row}", st.sampled_from(COLUMNS), st.integers(0, 16))
ANSWERS = st.one_of(
    st.tuples(CELLS, st.sampled_from(RESULTS)).map(list),
    st.tuples(CELLS, st.just("sunk"), st.sampled_from([*STANDARD.names, "canoe"])).map(list),
    st.lists(st.one_of(CELLS, st.integers(), st.none()), max_size=4),
)
NONSENSE = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)),
    max_leaves=8,
)
FUZZED = st.one_of(
    NONSENSE,
    st.fixed_dictionaries(
        {"phase": st.sampled_from(["place", "shoot", "fight"])},
        optional={
            "shots": st.one_of(st.lists(ANSWERS, max_size=30), NONSENSE),
            "afloat": st.one_of(st.lists(st.sampled_from([*STANDARD.names, "canoe"]), max_size=6), NONSENSE),
            "variant": st.one_of(VARIANTS, NONSENSE),
        },
    ),
)


@settings(max_examples=1500, deadline=None)
@given(FUZZED)
def test_anything_at_all_is_either_an_observation_or_refused_with_a_field(data: Any):
    try:
        observation = rules.decode_observation(data)
    except ObservationError as error:
        assert error.message
        assert "\n" not in str(error)
    else:
        assert rules.decode_observation(rules.encode_observation(observation)) == observation


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.integers(4, 60))
def test_a_shot_that_no_fleet_explains_is_found_and_named(seed: Any, steps: Any):
    """Turning a ship's last afloat answer into the impossible: every open cell has been missed."""
    match, _ = played({}, seed, steps)
    player = match.to_act()[0]
    shots = list(match.state.shots_of(player))
    assert first_contradiction(STANDARD, shots) is None
    shot = {report.cell for report in shots}
    open_cells = [Cell(column, row) for column in range(10) for row in range(10) if Cell(column, row) not in shot]
    all_missed = shots + [rules.Report(cell, "miss") for cell in open_cells]
    wrong = first_contradiction(STANDARD, all_missed)
    assert wrong is not None
    assert wrong >= len(shots)
    assert first_contradiction(STANDARD, all_missed[:wrong]) is None
