"""Trains one opponent on the newest recorded games, and publishes the model if the gate lets it pass.

The training code and the gate are those of ``lambda-arcade train``.  The opponent is taken from the function that
serves, so the model it must not be worse than is the one that people play against.
"""

from __future__ import annotations

import json
import os
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

from infra.aws import Cloud
from infra.build.packaging import PackagingError
from infra.core.errors import CloudError
from infra.core.names import Names
from infra.core.state import Account
from infra.environment.locks import held
from infra.services.inbox import MAX_OBJECT_BYTES, PROVED, YES
from infra.services.trainer.artifact import unpack, with_model
from infra.services.trainer.fair import fair, readable_within
from infra.services.trainer.publish import publish, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from games.core import JsonObject
    from training.pipeline import Trained
    from training.report.findings import Found

NAMES = Names(os.environ["PREFIX"])
NAME, GAME = os.environ["OPPONENT"], os.environ["GAME"]
BUCKET, LOCKS, TALLY = os.environ["BUCKET"], os.environ["LOCKS_TABLE"], os.environ["TALLY_TABLE"]
MOST_RECORDS, MOST_GAMES = int(os.environ["MOST_RECORDS"]), int(os.environ["MOST_GAMES"])
SPARE_S = 60.0
"""What is kept back of the time for publishing."""
ARTIFACTS = f"artifacts/trained/{NAME}"
RUNS = f"{ARTIFACTS}/runs"


class InBucket:
    """Keeps runs beside what was trained, each file whole, the page last."""

    prove = None

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self.place = ""
        """Where the last one is."""

    def name_of(self, opponent: str) -> str:
        """Return the name of a run that begins to be kept now."""
        from training.runs import run_name  # noqa: PLC0415 - see _train

        return run_name(opponent)

    def keep(self, run: str, card: JsonObject, found: Found) -> None:
        """Put a run into the bucket.  Raises CloudError; what serves stays as it is."""
        from training.runs import contents  # noqa: PLC0415 - see _train

        for name, content in contents(card, found).items():
            self._cloud.put_object(BUCKET, f"{RUNS}/{run}/{name}", content, sha256(content).hexdigest())
        self.place = f"s3://{BUCKET}/{RUNS}/{run}/"


class Clock:
    """A ProgressReporter that logs, and stops a training that would not be done in time."""

    def __init__(self, context: Any) -> None:
        self._context = context

    def report(self, text: str) -> None:
        """Log one line."""
        self._look(text)
        log("INFO", text)

    def count(self, what: str, done: int, total: int) -> None:
        """Look at the time."""
        self._look(f"{done} of {total} {what}")

    def _look(self, reached: str) -> None:
        from training.contracts import TrainingError  # noqa: PLC0415 - see _train

        if self.left_s() < 0:
            raise TrainingError(
                f"no time left after: {reached}; give the trainer fewer records (lambda-arcade retrain {NAME} "
                f"--records N), or take the time: lambda-arcade train {NAME} --records cloud --deploy"
            )

    def left_s(self) -> float:
        """Return the seconds until publishing must begin."""
        return float(self._context.get_remaining_time_in_millis()) / 1000 - SPARE_S


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Train once; return what came of it.  Raises CloudError when the cloud refuses."""
    log("INFO", "training begins", why=str(event.get("why", "asked")))
    cloud = Cloud(Account(os.environ.get("AWS_ENDPOINT_URL")))  # set by the local cloud
    with ExitStack() as stack:
        try:
            stack.enter_context(held(cloud, LOCKS, f"train#{NAME}"))
        except CloudError as error:
            return done(passed=False, reason=str(error))
        stack.callback(_tally, cloud, "REMOVE #started", {"#started": "started"})
        _tally(cloud, "SET #records = :none", {"#records": "records"}, {":none": {"N": "0"}})
        try:
            return _retrain(cloud, Clock(context))
        except PackagingError as error:
            return done(passed=False, reason=str(error))


def _tally(cloud: Cloud, change: str, names: dict[str, str], values: dict[str, Any] | None = None) -> None:
    """Change what ``tally`` goes by."""
    given = {"ExpressionAttributeValues": values} if values else {}
    cloud.call(
        "dynamodb", "update_item", TableName=TALLY, Key={"id": {"S": "pending"}}, UpdateExpression=change,
        ExpressionAttributeNames=names, **given,
    )  # fmt: skip


def _retrain(cloud: Cloud, clock: Clock) -> dict[str, Any]:
    from training.contracts import TrainingError  # noqa: PLC0415 - see _train

    _, pointer = serving(cloud, NAMES, NAME)
    with TemporaryDirectory(prefix="trainer-") as scratch:
        content = _zip_that_serves(cloud)
        folder = unpack(content, Path(scratch) / "now")
        keeper = InBucket(cloud)
        try:
            trained = _train(cloud, folder, Path(scratch) / "new", int(pointer.version), clock, keeper)
        except TrainingError as error:
            return done(passed=False, reason=str(error))
        except ModuleNotFoundError as error:
            reason = f"{error.name} does not fit into a function beside scikit-learn, nor its work into 15 minutes"
            advice = f"use lambda-arcade train {NAME} --records cloud --deploy"
            return done(passed=False, reason=f"with these records {NAME} needs compiled code: {reason}; {advice}")
        verdict = {"reason": trained.verdict.reason, "games": trained.verdict.games, "seconds": dict(trained.seconds),
                   "report": keeper.place}  # fmt: skip
        if not trained.verdict.passed:
            return done(passed=False, **verdict)
        package = with_model(NAME, content, trained.folder)
    key = f"{ARTIFACTS}/{package.sha256}.zip"
    cloud.put_object(BUCKET, key, package.content, package.sha256)
    with held(cloud, LOCKS, NAME, patience_s=SPARE_S / 2):
        version = publish(cloud, NAMES, package, trained.card, key, patience_s=SPARE_S)
    return done(passed=True, version=version, **verdict)


def _zip_that_serves(cloud: Cloud) -> bytes:
    """Return the function's code.  AWS hands it out by a signed address of this one function."""
    address = cloud.call("lambda", "get_function", FunctionName=NAMES.function(NAME))["Code"]["Location"]
    with urlopen(address, timeout=30) as answer:  # noqa: S310 - the cloud's own address
        content: bytes = answer.read()
    return content


def _train(cloud: Cloud, folder: Path, out: Path, seed: int, clock: Clock, keeper: InBucket) -> Trained:
    # scikit-learn takes seconds to import: not before there is something to train, nor within the ten seconds in which
    # a function must have started.
    from ai_functions.runtime.manifest import Manifest  # noqa: PLC0415
    from training.card import Origin  # noqa: PLC0415
    from training.pipeline import Wishes, gather, train  # noqa: PLC0415
    from training.records import read_records  # noqa: PLC0415
    from training.set_aside import SetAside  # noqa: PLC0415

    def newest(bucket: str, prefix: str) -> Iterator[tuple[str, bytes]]:
        return cloud.read_objects(bucket, prefix, newest=MOST_RECORDS, largest=MAX_OBJECT_BYTES, metadata=(PROVED, YES))

    source = f"s3://{BUCKET}/records/{GAME}/"
    found, beyond = fair(read_records(source, clock.report, newest))
    if beyond:
        log("INFO", f"{beyond} records are left out: nobody has a say in more than a share")
    affordable = readable_within(found, clock.left_s())
    if len(affordable) < len(found):
        log("INFO", f"{len(found) - len(affordable)} older records are left out: there is no time to read more")
    aside = SetAside()
    records = gather(Manifest.load(folder), affordable, 0, seed, clock, aside=aside)
    command = f"lambda-arcade train {NAME} --records {source} --seed {seed}"
    origin = Origin(records, f"the newest {len(records)} games of {source}", command, seed, aside)
    return train(folder, origin, out, clock, wishes=Wishes(MOST_GAMES), keeper=keeper)


def done(*, passed: bool, **more: Any) -> dict[str, Any]:
    """Log and return what came of it."""
    outcome = {"opponent": NAME, "passed": passed, **more}
    log("INFO" if passed else "WARNING", "trained and published" if passed else "nothing published", **outcome)
    return outcome


def log(level: str, message: str, **more: Any) -> None:
    """Write one line of JSON."""
    print(json.dumps({"level": level, "message": message, **more}))  # noqa: T201 - the log
