"""Opponents for any seat: of the ladder, of a folder, of a game's benchmark, or wherever one answers over HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from games.core import Opponent

FALLBACK = "fallback"
"""Who plays while a function does not answer: a player of every game."""


@dataclass(frozen=True, slots=True)
class Seated:
    """An opponent that answers at once: ``opponent(observation, random)`` is an action.

    It draws from ``random`` one number, by which its own choices are seeded: so the same opponent plays alike in this
    process and over HTTP.
    """

    name: str
    game: str
    where: str
    """A folder, a URL, or ``benchmark``."""
    act: Opponent = field(repr=False)

    def __call__(self, observation: Any, random: Random) -> Any:
        """Return what it plays when it is asked ``observation``, as the game's ``ask`` gives it."""
        return self.act(observation, random)


def opponent(who: str | Path, *, game: str | None = None) -> Seated:
    """Return an opponent for any seat of its game.

    ``who`` is a name of the ladder (``battleship_hard``) or of what was deployed from here (``la.deploy``), a folder
    with ``opponent.toml``, or the URL at which one answers; with ``game``, also a player of its benchmark (``density``)
    or ``fallback``, who knows the rules and no more.  Raises LookupError for a name that nobody has, ManifestError and
    ModelError for a folder that holds no sound opponent, and RemoteError where nobody answers; asked over HTTP it
    raises RemoteError, too.
    """
    from client.net.remote import is_url  # noqa: PLC0415 - it brings requests

    if isinstance(who, str) and is_url(who):
        return _remote(who)
    folder = _folder(who)
    if folder is not None:
        return _loaded(folder)
    return _of_benchmark(str(who), game)


def _remote(url: str) -> Seated:
    from client.net.at_once import asked_over_http  # noqa: PLC0415 - the same
    from client.net.remote import RemoteOpponent, fetch_guest  # noqa: PLC0415
    from games.catalog import find_game  # noqa: PLC0415

    info = fetch_guest(url)
    return Seated(info.name, info.game, url, asked_over_http(find_game(info.game), RemoteOpponent.of(info)))


def _folder(who: str | Path) -> Path | None:
    import ai_functions  # noqa: PLC0415 - these are light, but not wanted by who only reads records
    from ai_functions.runtime.manifest import MANIFEST  # noqa: PLC0415
    from infra.local.paths import cloud_paths  # noqa: PLC0415

    if isinstance(who, Path) or "/" in who or "\\" in who:
        return Path(who).expanduser().resolve()
    places = (Path(ai_functions.__file__).parent / who, cloud_paths().home / "opponents" / who)
    return next((place for place in places if (place / MANIFEST).exists()), None)


def _loaded(folder: Path) -> Seated:
    from ai_functions.runtime.loader import load_opponent  # noqa: PLC0415 - the same

    loaded = load_opponent(folder)

    def act(observation: Any, random: Random) -> Any:
        return loaded.act(observation, Random(random.getrandbits(63)))  # noqa: S311 - a game, not a secret

    return Seated(loaded.manifest.name, loaded.manifest.game, str(folder), act)


def _of_benchmark(name: str, game: str | None) -> Seated:
    from client.net.fallback import fallback_action  # noqa: PLC0415 - the same
    from training.contracts import benchmark_for  # noqa: PLC0415

    if game is None:
        raise LookupError(f"no opponent is called {name!r}; of a game's own players say which game, game=...")
    if name == FALLBACK:
        return Seated(name, game, "benchmark", lambda observation, random: fallback_action(game, observation, random))
    players = benchmark_for(game).players
    if name not in players:
        raise LookupError(f"no opponent is called {name!r}; {game} has {', '.join([*players, FALLBACK])}")
    return Seated(name, game, "benchmark", players[name])
