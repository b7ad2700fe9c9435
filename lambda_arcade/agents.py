"""From a policy that learned in an environment to an opponent's folder and to a function that plays."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from lambda_arcade.models import Saved, page_of, prove, published, runs
from lambda_arcade.reporting import Lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from games.core import Json
    from infra.core.state import CloudChoice
    from lambda_arcade.models import Deployed
    from training.progress import ProgressReporter
    from training.prototypes.folder import Made

    Layers = Sequence[tuple[NDArray[Any], NDArray[Any]]]


def save_agent(  # noqa: PLR0913 - each is a thing that somebody may want otherwise
    policy: bytes | Layers,
    folder: str | Path,
    *,
    name: str,
    game: str,
    options: Mapping[str, Json] | None = None,
    temperature: float | None = None,
    title: str | None = None,
    reporter: ProgressReporter | None = None,
) -> Saved:
    """Make an opponent of ``policy`` in ``folder``, and try it as a function; nothing is published.

    Args:
        policy: What says of each choice what it is worth: the content of an ONNX file with one float32 input of shape
            (rows, numbers of an observation, made flat) and one output of shape (rows, choices); or layers, pairs of
            weights (inputs, outputs) and bias (outputs,), with max(x, 0) between them.
        folder: Where the opponent is to be; one that was made so before is replaced.
        name: Small letters, digits and _.
        game: Whose environment it learned in.
        options: Those of the environment.
        temperature: How freely choices are drawn; 0, the default, takes the best, 1 draws by the softmax.
        title: What the menu shows.
        reporter: Who is told how far it is; by default a line each on standard error.

    Raises:
        TrainingError: It answers with other shapes, or not at all; the folder is as it was then.
        PackagingError: It does not run as a function.
    """
    place = Path(folder).expanduser().resolve()
    made = _made(policy, place, reporter, name=name, game=game, options=options, temperature=temperature, title=title)
    return Saved(made.manifest.name, made.folder, made.card, made.lines, page_of(made.run))


def deploy_agent(  # noqa: PLR0913 - the same
    policy: bytes | Layers,
    *,
    name: str,
    game: str,
    options: Mapping[str, Json] | None = None,
    temperature: float | None = None,
    title: str | None = None,
    folder: str | Path | None = None,
    cloud: CloudChoice | None = None,
    reporter: ProgressReporter | None = None,
) -> Deployed:
    """Make a function of ``policy``: do what ``save_agent`` does, then deploy it, as ``deploy`` does."""
    wanted = {"name": name, "game": game, "options": options, "temperature": temperature, "title": title}
    return published(name, folder, cloud, reporter, lambda place: _made(policy, place, reporter, **wanted))


def _made(policy: bytes | Layers, folder: Path, reporter: ProgressReporter | None, **wanted: Any) -> Made:
    from training.prototypes.asked import Asked  # noqa: PLC0415 - heavy: onnx
    from training.prototypes.folder import make  # noqa: PLC0415

    wanted["options"] = dict(wanted["options"] or {})
    asked = Asked(policy, agent=True, source="la.deploy_agent", **wanted)
    return make(asked, folder, reporter or Lines(), prove=prove, keeper=runs())
