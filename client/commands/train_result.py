"""What ``lambda-arcade train`` prints at the end: for a person, and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table

from client.commands.context import out
from client.console import labelled

if TYPE_CHECKING:
    from pathlib import Path

    from training.evaluation.verdict import Verdict
    from training.pipeline import Trained

PAGE = "report.html"


def as_json(trained: Trained, deployed: dict[str, Any] | None, runs: Path) -> dict[str, Any]:
    """Return what came of a training, for programs."""
    return {
        "name": trained.manifest.name,
        "game": trained.manifest.game,
        "folder": str(trained.folder) if trained.verdict.passed else None,
        "passed": trained.verdict.passed,
        "reason": trained.verdict.reason,
        "card": trained.card,
        "run": trained.run,
        "report": str(runs / trained.run / PAGE),
        "seconds": dict(trained.seconds),
        "deployed": deployed,
    }


def show(trained: Trained, deployed: dict[str, Any] | None, runs: Path) -> None:
    """Print what came of a training."""
    verdict = trained.verdict
    if verdict.candidate:
        _show_measures(trained.manifest.name, verdict)
    passed = ("passed", "green") if verdict.passed else ("refused", "red")
    out.print(labelled(*passed, f": {verdict.reason}"), soft_wrap=True)
    out.print(", ".join(f"{step} {took:.1f} s" for step, took in trained.seconds.items()))
    if verdict.passed:
        out.print(f"model {str(trained.card['sha256'])[:12]} is in {trained.folder}", soft_wrap=True)
    else:
        out.print("nothing was changed")
    out.print(f"report: {runs / trained.run / PAGE}", soft_wrap=True)
    if deployed:
        out.print(f"deployed as version {deployed['version']} of {deployed['name']} in {deployed['seconds']} s")


def _show_measures(name: str, verdict: Verdict) -> None:
    out.print(f"{name}: {verdict.games} games, mean ± standard error")
    table = Table(box=None, header_style="bold")
    for column in ("measure", "new", "replaced", "difference", "95 % interval", "p"):
        table.add_column(column, justify="left" if column == "measure" else "right")
    for measure, new in verdict.candidate.items():
        old, gap = verdict.current.get(measure), verdict.differences.get(measure)
        cells = [f"{new.mean:.2f} ± {new.standard_error:.2f}"]
        cells += [f"{old.mean:.2f} ± {old.standard_error:.2f}" if old else "-"]
        cells += (
            [f"{gap.mean:+.2f} ± {gap.standard_error:.2f}", f"{gap.low:+.2f} to {gap.high:+.2f}", f"{gap.p:.4f}"]
            if gap
            else ["-"] * 3
        )
        table.add_row(measure, *cells)
    out.print(table)
