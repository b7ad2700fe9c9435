"""Folders that hold opponents, and the stack each of them should have."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from ai_functions.runtime.manifest import MANIFEST, Manifest, ManifestError
from infra.build.packaging import ROOT, Package, PackagingError
from infra.core.names import URL_MARK
from infra.deploy.auth import IAM, KEY
from infra.deploy.plan import Upload, Wanted
from infra.local.paths import cloud_paths
from infra.templates import template

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from infra.build.layers import Target
    from infra.core.names import Names
    from infra.core.state import Stack

MOST_ROUTED = 58
"""Opponents with routes on one API, five each: AWS allows 300, of which seven are the platform's and the site's.

Whoever comes after is called by a URL.
"""
SOURCES = frozenset({"sqs", "kinesis", "dynamodb"})
URLS = ("none", "iam", "public")
ROUTED = "yes"
MOST_LISTED = 3500
"""Characters, as in the template: CloudFormation and SSM allow some 4,000."""
LADDER = ROOT / "ai_functions"
IN_CHECKOUT = (ROOT / "pyproject.toml").exists()
"""Whether the program runs from its repository.  An installation is nobody's to write into."""


def ladder_folders() -> list[Path]:
    """Return the folders of our own opponents, each where it was trained last."""
    return [_latest(path.parent) for path in sorted(LADDER.glob(f"*/{MANIFEST}"))]


def folder_to_write(folder: Path) -> Path:
    """Return where a new model of the opponent in ``folder`` is to be put.

    That is its own folder, except for an opponent of the ladder that came with an installation: that one's place is in
    the user's data folder, where it is found first from then on.
    """
    return _kept_by_user(folder) if folder.parent == LADDER and not IN_CHECKOUT else folder


def _latest(shipped: Path) -> Path:
    kept = _kept_by_user(shipped)
    return kept if not IN_CHECKOUT and (kept / MANIFEST).exists() else shipped


def _kept_by_user(shipped: Path) -> Path:
    return cloud_paths().home / "opponents" / shipped.name


def find_folder(name_or_folder: str) -> Path:
    """Return the folder that a person means: a path, or the name of one of ours.  Raises PackagingError."""
    path = Path(name_or_folder).expanduser()
    if (path / MANIFEST).exists():
        return path.resolve()
    own = LADDER / name_or_folder
    if "/" not in name_or_folder and (own / MANIFEST).exists():
        return _latest(own)
    names = ", ".join(folder.name for folder in ladder_folders()) or "none yet"
    raise PackagingError(f"{name_or_folder}: neither a folder with {MANIFEST} nor one of the ladder: {names}")


def wanted_opponent(  # noqa: PLR0913 - all of it goes into the stack
    names: Names,
    target: Target,
    manifest: Manifest,
    package: Package,
    card: Mapping[str, object],
    *,
    platform: Mapping[str, str],
    layer_arns: Sequence[str],
    settings: Mapping[str, str],
) -> Wanted:
    """Return the stack of an opponent.

    ``platform`` are the platform stack's outputs, ``settings`` further parameters of the template.
    """
    needs = manifest.function
    listing = {
        "name": manifest.name,
        "game": manifest.game,
        "title": manifest.title,
        "difficulty": manifest.difficulty,
        "author": manifest.author,
        "colour": manifest.colour,
        "algorithm": manifest.algorithm,
        "deadline_ms": manifest.deadline_ms,
        "plays": dict(manifest.plays),
        "sha256": card.get("sha256", ""),
        "rating": card.get("rating"),
        "measured": _measured(card),
        "invoke": f"{names.function(manifest.name)}:live",
        "memory_mb": needs.memory_mb,
        "architecture": target.architecture,
        **({} if settings.get("Routes", ROUTED) == ROUTED else {"routed": False, "url": URL_MARK}),
    }
    parameters = {
        "Prefix": names.prefix,
        "OpponentName": manifest.name,
        "Listing": _listed(listing),
        "BucketName": platform["BucketName"],
        "ApiId": platform["ApiId"],
        "DeadLettersQueue": platform["DeadLettersQueue"],
        "CanaryAlarmsTopic": platform["CanaryAlarmsTopic"],
        "ArtifactKey": package.key,
        "ArtifactSha256": package.sha256_base64,
        "LayerArns": ",".join(layer_arns) or "none",
        "Runtime": target.runtime,
        "Architecture": target.architecture,
        "MemoryMb": str(needs.memory_mb),
        "TimeoutSeconds": str(needs.timeout_s),
        "ReservedConcurrency": str(-1 if needs.reserved_concurrency is None else needs.reserved_concurrency),
        "DeadlineMs": str(manifest.deadline_ms),
        **settings,
    }
    return Wanted(
        stack=names.opponent(manifest.name),
        label=manifest.name,
        template=template("opponent"),
        parameters=parameters,
        tags={"application": names.prefix, "opponent": manifest.name, "game": manifest.game},
        upload=Upload(package.key, package.sha256, len(package.content)),
        function=names.function(manifest.name),
    )


def _listed(listing: Mapping[str, object]) -> str:
    """Return what the catalog is told.  Raises PackagingError for more than a parameter of the stack holds."""
    text = json.dumps(listing, separators=(",", ":"))
    if len(text) > MOST_LISTED:
        raise PackagingError(
            f"{listing['name']}: what {MANIFEST} says has {len(text)} characters as JSON; wanted: at most {MOST_LISTED}"
        )
    return text


def _measured(card: Mapping[str, object]) -> dict[str, float]:
    """Return the means of what was measured when the model was last gated; empty without a model."""
    evaluation = card.get("evaluation")
    played = evaluation.get("candidate") if isinstance(evaluation, dict) else None
    return {name: round(value["mean"], 2) for name, value in (played or {}).items()}


def beyond_routes(folders: Sequence[Path], found: Mapping[str, Stack], names: Names) -> frozenset[str]:
    """Return the names of the opponents in ``folders`` for which the API has no routes left, the last that come."""
    opponents = {name: stack for name, stack in found.items() if name.startswith(names.opponents)}
    left = MOST_ROUTED - sum(stack.parameters.get("Routes", ROUTED) == ROUTED for stack in opponents.values())
    new = [name for name in map(_name, folders) if name and names.opponent(name) not in opponents]
    return frozenset(new[max(0, left) :])


def _name(folder: Path) -> str:
    try:
        return Manifest.load(folder).name
    except ManifestError:
        return ""  # told when its turn comes


def called_by(kind: str | None, stack: Stack | None, authorization: str, *, routed: bool) -> dict[str, str]:
    """Return the template's parameters for routes and a URL of the function's own; None keeps what ``stack`` has.

    Raises PackagingError for a kind of URL that there is not, or that would leave no way to the function.
    """
    if stack is not None:
        routed = stack.parameters.get("Routes", ROUTED) == ROUTED
    if routed:
        return {"Routes": ROUTED, **function_url(kind, stack)}
    if authorization == KEY:
        raise PackagingError(
            f"the API has no routes left after {MOST_ROUTED} opponents, and a URL asks for no key: --auth iam does"
        )
    if kind == URLS[0]:
        raise PackagingError("--url none: this opponent has no routes, and would have no way to it at all")
    wanted = "iam" if authorization == IAM else "public"
    return {"Routes": "no", **function_url(kind or (None if stack else wanted), stack)}


def function_url(kind: str | None, stack: Stack | None) -> dict[str, str]:
    """Return the template's parameter for a URL of the function's own; None keeps what ``stack`` has.

    Raises PackagingError for a kind of URL that there is not.
    """
    if kind is not None and kind not in URLS:
        raise PackagingError(f"--url {kind!r}: it is one of {', '.join(URLS)}")
    kept = stack.parameters.get("FunctionUrl", URLS[0]) if stack else URLS[0]
    return {"FunctionUrl": kind or kept}


def subscription(arn: str | None, stack: Stack | None) -> dict[str, str]:
    """Return the template's parameters for reading recorded games from ``arn``; None keeps what ``stack`` has.

    Raises PackagingError for an ARN of something that cannot be read.
    """
    kept = stack.parameters if stack else {}
    if arn == "none" or (arn is None and kept.get("RecordsSourceKind", "none") == "none"):
        return {"RecordsSourceKind": "none"}
    if arn is None:
        arn = kept["RecordsSource"]
    parts = arn.split(":")
    kind = parts[2] if len(parts) > 5 and parts[0] == "arn" else ""  # noqa: PLR2004 - what an ARN has
    if kind not in SOURCES:
        raise PackagingError(
            f"--subscribe {arn!r}: give the ARN of an SQS queue, a Kinesis stream or a DynamoDB stream"
        )
    return {"RecordsSource": arn, "RecordsSourceKind": kind}
