"""How each game's models are learned and measured: the modules ``recipe`` and ``benchmark`` of each game.

``recipe`` has ``fit`` (a :class:`Recipe`) and ``bootstrap`` (a :class:`Bootstrap`); it may have ``judge_player`` (a
:class:`PlayerJudge`), ``features`` (the names of the columns that an opponent's model learns), ``level`` (what gives an
opponent its :class:`Level`, None for one that only gets stronger) and ``imitates`` (whether an opponent learns what
players chose).  ``benchmark`` has ``BENCHMARK`` (a :class:`Benchmark`): it stands apart because matches and tables need
that much of ``training`` and none of what fits models (scikit-learn, numba: the extra ``train``).  Both are found by
``games.catalog.find_part``.

A game whose opponents can get to know a player has a module ``portrait`` besides (a :class:`Portrait`), which needs as
little as ``benchmark`` does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, cast

from games.catalog import find_part, package_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from types import ModuleType

    import numpy as np
    from numpy.typing import NDArray

    from ai_functions.runtime.manifest import Manifest
    from games.core import Opponent, Player
    from games.record import GameRecord
    from training.evaluation.statistics import Difference
    from training.evaluation.verdict import Verdict


class TrainingError(ValueError):
    """Records that nothing can be learned from, or an artifact that must not be written."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """What a recipe learned."""

    estimator: Any
    """A fitted scikit-learn estimator or pipeline."""
    held_out: NDArray[np.float32]
    """Real rows, shape (rows, features), kept out of the fit: the export is compared with the estimator on them."""
    measures: Mapping[str, float] = field(default_factory=dict)
    """What the model card tells: log loss on held-out games, rows, games…"""


class Recipe(Protocol):
    """Learn a model for one opponent from recorded games.  The same records and seed give the same model.

    ``records`` are sound and distinct (``training.dataset.usable`` saw to that).  ``manifest.training`` is the table
    ``[training]`` of ``opponent.toml``.  What the pipeline itself reads there: ``bootstrap``, how many games to make
    when no records are given; ``aim``, the value of the benchmark's first measure that this level should have (without
    one, stronger is better); ``player``, the person whom this opponent gets to know (``train --for`` writes it);
    ``learn_from``, functions whose actions may be imitated (``train --learn-from``).
    """

    # A recipe that learns from labelled rows may take ``estimator`` besides: what to fit instead of its own.

    def __call__(
        self, manifest: Manifest, records: Sequence[GameRecord], *, seed: int, progress: Callable[[str], None]
    ) -> Fitted:
        """Return what was learned.  Raises TrainingError when the records are too few or of another game."""


class Bootstrap(Protocol):
    """Make records with bootstrap players where there are none of people: ``bootstrap`` of a recipe's module.

    One that takes ``only``, a range of the games' numbers, is asked for parts, by several workers at once.
    """

    def __call__(
        self, manifest: Manifest, games: int, *, seed: int, progress: Callable[[int], None]
    ) -> Sequence[GameRecord]:
        """Return ``games`` records that suit this opponent; ``progress`` is told how many are done so far."""


class PlayerJudge(Protocol):
    """Say whether an opponent that got to know one player may be published: ``judge_player`` of a recipe's module."""

    def __call__(
        self,
        folder: Path,
        candidate: Path,
        records: Sequence[GameRecord],
        seed: int,
        progress: Callable[[int, int], None],
    ) -> Verdict:
        """Return the verdict on ``candidate``, made from the opponent in ``folder``, by the player's own games.

        ``progress`` hears how many games are done, of how many.  Raises TrainingError for too few.
        """


class Portrait(Protocol):
    """What an opponent learned of its player: the module ``portrait`` of a game."""

    def portrait(self, folder: Path) -> Sequence[str]:
        """Return it in sentences, from the model in ``folder`` alone; empty where no sentence can tell it."""

    def gain(
        self,
        plain: Path,
        knowing: Path,
        records: Sequence[GameRecord],
        player: str,
        seed: int,
        progress: Callable[[int, int], None],
    ) -> Difference:
        """Return what ``knowing`` saves ``plain``, in the benchmark's first measure, in pairs; more than 0 is saved.

        ``records`` are of ``player``'s matches, none of which ``knowing`` learned from.  Raises TrainingError for few.
        """


class Losses(Protocol):
    """Say how badly models foretell recorded games that none of them learned from."""

    def __call__(
        self,
        manifest: Manifest,
        folders: Sequence[Path],
        records: Sequence[GameRecord],
        progress: Callable[[int, int], None],
    ) -> NDArray[np.float64]:
        """Return each match's mean loss, shape (matches, folders), for the models in ``folders``.

        ``manifest`` says what is learned; a match with nothing to foretell has no row.  ``progress`` hears how many
        matches are done, of how many.
        """


@dataclass(frozen=True, slots=True)
class Dial:
    """One number of an opponent that sets its strength without another model."""

    name: str
    """A number of the manifest, for which the card's holds where training has set it."""
    low: float
    high: float
    """Both above 0: the search goes by ratios."""
    raises: bool
    """Whether more of it raises the benchmark's first measure; where that levels off, it may waver."""


@dataclass(frozen=True, slots=True)
class Level:
    """What makes an opponent that imitates a level: its model foretells games, and its dial sets its strength."""

    dial: Dial
    loss: str
    """What ``losses`` measures, in words and with its unit."""
    losses: Losses
    margin: float
    """The largest rise of the mean loss that nobody would notice."""


class Controlled(Protocol):
    """Play an opponent once, as ``Measure`` does, and tell what chance gave."""

    def __call__(self, opponent: Opponent, *, seed: int) -> tuple[Mapping[str, float], NDArray[np.float64]]:
        """Return the measures, and control variates: numbers whose mean over tasks is 0 whoever plays."""


class Measure(Protocol):
    """Play an opponent once and say how it did, in the game's own units."""

    def __call__(self, opponent: Opponent, *, seed: int, against: Opponent | None = None) -> Mapping[str, float]:
        """Return a value for every name in ``Benchmark.measures``.

        ``seed`` fixes everything that is not the opponent's own choice (the fleet to sink, Pac-Man's opening), so two
        opponents given the same seed face the same task and can be compared in pairs; the opponent's own choices get
        generators seeded by ``games.record.move_seed(seed, step, player)``.  ``against`` sits in the other seat: who
        placed the fleet in Battleship, who plays Pac-Man; None means the game's own (a fleet drawn uniformly from all
        legal ones, ``Benchmark.reference``).
        """


@dataclass(frozen=True, slots=True)
class Benchmark:
    """How a game's opponents are measured: ``BENCHMARK`` of the game's module ``benchmark``."""

    measure: Measure
    """A function of the module, not a lambda: it is sent to worker processes by its name."""
    measures: Mapping[str, str]
    """Names of what ``measure`` returns, and which is stronger: ``LESS`` or ``MORE``.  The first one decides."""
    margin: float
    """The largest difference in the first measure that nobody would notice: the gate lets no model pass that may be
    worse by more.
    """
    band: float
    """How far from its aim, in the first measure, a level may be."""
    seats: tuple[Player, ...]
    """Seats that functions take: ``("one", "two")`` in Battleship, ``("ghosts",)`` in Pac-Man."""
    players: Mapping[str, Opponent] = field(default_factory=dict)
    """Players that run in the process, by name: baselines for functions and partners for the other seats."""
    reference: str | None = None
    """Which of ``players`` takes the seats that functions do not (Pac-Man's); None where there are none."""
    controlled: Controlled | None = None
    """Like ``measure`` against the game's own partner, with control variates, which make fewer tasks enough; None for a
    game without any.
    """
    side_by_side: Callable[[Path, Sequence[int]], Sequence[Mapping[str, float]]] | None = None
    """Play the opponent in a folder at the tasks of many seeds at once, each as ``measure`` would; None where that
    saves nothing.
    """


LESS, MORE = "less", "more"


def benchmark_for(game: str) -> Benchmark:
    """Return how ``game`` is measured.  Raises GameError, TrainingError: ``_part``."""
    return cast("Benchmark", _part(game, "benchmark").BENCHMARK)


def recipe_for(game: str) -> Recipe:
    """Return the recipe of ``game``: the function ``fit``.  Raises GameError, TrainingError: ``_part``."""
    return cast("Recipe", _part(game, "recipe").fit)


def features_for(manifest: Manifest) -> tuple[str, ...]:
    """Return the names of the columns that the opponent's model learns, in order; none where the recipe names none."""
    find = getattr(_part(manifest.game, "recipe"), "features", None)
    return () if find is None else tuple(find(manifest))


def player_judge_for(game: str) -> PlayerJudge | None:
    """Return how ``game`` judges opponents that got to know a player; None where they are judged as all others."""
    return cast("PlayerJudge | None", getattr(_part(game, "recipe"), "judge_player", None))


def portrait_for(game: str) -> Portrait | None:
    """Return what tells what an opponent of ``game`` learned of its player; None where none gets to know anybody."""
    return cast("Portrait | None", find_part(game, "portrait", "training.games"))


def level_for(manifest: Manifest) -> Level | None:
    """Return how the strength of the opponent is set, and its model judged; None for one that has no dial."""
    find = getattr(_part(manifest.game, "recipe"), "level", None)
    return None if find is None else cast("Level | None", find(manifest))


def imitates(manifest: Manifest) -> bool:
    """Say whether the opponent learns what players chose, so that functions' actions are left out."""
    find = getattr(_part(manifest.game, "recipe"), "imitates", None)
    return find is not None and bool(find(manifest))


def bootstrap_for(game: str) -> Bootstrap:
    """Return the record maker of ``game``: the function ``bootstrap``.  Raises GameError, TrainingError: ``_part``."""
    return cast("Bootstrap", _part(game, "recipe").bootstrap)


def _part(game: str, part: str) -> ModuleType:
    """Return the module ``part`` of ``game``.  Raises GameError for no game, TrainingError for one without it."""
    found = find_part(game, part, "training.games")
    if found is None:
        places = f"{package_of(game)}.{part} and training.games.{game}.{part}"
        raise TrainingError(f"{game} has no {part}, so it is neither measured nor trained; looked for {places}")
    return found
