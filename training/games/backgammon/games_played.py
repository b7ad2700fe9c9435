"""How the network learns: from itself where there is nothing but bootstrap games, from recorded games where there are.

What a recorded game teaches is what it teaches in self-play: every position of it learns a mixture of what the network
thinks of later ones and how the game ended (``self_play.returns``).  A game that ended by a drop has no ending; what
the network thinks of its last position stands for it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from platformdirs import user_cache_path

import ai_functions
from ai_functions.policies.backgammon.bear_off import TABLE, BearOff
from ai_functions.policies.backgammon.chances import CHANCES, lost
from ai_functions.policies.backgammon.features import COLUMNS, FEATURES
from ai_functions.policies.backgammon.judging import judge, points_lost
from ai_functions.runtime.model import MODEL, Model
from games.backgammon import rules
from games.backgammon.turns import Turn, board_after, flipped
from games.record import BOT, replay
from training.contracts import Fitted, TrainingError
from training.dataset import split
from training.games.backgammon.bear_off import make
from training.games.backgammon.fast_features import fast_features
from training.games.backgammon.looked_ahead import courses, look_ahead
from training.games.backgammon.network import Network
from training.games.backgammon.self_play import Course, returns, self_play

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from ai_functions.runtime.manifest import Manifest
    from games.record import GameRecord
    from training.games.backgammon.compiled import Boards

LEAST_POSITIONS = 500
HELD_OUT_ROWS = 2000
PASSES = 3
"""How often recorded games are learned from."""
RATE = 1e-4
"""Adam's, where a network goes on learning: recorded games are few, and it has seen many."""
WEIGHT = 0.7
"""Lambda."""
_INITIALIZERS = ("coefficient", "intercepts", "coefficient1", "intercepts1")
"""What the export calls the weights."""
_FOLDERS = Path(ai_functions.__file__).parent


def fit_chances(
    manifest: Manifest, records: Sequence[GameRecord], seed: int, progress: Callable[[str], None]
) -> Fitted:
    """Return a network that tells how games end.  Raises TrainingError for too few positions, or nothing to go on."""
    learn, held = split(records)
    table = _table()
    if all(one.kind == BOT for record in records for one in record.participants):
        network = _by_itself(manifest, table, seed, progress)
    else:
        network = _from_records(manifest, learn, table, seed, progress)
    boards, targets = _positions(network, table, held or learn)
    error = float(((network.chances(boards) - targets) ** 2).sum(axis=1).mean())
    measures = {"squared_error": error, "positions": float(len(boards))}
    return Fitted(network.estimator(), fast_features(boards[:HELD_OUT_ROWS]), measures)


def games_in(record: GameRecord) -> Iterator[tuple[Boards, NDArray[np.float32] | None]]:
    """Yield each game of a record, played or given up: its positions, each seen by who was on roll, and its end.

    The end are the chances of who would have been on roll next; None where a drop or nothing ended the game.
    """
    seen: list[tuple[int, ...]] = []
    before: rules.State | None = None
    for frame in replay(record):
        if before is not None and frame.turns:
            action = rules.parse_action(frame.turns[0].action)
            if isinstance(action, Turn):
                seen.append(before.view.board)
            over = [event for event in frame.events if event.kind == "game"]
            if over:
                end = None
                if isinstance(action, Turn):
                    after = np.array([flipped(board_after(before.view.board, action))], np.int8)
                    end = lost(points_lost(after))[0]
                yield np.array(seen, np.int8), end
                seen = []
        before = frame.state
    if seen:
        yield np.array(seen, np.int8), None


def _positions(network: Network, table: BearOff, records: Sequence[GameRecord]) -> tuple[Boards, NDArray[np.float32]]:
    """Return the positions of recorded games, and what they teach."""
    boards, targets = [np.zeros((0, 26), np.int8)], [np.zeros((0, len(CHANCES)), np.float32)]
    for record in records:
        for seen, end in games_in(record):
            thought, _ = judge(network.chances, table, seen)
            if end is None:  # nothing is known but what the network thinks of the last position
                seen, thought, last = seen[:-1], thought[:-1], thought[-1]  # noqa: PLW2901
            else:
                last = end
            if len(seen):
                boards.append(seen)
                targets.append(returns(thought, last, WEIGHT))
    return np.concatenate(boards), np.concatenate(targets)


def _by_itself(manifest: Manifest, table: BearOff, seed: int, progress: Callable[[str], None]) -> Network:
    course = Course(int(manifest.training.get("hidden", 40)), int(manifest.training.get("self_play", 1000)), seed)
    kept = user_cache_path("lambda-arcade") / "backgammon-self-play"
    name = f"{course.hidden}-{course.games}-{course.seed}-{course.weight}-{course.rate}-{COLUMNS}"
    network = self_play(course, table, kept / f"{name}.npz", progress)
    looked_ahead = _several(manifest.training.get("looked_ahead", []))
    widened = _several(manifest.training.get("widened", [course.hidden] * len(looked_ahead)))
    if len(widened) != len(looked_ahead):
        raise TrainingError(
            f"{manifest.name}: widened in opponent.toml has {len(widened)} numbers, looked_ahead {len(looked_ahead)}"
        )
    for lessons in courses(widened, looked_ahead, seed):
        name += f"-{lessons.hidden}-{lessons.positions}"
        network = look_ahead(lessons, network, table, kept / f"{name}.npz", progress)
    return network


def _several(value: int | list[int]) -> list[int]:
    return value if isinstance(value, list) else [value]


def _from_records(
    manifest: Manifest, records: Sequence[GameRecord], table: BearOff, seed: int, progress: Callable[[str], None]
) -> Network:
    network = network_in(_FOLDERS / manifest.name)
    random = np.random.default_rng(seed)
    for number in range(PASSES):
        boards, targets = _positions(network, table, records)
        if len(boards) < LEAST_POSITIONS:
            raise TrainingError(
                f"{manifest.name}: {len(boards)} positions in {len(records)} records; {LEAST_POSITIONS} are needed"
            )
        order = random.permutation(len(boards))
        error = network.learn(boards[order], targets[order], RATE)
        progress(f"{len(boards)} positions of recorded games, pass {number + 1}: squared error {error:.4f}")
    return network


def network_in(folder: Path) -> Network:
    """Return the network of the opponent in ``folder``.  Raises TrainingError where there is none."""
    path = folder / MODEL
    if not path.exists():
        raise TrainingError(f"{path}: there is no network that could go on learning; use --bootstrap")
    from onnx import load, numpy_helper  # noqa: PLC0415 - needed here alone

    Model(folder, FEATURES)  # its card is the one of these columns
    found = {one.name: numpy_helper.to_array(one) for one in load(str(path)).graph.initializer}
    inner, inner_bias, outer, outer_bias = (np.array(found[name], np.float32) for name in _INITIALIZERS)
    return Network([inner, inner_bias.reshape(-1), outer, outer_bias.reshape(-1)])


def _table() -> BearOff:
    """Return the bear-off table of the ladder, made anew where there is none."""
    for path in sorted(_FOLDERS.glob(f"*/{TABLE}")):
        return BearOff(path)
    folder = user_cache_path("lambda-arcade")
    folder.mkdir(parents=True, exist_ok=True)
    make([folder])
    return BearOff(folder / TABLE)
