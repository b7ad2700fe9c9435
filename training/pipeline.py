"""The whole way: records -> dataset -> fit -> export -> play against the model it replaces -> gate -> artifact.

The opponent's folder is the unit: a candidate is a copy of it with another model, loaded and played exactly as the
folder itself is.  Nothing is written into the folder before the gate has let the candidate pass.
"""

from __future__ import annotations

import re
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING, Protocol

from threadpoolctl import threadpool_limits

from ai_functions.runtime.manifest import MANIFEST, Manifest
from ai_functions.runtime.model import ModelError, model_sha256
from training.card import model_card
from training.contracts import TrainingError, bootstrap_for, player_judge_for, recipe_for, yardstick_for
from training.dataset import usable
from training.evaluation.evaluate import LocalTrial, task_seeds, workers
from training.evaluation.gate import LOOKS, Verdict, judge
from training.export import export, finish_interrupted, write_artifact

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from games.core import JsonObject
    from games.record import GameRecord
    from training.card import Origin

_COPIED = shutil.ignore_patterns("__pycache__", ".*")


class Teller(Protocol):
    """Who shows how far it is."""

    def say(self, text: str) -> None:
        """Show one line."""

    def count(self, what: str, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` are done."""


@dataclass(frozen=True, slots=True)
class Trained:
    """What came of it."""

    manifest: Manifest
    card: JsonObject
    verdict: Verdict
    folder: Path
    """Where the artifact is, if the gate let it pass."""
    seconds: Mapping[str, float]
    """How long each step took."""


def gather(
    manifest: Manifest, records: Sequence[GameRecord], bootstrap: int, seed: int, teller: Teller
) -> list[GameRecord]:
    """Return the sound ones of ``records`` and ``bootstrap`` games by bootstrap players.

    Raises TrainingError when that makes none.
    """
    found = usable(records, manifest.game, teller.say)
    if bootstrap:
        count = lambda done: teller.count("bootstrap games", done, bootstrap)  # noqa: E731 - one line, used once
        found += bootstrap_for(manifest.game)(manifest, bootstrap, seed=seed, progress=count)
    if not found:
        raise TrainingError(f"{manifest.name}: no games to learn from; give --records or --bootstrap")
    return found


def train(folder: Path, origin: Origin, out: Path, teller: Teller, *, most: int = LOOKS[-1]) -> Trained:
    """Learn a model for the opponent in ``folder`` and, if it may replace the one there, put it into ``out``.

    ``out`` may be ``folder``; ``most`` is how many tasks the gate may give each of the two.  Raises TrainingError when
    nothing can be learned or the export would differ.
    """
    if finish_interrupted(folder):
        teller.say(f"{folder}: finished putting in place the model of an earlier training that was interrupted")
    manifest = Manifest.load(folder)
    seconds: dict[str, float] = {}
    with _timed(seconds, "fit"), threadpool_limits(1):  # the number of threads would change the last digits
        fitted = recipe_for(manifest.game)(manifest, origin.records, seed=origin.seed, progress=teller.say)
    with _timed(seconds, "export"):
        exported = export(fitted)
    teller.say(
        f"the ONNX model agrees with the estimator on {exported.rows} rows (largest error {exported.max_error:.1e})"
    )
    card = model_card(manifest, fitted, exported, origin)
    with TemporaryDirectory(prefix="lambda-arcade-") as scratch:
        candidate = Path(scratch) / manifest.name
        shutil.copytree(folder, candidate, ignore=_COPIED)
        write_artifact(candidate, exported, card)
        with _timed(seconds, "play"):
            verdict = _compare(folder, candidate, origin, teller, most)
    card = {**card, "evaluation": verdict.to_json()}
    if verdict.passed:
        if out.resolve() != folder.resolve():
            shutil.copytree(folder, out, ignore=_COPIED, dirs_exist_ok=True)
        write_artifact(out, exported, card)
    return Trained(manifest, card, verdict, out, seconds)


def _compare(folder: Path, candidate: Path, origin: Origin, teller: Teller, most: int) -> Verdict:
    """Let the candidate and the model it replaces play on seeds that none of the records has.

    One that got to know a player is judged by that player's games instead, where the game's recipe knows how.
    """
    manifest = Manifest.load(folder)
    by_player = player_judge_for(manifest.game) if "player" in manifest.training else None
    if by_player is not None:
        told = lambda done, total: teller.count("the player's games, held out", done, total)  # noqa: E731 - used once
        return by_player(folder, candidate, origin.records, origin.seed, told)
    yardstick = yardstick_for(manifest.game)
    seeds = task_seeds("gate", origin.seed, frozenset(record.seed for record in origin.records))
    done = 0

    def count(more: int) -> None:
        nonlocal done
        done += more
        teller.count("games played by the gate", done, 2 * most)

    current = _current(manifest.game, folder, next(seeds), teller)
    aim = manifest.training.get("aim")
    with workers(min(most, LOOKS[0])) as pool:
        return judge(
            yardstick,
            LocalTrial(manifest.game, str(candidate)),
            current,
            seeds,
            aim=None if aim is None else float(aim),
            most=most,
            pool=pool,
            progress=count,
        )


def _current(game: str, folder: Path, seed: int, teller: Teller) -> LocalTrial | None:
    """Return the model to be replaced; None where there is none, or it cannot play: it may know other features."""
    trial = LocalTrial(game, str(folder))
    try:
        if not model_sha256(folder):
            return None
        trial(seed)
    except (ModelError, OSError, ValueError) as error:
        teller.say(f"the model there cannot be compared with: {error}")
        return None
    return trial


def personal_folder(folder: Path, player: str, parent: Path) -> Path:
    """Make, below ``parent``, an opponent like the one in ``folder`` that gets to know ``player``; return its folder.

    It is an opponent of its own, with a name of its own, and starts with the model of the one it comes from.  Raises
    TrainingError for a name of which no letter is left.
    """
    manifest = Manifest.load(folder)
    slug = re.sub(r"[^a-z0-9]+", "_", player.lower()).strip("_")
    if not slug or not slug.isascii():
        raise TrainingError(f"the player's name {player!r} has no letter or digit to name a function by")
    name = f"{manifest.name}_for_{slug}"
    made = parent / name
    shutil.copytree(folder, made, ignore=_COPIED, dirs_exist_ok=True)
    text = (folder / MANIFEST).read_text(encoding="utf-8")
    text = _set(text, "opponent", "name", name)
    text = _set(text, "opponent", "title", f"{manifest.title} (knows {player})")
    (made / MANIFEST).write_text(_set(text, "training", "player", player), encoding="utf-8")
    expected = {**manifest.training, "player": player}
    if Manifest.load(made) != replace(
        manifest, name=name, title=f"{manifest.title} (knows {player})", training=expected
    ):
        raise TrainingError(f'{folder / MANIFEST}: write name and title each on a line of its own, as key = "value"')
    return made


def _set(text: str, table: str, key: str, value: str) -> str:
    """Return the TOML document with ``key`` of ``[table]`` set to a text; comments and order stay."""
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    line = f'{key} = "{quoted}"'
    head = re.search(rf"^\[{table}\][^\n]*\n", text, re.MULTILINE)
    if head is None:
        return f"{text.rstrip()}\n\n[{table}]\n{line}\n"
    following = re.search(r"^\[", text[head.end() :], re.MULTILINE)
    end = head.end() + following.start() if following else len(text)
    body = text[head.end() : end]
    changed, count = re.subn(rf"^{key}\s*=[^\n]*$", lambda _: line, body, flags=re.MULTILINE)
    return text[: head.end()] + (changed if count else f"{line}\n{body}") + text[end:]


@contextmanager
def _timed(seconds: dict[str, float], step: str) -> Iterator[None]:
    began = perf_counter()
    yield
    seconds[step] = round(perf_counter() - began, 2)
