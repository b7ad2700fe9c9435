"""An opponent that gets to know the person at the window: what ``train --for`` and ``deploy`` do, as background work.

``run`` is the child's side (``client.jobs``).  Whatever kills it, the acquaintance's file says what was under way, and
the same order goes on: finished steps are kept, an artifact is whole or not there, a deployment is finished by the
next.
"""

from __future__ import annotations

import shlex
import shutil
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from ai_functions.runtime.manifest import Manifest
from client.acquaintances import DROP, FORGET, GAIN, LEARN, PUBLISH, Offer
from client.commands.records import own_records
from client.commands.watch import strongest
from client.jobs.job import Job
from client.records import acquaintance
from client.records.acquaintance import FORGETTING, KNOWS, NEW, REFUSED, Acquaintance, Gain
from client.settings import home
from games.catalog import part_name
from games.record import PERSON
from infra.core.extras import EXTRAS, train_line
from infra.core.state import CloudChoice

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from games.core import Json
    from games.record import GameRecord

SEED = 1


class Tutor:
    """What the window asks for; ``choice`` is the cloud that opponents are deployed to."""

    def __init__(self, choice: CloudChoice) -> None:
        self._choice = choice

    def offer(self, game: str, player: str) -> Offer:
        """Return who could get to know ``player``, and what stands in the way.  May wait; nothing heavy is imported."""
        folder = strongest(game)
        if folder is None or part_name(game, "portrait", "training.games") is None:
            return Offer("", refusal="Nobody who plays this game can get to know a player.")
        title = Manifest.load(folder).title
        if all(find_spec(name) for name in EXTRAS["train"]):
            return Offer(title)
        command = shlex.join(["lambda-arcade", "train", folder.name, "--for", player, "--deploy"])
        return Offer(title, missing=(train_line(), command))

    def read(self, game: str, player: str) -> Acquaintance | None:
        """Return how far it has come.  May wait."""
        return acquaintance.read(home(), game, player)

    def begin(self, what: str, game: str, player: str) -> Job:
        """Begin to learn, to work out the gain, to publish, to forget, or to drop what was cancelled."""
        return Job("acquaint", {"what": what, "game": game, "player": player, "choice": asdict(self._choice)})


def run(order: dict[str, Any], progress: Callable[..., None]) -> Json:
    """Do what ``order`` says; return True.  Raises ValueError, RuntimeError, OSError in a sentence."""
    game, player = str(order["game"]), str(order["player"])
    choice = CloudChoice(**order["choice"])
    known = acquaintance.read(home(), game, player)
    what = order["what"]
    if what == LEARN:
        _learn(game, player, known, choice, progress)
    elif known is None:
        return True
    elif what == GAIN:
        _work_out_gain(known, progress)
    elif what == PUBLISH:
        _publish(known, choice, progress)
    elif what == FORGET:
        _forget(known, choice, progress)
    elif what == DROP:
        _drop(known)
    return True


def _learn(
    game: str, player: str, known: Acquaintance | None, choice: CloudChoice, progress: Callable[..., None]
) -> None:
    from training.card import Origin  # noqa: PLC0415 - heavy, needed here alone
    from training.contracts import portrait_for  # noqa: PLC0415
    from training.dataset import fingerprint  # noqa: PLC0415
    from training.folders import personal_folder, personal_name  # noqa: PLC0415
    from training.interrupted import Kept, key_of  # noqa: PLC0415
    from training.pipeline import train  # noqa: PLC0415

    base = _base(game)
    manifest = Manifest.load(base)
    name = personal_name(manifest.name, player)
    _must_be_free(name, player)
    if known is None:
        known = Acquaintance(game, player, name, manifest.title, consented_at=_now())
    known = replace(known, learning=True, stage=NEW if known.stage == FORGETTING else known.stage)
    acquaintance.write(home(), known)
    progress(0, 1, "reading your matches")
    records = _own(game, player)
    source = str(own_records() / game)
    command = shlex.join(["lambda-arcade", "train", manifest.name, "--records", source, "--for", player])
    origin = Origin(records, source, command, SEED)
    steps = Kept(acquaintance.steps_of(home(), game, player), key_of([command, fingerprint(records)], ()), recalls=True)
    scratch = acquaintance.steps_of(home(), game, player) / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    folder = personal_folder(base, player, scratch)
    trained = train(folder, origin, _folder(name), _Reporter(progress), steps=steps)
    portrait = portrait_for(game)
    if trained.verdict.passed and portrait is not None:
        known = replace(
            known, stage=KNOWS, matches=len(records), learned_to=max(record.started_at for record in records),
            found=tuple(portrait.portrait(trained.folder)), reason=trained.verdict.reason, gain=None,
        )  # fmt: skip
    else:
        stage = KNOWS if known.stage == KNOWS else REFUSED
        last = max(record.started_at for record in records)
        known = replace(known, stage=stage, matches=len(records), learned_to=last, reason=trained.verdict.reason)
    known = replace(known, learning=False)
    acquaintance.write(home(), known)
    shutil.rmtree(acquaintance.steps_of(home(), game, player), ignore_errors=True)
    if trained.verdict.passed:
        _publish(known, choice, progress)


def _publish(known: Acquaintance, choice: CloudChoice, progress: Callable[..., None]) -> None:
    """Deploy it; what is uploaded is noted first, so that it can be taken away again."""
    from infra.build.packaging import package_opponent  # noqa: PLC0415
    from infra.deploy.deploy import deploy_opponents  # noqa: PLC0415

    progress(0, 1, "giving it a function of its own")
    _, package = package_opponent(_folder(known.opponent))
    if package.key not in known.artifacts:
        acquaintance.write(home(), replace(known, artifacts=(*known.artifacts, package.key)))
    (done,) = deploy_opponents(_environment(choice), [_folder(known.opponent)], lambda _what, _seconds: None)
    if done.problem:
        raise RuntimeError(f"it has learned, but its function could not be deployed: {done.problem}")


def _work_out_gain(known: Acquaintance, progress: Callable[..., None]) -> None:
    from training.contracts import benchmark_for, portrait_for  # noqa: PLC0415

    portrait = portrait_for(known.game)
    if portrait is None or known.stage != KNOWS:
        return
    later = [record for record in _own(known.game, known.player) if record.started_at > known.learned_to]
    count = lambda done, total: progress(done, total, "comparing it with one that does not know you")  # noqa: E731
    saved = portrait.gain(_base(known.game), _folder(known.opponent), later, known.player, SEED, count)
    unit = next(iter(benchmark_for(known.game).measures))
    acquaintance.write(home(), replace(known, gain=Gain(saved.pairs, saved.mean, saved.standard_error, unit)))


def _forget(known: Acquaintance, choice: CloudChoice, progress: Callable[..., None]) -> None:
    """Take function, zips, model and what it learned away; what was killed in between is done again."""
    from infra.deploy.deploy import delete_opponent  # noqa: PLC0415

    acquaintance.write(home(), replace(known, stage=FORGETTING, learning=False))
    progress(0, 1, "forgetting you")
    if known.artifacts:
        environment = _environment(choice)
        if environment.names.opponent(known.opponent) in environment.cloud.stacks(environment.names.opponents):
            delete_opponent(environment, known.opponent)
        for key in known.artifacts:
            environment.cloud.delete_objects(environment.platform["BucketName"], key)
    if (_folder(known.opponent) / "opponent.toml").exists():
        _must_be_free(known.opponent, known.player)
        shutil.rmtree(_folder(known.opponent))
    acquaintance.forget(home(), known)


def _drop(known: Acquaintance) -> None:
    """Leave nothing of a training that was cancelled; what it knew before stays."""
    shutil.rmtree(acquaintance.steps_of(home(), known.game, known.player), ignore_errors=True)
    if known.stage == NEW:
        acquaintance.forget(home(), known)
    else:
        acquaintance.write(home(), replace(known, learning=False))


def _own(game: str, player: str) -> list[GameRecord]:
    """Return the finished matches by the usual rules that ``player`` played here, the oldest first."""
    from training.dataset import usable  # noqa: PLC0415
    from training.records import read_records  # noqa: PLC0415

    def quiet(_: str) -> None:
        """Records that cannot be used are told in the list of matches."""

    found = usable(read_records(str(own_records() / game), quiet), game, quiet)
    return [record for record in found if record.outcome is not None and not record.options and _is_of(record, player)]


def _is_of(record: GameRecord, player: str) -> bool:
    return any(item.kind == PERSON and item.name == player for item in record.participants)


def _base(game: str) -> Path:
    folder = strongest(game)
    if folder is None:
        raise ValueError("nobody plays this game")
    return folder


def _folder(name: str) -> Path:
    """Return where an opponent of one's own lies."""
    return home() / "opponents" / name


def _must_be_free(name: str, player: str) -> None:
    """Raise ValueError where the opponent called ``name`` is somebody else's."""
    folder = _folder(name)
    if (folder / "opponent.toml").exists():
        whom = Manifest.load(folder).training.get("player")
        if whom != player:
            raise ValueError(f"{name} knows {whom!r} already; take another name")


def _environment(choice: CloudChoice) -> Any:
    from infra.environment.connect import connect  # noqa: PLC0415

    return connect(choice, lambda _: None)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


class _Reporter:
    """Passes on what is counted."""

    def __init__(self, progress: Callable[..., None]) -> None:
        self._progress = progress

    def report(self, text: str) -> None:
        """Say nothing: the lines are for those who train."""

    def count(self, what: str, done: int, total: int) -> None:
        """Tell how far it is."""
        del what
        self._progress(done, total, "foretelling each of your fleets from those before it")
