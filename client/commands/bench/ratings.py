"""What the ratings make of leagues whose strengths are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from client.commands.bench.table import AsJson, show

if TYPE_CHECKING:
    from games.core import JsonObject


def ratings(
    leagues: Annotated[int, typer.Option(min=2, help="How many leagues of four functions.")] = 1000,
    games: Annotated[int, typer.Option(min=1, help="Games of each pair, and of a person with each.")] = 25,
    draws: Annotated[float, typer.Option(min=0, max=0.9, help="How often, between equals, a game is drawn.")] = 0.0,
    seed: Annotated[int, typer.Option(help="Of the chance they are played by.")] = 1,
    json: AsJson = False,  # noqa: FBT002 - typer's way to say a flag
) -> None:
    """Play leagues of known strength by chance, and compare what is shown with the truth."""
    from infra.services.rater.league import Study, run_study  # noqa: PLC0415 - infra is imported inside commands

    found = run_study(Study(leagues, games, games, draws), seed)
    rows: list[JsonObject] = [
        {"what": "gap, points", "true": gap.true, "shown": round(gap.shown, 1), "error": round(gap.error, 1)}
        for gap in found.gaps
    ]
    for what, share in (
        ("functions in their 95 % interval", found.covered),
        ("people in theirs", found.people_covered),
    ):
        rows.append({"what": what, "true": 0.95, "shown": round(share, 3),
                     "error": round((share * (1 - share) / leagues) ** 0.5, 3)})  # fmt: skip
    show(rows, json=json, title=f"{leagues} leagues, {games} games of each pair")
