"""How many rolls a race takes, where it can be counted by hand, and what follows for who wins it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

import ai_functions
from ai_functions.policies.backgammon.bear_off import TABLE, BearOff
from ai_functions.policies.backgammon.chances import LOSE_GAMMON, WIN, WIN_GAMMON
from ai_functions.policies.backgammon.judging import judge
from ai_functions.policies.backgammon.races import (
    MOST_ROLLS,
    PIPS_A_ROLL,
    RACES,
    Races,
    first_guess,
    odds,
)
from games.backgammon.kernel import BAR, CELLS
from training.games.backgammon.races import learn, positions, thinned, write
from training.games.backgammon.studies.counted import rolls_counted

if TYPE_CHECKING:
    from numpy.typing import NDArray

FOLDER = Path(ai_functions.__file__).parent / "backgammon_hard"


@pytest.fixture(scope="module")
def table() -> BearOff:
    return BearOff(FOLDER / TABLE)


def sides(*rows: dict[int, int]) -> NDArray[np.int8]:
    found = np.zeros((len(rows), CELLS), np.int8)
    for number, row in enumerate(rows):
        for place, count in row.items():
            found[number, place] = count
    return found


def race(own: dict[int, int], other: dict[int, int]) -> NDArray[np.int8]:
    board = sides(own)
    for place, count in other.items():
        board[0, BAR - place] = -count
    return board


def races(table: BearOff) -> Races:
    assert table.races is not None
    return table.races


def mean(chances: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(chances @ np.arange(MOST_ROLLS, dtype=np.float32), np.float32)


def test_one_checker_takes_the_rolls_that_can_be_counted(table: BearOff) -> None:
    """From the 7-point 23 of 36 rolls are enough, and all but 1 of 36 pairs of them; from the 12-point 4 of 36."""
    found = races(table).chances(sides({7: 1}, {12: 1}))
    assert found[0, 1] == pytest.approx(23 / 36, abs=0.08)
    assert mean(found) == pytest.approx([1 + 13 / 36, 2.07], abs=0.12)


def test_a_race_takes_more_rolls_than_its_pips(table: BearOff) -> None:
    plain = sides({8: 3, 6: 5, 5: 4, 4: 3}, {13: 5, 8: 3, 6: 5, 3: 2}, {7: 2, 1: 13})
    pips = plain @ np.arange(CELLS) / PIPS_A_ROLL
    found = races(table).chances(plain)
    assert found.shape == (3, MOST_ROLLS)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)
    more = mean(found) - pips
    assert np.all(more > 0.5)
    assert more[2] > more[0] + 2, "piled on the 1-point, pips are wasted"
    variance = found @ np.arange(MOST_ROLLS) ** 2 - mean(found) ** 2
    assert np.all((variance > 0.5) & (variance < 6))


def test_far_from_anything_learned_it_still_takes_about_the_pips(table: BearOff) -> None:
    far = sides({24: 15}, {22: 3, 23: 12}, {13: 15})
    assert mean(races(table).chances(far)) == pytest.approx(far @ np.arange(CELLS) / PIPS_A_ROLL + 1, rel=0.15)


def test_the_network_says_what_is_counted_through_all_rolls(table: BearOff) -> None:
    some = sides({7: 1, 3: 2, 2: 3, 1: 6}, {9: 1, 6: 4, 5: 4, 4: 4, 2: 2}, {12: 1, 2: 3})
    counted = np.array([rolls_counted(side, table.rolls) for side in some])
    np.testing.assert_allclose(counted.sum(axis=1), 1)
    apart = np.abs(np.cumsum(table.rolls(some) - counted, axis=1)).max(axis=1)
    assert np.all(apart < 0.05)
    (one,) = (rolls_counted(side, table.rolls) for side in sides({7: 1}))
    np.testing.assert_allclose(one[:2], [0, 23 / 36], atol=1e-4)


def test_beside_home_the_network_goes_on_from_the_table(table: BearOff) -> None:
    home, away = {6: 5, 5: 4, 4: 4, 2: 2}, {7: 1, 6: 4, 5: 4, 4: 4, 2: 2}
    rolls = mean(table.rolls(sides(home, away)))
    assert rolls[1] - rolls[0] == pytest.approx(6 / 49, abs=0.08)


def test_who_is_on_roll_is_ahead_in_an_even_race_and_the_shorter_one_wins_oftener(table: BearOff) -> None:
    even, ahead = {8: 3, 6: 5, 5: 4, 4: 3}, {8: 1, 6: 5, 5: 4, 4: 3, 3: 2}
    boards = np.concatenate([race(even, even), race(ahead, even), race(even, ahead)])
    wins = table.race_wins(boards)
    assert 0.55 < wins[0] < 0.7
    assert wins[2] < wins[0] < wins[1]


def test_races_are_counted_and_no_gammon_is_won_oftener_than_the_game(table: BearOff, tmp_path: Path) -> None:
    boards = np.concatenate(
        [race({8: 15}, {8: 15}), race({1: 1}, {20: 15}), race({8: 15}, {1: 1}), race({24: 15}, {24: 15})]
    )

    def network(seen: NDArray[np.int8]) -> NDArray[np.float32]:
        return np.full((len(seen), 5), 0.4, np.float32)

    found, known = judge(network, table, boards)
    assert found[0, WIN] == pytest.approx(table.race_wins(boards[:1])[0])
    assert found[0, WIN] != pytest.approx(0.4)
    assert found[1, WIN] == pytest.approx(1, abs=1e-4)
    assert found[1, LOSE_GAMMON] <= 1e-4
    assert found[2, WIN_GAMMON] <= found[2, WIN] < 0.01
    assert found[3, WIN] == np.float32(0.4), "they have not passed each other"
    assert not known.any()
    shutil.copy(FOLDER / TABLE, tmp_path)
    assert judge(network, BearOff(tmp_path / TABLE), boards)[0][0, WIN] == np.float32(0.4), (
        "folders of earlier versions"
    )


@pytest.mark.slow
def test_what_is_learned_of_few_positions_is_near_what_is_learned_of_many(table: BearOff, tmp_path: Path) -> None:
    lines: list[str] = []
    write(tmp_path, learn(table, lines.append, 1000))
    assert lines[-1].startswith("sweep 12 of 12")
    seen = positions(300, 9)
    few, many = (mean(found.chances(seen)) for found in (Races(tmp_path / RACES), races(table)))
    assert np.abs(few - many).mean() < 0.15
    assert np.abs(mean(odds(first_guess(seen))) - many).mean() > 0.15


def test_fewer_checkers_are_left_of_positions_that_are_thinned() -> None:
    plain = sides({8: 3, 6: 5, 5: 4, 4: 3}, {7: 15})
    found = thinned(plain, 1)
    fewest, most = sorted(found.sum(axis=1))
    assert most == 15, "away from home nothing is borne off"
    assert 3 <= fewest < 15
    assert np.all(found <= np.maximum(plain[0], plain[1]))
