"""Whether the functions of a record answered as it says: its proofs, checked with the platform's keys.

Seen and asked is what the rules say when the match is played again, so a proof holds for nothing but the very moment
of the very match in which the function answered.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from ai_functions.runtime.proof import Claim, ProofKey, digest, proves
from games.catalog import find_game
from games.record import FUNCTION, move_seed, replay

if TYPE_CHECKING:
    from collections.abc import Mapping

    from games.record import GameRecord, Participant, Turn
    from games.record_fields import Proof


class Asked(NamedTuple):
    """A question that a proof says was answered: when, of whom, and about what of it (empty for all)."""

    step: int
    player: str
    about: tuple[str, ...]


def why_unproved(record: GameRecord, keys: Mapping[str, bytes], listed: Mapping[str, str] | None = None) -> str:
    """Return why ``record`` is not proved; empty if each turn of each function is.

    ``keys`` are the platform's by their numbers, ``listed`` the game of each opponent that the catalogue knows, where
    that is to be compared.  Raises RecordError for a record that the rules do not allow.
    """
    functions = {index for index, one in enumerate(record.participants) if one.kind == FUNCTION}
    if not any(turn.participant in functions for turn in record.turns):
        return "no function played"
    check = _Check(record, keys, listed)
    questions: dict[int, list[Asked]] = {}
    for item in {_asked(turn, proof) for turn in record.turns for proof in turn.proofs}:
        questions.setdefault(item.step, []).append(item)
    before: Any = None
    for frame in replay(record):
        for turn in frame.turns:
            if turn.participant in functions and (why := check.wrong(turn, before)):
                return f"step {turn.step}, {turn.player}: {why}"
        before = frame.state
        for item in questions.pop(frame.step, ()):
            check.look(item, frame.state)
    return ""


def foreign_keys(record: GameRecord, keys: Mapping[str, bytes]) -> set[str]:
    """Return the numbers of keys that proofs of ``record`` name and that are none of ``keys``, the platform's own.

    Whether such a proof is one, nobody can tell here: another platform made it, or one that was destroyed.
    """
    return {_key_id(proof) for turn in record.turns for proof in turn.proofs} - keys.keys()


def _key_id(proof: Proof) -> str:
    return proof.proof.partition(".")[0]


def _asked(turn: Turn, proof: Proof) -> Asked:
    return Asked(turn.step if proof.step < 0 else proof.step, turn.player, proof.asked)


@dataclass
class _Check:
    """What one record's proofs are compared with."""

    record: GameRecord
    keys: Mapping[str, bytes]
    listed: Mapping[str, str] | None
    seen: dict[Asked, Any] = field(default_factory=dict)
    """What functions saw, by question."""
    answered: dict[str, int] = field(default_factory=dict)
    """When each ghost last took what it was told: what was asked before then is about another place."""

    @property
    def game(self) -> Any:
        """The rules."""
        return find_game(self.record.game)

    def look(self, item: Asked, state: Any) -> None:
        """Note what was seen; nothing for a question that this game does not ask."""
        if not item.about:
            self.seen[item] = self.game.ask(state, item.player)
        elif hasattr(self.game, "ask_early"):
            self.seen[item] = self.game.ask_early(state, item.player, item.about)

    def wrong(self, turn: Turn, state: Any) -> str:
        """Return why ``turn``, played in ``state``, is not proved; empty if it is."""
        if not turn.proofs:
            return "there is no proof"
        one = self.record.participants[turn.participant]
        left = set(turn.action.split(" "))
        for proof in turn.proofs:
            asked = _asked(turn, proof)
            if asked not in self.seen:
                return f"nothing was asked at step {asked.step}"
            action = proof.action or turn.action
            due = self._due(asked, turn, state)
            if why := self._forged(one, proof, asked, action) or self._misnamed(one, proof, due):
                return why
            if asked.about:
                left -= {word for word in action.split(" ") if word.partition(":")[0] in due}
            elif action == turn.action:
                left.clear()
        for word in turn.action.split(" "):
            self.answered[word.partition(":")[0]] = turn.step
        return f"nobody answered {' '.join(sorted(left))}" if left else ""

    def _due(self, asked: Asked, turn: Turn, state: Any) -> frozenset[str]:
        """Return the ghosts that ``turn`` moves by an answer to this question."""
        if not asked.about:
            return frozenset()
        still: frozenset[str] = self.game.still_asked(self.seen[asked], self.game.ask(state, turn.player))
        return frozenset(ghost for ghost in still & set(asked.about) if self.answered.get(ghost, -1) < asked.step)

    def _forged(self, one: Participant, proof: Proof, asked: Asked, action: str) -> str:
        """Return why ``proof`` is none of this answer to this question; empty if it is."""
        key_id = _key_id(proof)
        if key_id not in self.keys:
            return f"the proof was made with key {key_id}, which this cloud does not have"
        ghost = asked.about[0] if asked.about else ""
        name = proof.name or _told(one.name, ghost)
        claim = Claim(
            name,
            proof.version or _told(one.version, ghost),
            proof.sha256 or _told(one.sha256, ghost),
            self.record.match_id,
            asked.step,
            move_seed(self.record.policy_seed, asked.step, asked.player),
            digest(self.game.encode_observation(self.seen[asked])),
            action,
        )
        own = ProofKey.of(self.keys[key_id], key_id, name)
        return "" if proves(proof.proof, own, claim) else f"the proof is not what {name} would have made of it"

    def _misnamed(self, one: Participant, proof: Proof, ghosts: frozenset[str]) -> str:
        """Return why whoever made ``proof`` is not who the record says; empty if it is."""
        for ghost in sorted(ghosts) if proof.asked else [""]:
            name, version = _told(one.name, ghost), _told(one.version, ghost)
            if (name, version) != (proof.name or name, proof.version or version):
                return f"{proof.name} {proof.version} answered, not {name} {version}"
        who = proof.name or one.name
        if self.listed is not None and self.listed.get(who) != self.record.game:
            return f"the catalogue knows no {who} that plays {self.record.game}"
        return ""


def _told(words: str, ghost: str) -> str:
    """Return what a participant's words say of ``ghost``: they tell it ghost by ghost where several functions play."""
    by_ghost = dict(word.partition(":")[::2] for word in words.split(" "))
    return by_ghost.get(ghost, words) if ":" in words else words
