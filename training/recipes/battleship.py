"""How Battleship's models are learned.

A row is a candidate, a cell to shoot at or a berth to lie in.  The table ``[training]`` of an opponent says what is
learned of it: ``learn = "player"``, whether the player took it (levels that play as people do), or ``learn = "ship"``,
whether a ship lay there (levels that play to win).  Berths are compared with how often uniform fleets use them, so
that the model's odds are likings, and no record at all means none.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_matrix, hstack, vstack
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from ai_functions.features.battleship import CELL_COLUMNS, cell_rows, hear
from ai_functions.features.battleship_berths import BERTH_COLUMNS, BERTHS, berth_numbers, berth_rows
from games.battleship import rules
from games.battleship.fleet import STANDARD, random_placement
from games.battleship.observation import ShootObservation
from games.match import Match, play
from games.record import BOT, FUNCTION, Participant, move_seed
from training.dataset import decisions, split, usable
from training.players.battleship import population
from training.recipes import Fitted, TrainingError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from ai_functions.runtime.manifest import Manifest
    from games.battleship.fleet import Placement
    from games.record import GameRecord
    from training.dataset import Decision

CANDIDATES = 12
"""Cells that a decision is learned from: the one that was taken and others at random."""
UNIFORM_FLEETS = 20_000
LEAST_DECISIONS = 200
PENALTY = 1.0
"""scikit-learn's C: how far weights may go from nothing; few fleets stay near uniform."""


def bootstrap(manifest: Manifest, games: int, *, seed: int, progress: Callable[[int], None]) -> Sequence[GameRecord]:
    """Return ``games`` records of bootstrap players; ``[training] teachers`` says which."""
    teachers = population(str(manifest.training.get("teachers", "club")))
    records = []
    for index in range(games):
        random = Random(move_seed(seed, index, "bootstrap"))  # noqa: S311 - a game, not a secret
        seated = {player: teachers(random) for player in rules.PLAYERS}
        match = Match(
            rules,
            {player: Participant(player, BOT, teacher.name) for player, teacher in seated.items()},
            seed=random.getrandbits(62),
            policy_seed=random.getrandbits(62),
            match_id=f"bootstrap-{manifest.name}-{seed}-{index}",
        )
        records.append(play(match, {player: teacher.play for player, teacher in seated.items()}))
        progress(index + 1)
    return records


def fit(manifest: Manifest, records: Sequence[GameRecord], *, seed: int, progress: Callable[[str], None]) -> Fitted:
    """Return what was learned from ``records``.  Raises TrainingError when they are too few or of another game."""
    learn, judge = split([record for record in usable(records, rules.NAME, progress) if not record.options])
    random = np.random.default_rng(seed)
    progress(f"reading {len(learn)} games, keeping {len(judge)} to judge by")
    shots, taken = _shot_rows(manifest, learn, random)
    if len(taken) < LEAST_DECISIONS * CANDIDATES:
        wanted = LEAST_DECISIONS
        raise TrainingError(
            f"{len(taken) // CANDIDATES} shots of the standard game in {len(learn)} games; {wanted} are needed"
        )
    fleets = _fleets(learn)
    rows = vstack([_wide(shots), _berth_matrix()])
    labels = np.concatenate([taken, np.ones(BERTHS), np.zeros(BERTHS)])
    used = np.bincount([number for fleet in fleets for number in berth_numbers(fleet)], minlength=BERTHS)
    weights = np.concatenate([np.ones(len(taken)), used, _uniform_use(seed) * len(fleets)])
    progress(f"fitting {len(taken)} cells of shots and {len(fleets)} fleets")
    estimator = LogisticRegression(C=PENALTY, max_iter=500, tol=1e-5)
    estimator.fit(rows, labels, sample_weight=weights)
    held_out, answers = _shot_rows(manifest, judge or learn, random)
    held_out = np.hstack([held_out, np.zeros((len(held_out), BERTH_COLUMNS), np.float32)])[:2000]
    said = estimator.predict_proba(held_out)
    measures = {
        "log_loss": float(log_loss(answers[:2000], said, labels=[0, 1])),
        "rows": float(len(taken)),
        "fleets": float(len(fleets)),
    }
    berth_part = np.hstack([np.zeros((BERTHS, CELL_COLUMNS), np.float32), berth_rows()])
    return Fitted(estimator, np.vstack([held_out, berth_part]).astype(np.float32), measures)


def _shot_rows(
    manifest: Manifest, records: Sequence[GameRecord], random: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Return rows, shape (candidates, CELL_COLUMNS), and whether each was taken, or held a ship."""
    wins = manifest.training.get("learn", "player") == "ship"
    settles = bool(manifest.training.get("settles", True))
    rows, labels = [np.zeros((0, CELL_COLUMNS), np.float32)], [np.zeros(0)]
    for record in records:
        for decision in decisions(record):
            if not isinstance(decision.observation, ShootObservation) or (
                decision.participant.kind == FUNCTION and not wins
            ):
                continue
            heard = hear(decision.observation, settles=settles)
            untried = np.flatnonzero(~heard.tried)
            shot = decision.action.cell.row * STANDARD.size + decision.action.cell.column
            others = untried[untried != shot]
            picked = random.choice(others, min(CANDIDATES - 1, len(others)), replace=False)
            if wins:
                picked = random.choice(untried, min(CANDIDATES, len(untried)), replace=False)
                board = _enemy_board(decision)
                labels.append(np.array([board >> int(cell) & 1 for cell in picked], float))
            else:
                picked = np.append(picked, shot)
                labels.append((picked == shot).astype(float))
            rows.append(cell_rows(decision.observation, heard)[picked])
    return np.concatenate(rows), np.concatenate(labels)


def _enemy_board(decision: Decision) -> int:
    enemy = rules.PLAYERS[1 - rules.PLAYERS.index(decision.player)]
    return decision.state.fleet_of(enemy).board(STANDARD)  # type: ignore[no-any-return]


def _fleets(records: Sequence[GameRecord]) -> list[Placement]:
    """Return the fleets that people placed; those of bots where there are none of people."""
    placed: dict[str, list[Placement]] = {}
    for record in records:
        for decision in decisions(record):
            if decision.step == 0:
                placed.setdefault(decision.participant.kind, []).append(decision.action)
    return placed.get("person") or placed.get(BOT) or []


def _uniform_use(seed: int) -> NDArray[np.float64]:
    """Return how often a uniform fleet uses each berth, shape (BERTHS,)."""
    random = Random(seed)  # noqa: S311 - a game, not a secret
    drawn = [number for _ in range(UNIFORM_FLEETS) for number in berth_numbers(random_placement(STANDARD, random))]
    return np.bincount(drawn, minlength=BERTHS) / UNIFORM_FLEETS


def _wide(rows: NDArray[np.float32]) -> Any:
    return hstack([csr_matrix(rows), csr_matrix((len(rows), BERTH_COLUMNS), dtype=np.float32)], format="csr")


def _berth_matrix() -> Any:
    """Return each berth twice, as one that was used and as one that was not."""
    berth = csr_matrix(berth_rows())
    return hstack([csr_matrix((2 * BERTHS, CELL_COLUMNS), dtype=np.float32), vstack([berth, berth])], format="csr")
