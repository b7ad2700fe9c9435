"""The Battleship studies' measures: an expert that is told a habit, and how much of a habit a way to place is."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pytest

import ai_functions
from ai_functions.policies.battleship.expert import Expert, hiding_weights
from ai_functions.policies.battleship.placements import draw_fleet
from games.battleship.fleet import STANDARD
from training.games.battleship.habits.gate import log_odds_of
from training.games.battleship.players.habitual import HABITS, draw, play_out
from training.games.battleship.players.strangers import STRANGERS
from training.games.battleship.studies.adapting import shots_at, told
from training.games.battleship.studies.placing import bits

EXPERT = Path(ai_functions.__file__).parent / "battleship_expert"


@pytest.mark.parametrize(("name", "priors"), [("edges", 2), ("apart", 2), ("three fleets", 4), ("one fleet", 2)])
def test_one_who_is_told_a_habit_believes_in_its_styles_and_keeps_the_rest_for_uniform_fleets(
    name: str, priors: int
) -> None:
    uniform, *styles = told(Expert(EXPERT), HABITS[name](())).priors(STANDARD)
    assert len(styles) + 1 == priors
    assert uniform.belief + sum(style.belief for style in styles) == pytest.approx(1)
    assert uniform.belief > 0


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", [*HABITS, *STRANGERS])
def test_one_who_is_told_a_habit_thinks_its_fleets_likelier_than_uniform_ones(name: str) -> None:
    habit = (HABITS | STRANGERS)[name]
    seen = play_out(habit, 2, Random(name))
    knower = told(Expert(EXPERT), habit(seen))
    likelier = [log_odds_of(knower, draw(habit(seen), Random(number))) for number in range(40)]
    assert 0 < np.mean(likelier) < 30


def test_being_told_a_habit_saves_shots() -> None:
    expert = Expert(EXPERT)
    styles = STRANGERS["bottom"](())
    targets = [draw(styles, Random(number)) for number in range(8)]
    assert shots_at(told(expert, styles), targets).mean() < shots_at(expert, targets).mean() - 4


def test_bits_grow_with_the_tilt_and_are_none_for_uniform_fleets() -> None:
    def of(tilt: float) -> float:
        weights = hiding_weights(tilt)
        fleets = [draw_fleet(STANDARD, weights, Random(number)) for number in range(400)]
        return bits(np.array(weights), fleets)

    assert of(0) == pytest.approx(0, abs=1e-9)
    assert of(0) < of(0.1) < of(0.3)
