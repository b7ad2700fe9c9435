"""A new match between a person and an opponent, from the beginning or from a position of a record."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from games.catalog import find_game
from games.match import Match
from games.record import PERSON

if TYPE_CHECKING:
    from collections.abc import Mapping

    from client.scene_manager import Services, Setup
    from games.core import Player
    from games.fairness import Pledge
    from games.record import Participant

HELPED = "with hints"
"""What a record calls the version of a person who was helped: a participant of their own, so that it rates nobody."""


def new_match(
    world: Services, setup: Setup, seats: Mapping[Player, Participant], pledge: Pledge | None = None
) -> Match:
    """Return a match between ``seats``.  Raises GameError for options, or a position, that the rules do not know.

    Chance follows from ``pledge`` where one is given; a match that goes on keeps what its own follows from.  Where an
    interrupted match is resumed, its players keep their seats, unless the function is another version by now.
    """
    begin = setup.begin
    if begin is None:
        return Match(
            find_game(setup.game),
            seats,
            seed=pledge or world.new_seed(),
            policy_seed=world.new_seed(),
            options=setup.options,
            journal=world.journal(),
        )
    match = Match.continued(begin.record, begin.step, journal=world.journal(), resumed=begin.resumed)
    for player, participant in seats.items():
        before = match.participant(player)
        same = replace(before, since_step=0) == replace(participant, player=player, since_step=0)
        if not begin.resumed or not (same or before.kind == participant.kind == PERSON):
            match.seat(participant)
    return match


def help_person(match: Match, me: Player) -> None:
    """Note that the person in the seat ``me`` is helped from this step on; the match then rates nobody."""
    person = match.participant(me)
    if person.version != HELPED:
        match.seat(replace(person, version=HELPED))
