"""Takes an observation to a deployed opponent and brings the action back, without ever stopping the caller.

``RequestPool.ask`` returns at once; ``PendingRequest.poll`` says, as often as one likes, whether the move is there.
The deadline holds while waiting, whatever the socket does.  Each match has a time bank for the slow moments (a cold
start), so that one late answer does not lose the opponent its move.  When all fails, the fallback policy plays and the
move says why.
"""

from __future__ import annotations

from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from random import Random
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from ai_functions.runtime.protocol import MoveRequest
from client.net.fallback import fallback_action
from client.net.remote import RemoteError
from games.core import GameError
from games.match import MoveMetadata
from games.record_fields import Proof

if TYPE_CHECKING:
    from ai_functions.runtime.protocol import MoveResponse
    from client.net.remote import RemoteOpponent, Reply
    from games.core import Json, Player
    from games.match import Match
    from games.record import Participant

MOVE_S = 2.0
"""Each move's own time."""
BANK_S = 10.0
"""What a match may spend beyond that, over all its moves."""


@dataclass(slots=True)
class TimeBank:
    """What is left of the time that an opponent may take beyond each move's own."""

    left_s: float = BANK_S

    def allowance_s(self) -> float:
        """Return how long the next answer may take."""
        return MOVE_S + self.left_s

    def spend(self, took_s: float) -> None:
        """Take what an answer needed beyond the move's own time."""
        self.left_s = max(0.0, self.left_s - max(0.0, took_s - MOVE_S))


@dataclass(frozen=True, slots=True)
class Move:
    """What is played, by whom, and how it was chosen."""

    action: Any
    metadata: MoveMetadata
    name: str = ""
    """Empty when the fallback policy played."""
    version: str = ""
    sha256: str = ""
    explanation: Json = None
    detail: str = ""
    """In words, why the fallback policy played."""


def proofs_of(response: MoveResponse, seated: Participant) -> tuple[Proof, ...]:
    """Return what a record keeps of the answer's proof; who answered is named where that is not who is ``seated``."""
    if response.proof is None:
        return ()
    name, version = _other(response.name, seated.name), _other(response.version, seated.version)
    return (Proof(response.proof, name=name, version=version, sha256=_other(response.sha256, seated.sha256)),)


def _other(said: str, seated: str) -> str:
    return "" if said == seated else said


class RequestPool:
    """Threads that wait for HTTP responses; callers poll."""

    def __init__(self, workers: int = 4) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="request")

    def ask(
        self, match: Match, player: Player, opponent: RemoteOpponent, bank: TimeBank, *, explain: bool = False
    ) -> PendingRequest:
        """Send what ``player`` may know now to ``opponent``."""
        observation = match.ask(player)
        allowance_s = bank.allowance_s()
        request = MoveRequest(
            game=match.game.NAME,
            match_id=match.match_id,
            turn=match.step_number,
            seed=match.seed_for(player),
            observation=match.game.encode_observation(observation),
            deadline_ms=round(allowance_s * 1000),
            last_latency_ms=opponent.last_latency_ms,
            explain=explain,
        )
        future = self._pool.submit(opponent.ask, request, allowance_s)
        return PendingRequest(match, player, observation, request.seed, future, bank)

    def close(self) -> None:
        """Let go of the threads; answers that are still under way are dropped."""
        self._pool.shutdown(wait=False, cancel_futures=True)


class PendingRequest:
    """A request under way."""

    def __init__(
        self, match: Match, player: Player, observation: Any, seed: int, future: Future[Reply], bank: TimeBank
    ) -> None:
        self._match = match
        self._player = player
        self._observation = observation
        self._seed = seed
        self._future = future
        self._bank = bank
        self._started = monotonic()
        self._until = self._started + bank.allowance_s()
        self._move: Move | None = None

    def poll(self) -> Move | None:
        """Return the move once the answer is there or its time is up; None before."""
        if self._move is None:
            if self._future.done():
                self._move = self._arrived()
            elif monotonic() >= self._until:
                self._future.cancel()
                self._move = self._fall_back("timeout", f"no answer within {self._until - self._started:.1f} s")
            if self._move is not None:
                self._bank.spend(monotonic() - self._started)
        return self._move

    def wait(self) -> Move:
        """Return the move, waiting for it: for those who have nothing else to do."""
        wait([self._future], timeout=max(0.0, self._until - monotonic()))
        while (move := self.poll()) is None:  # the clock's last microseconds
            sleep(0.0005)
        return move

    def _arrived(self) -> Move:
        game = self._match.game
        try:
            reply = self._future.result()
            action = game.parse_action(reply.response.action)
            game.check(self._match.state, self._player, action)
        except RemoteError as error:
            return self._fall_back(error.cause, str(error))
        except GameError as error:
            return self._fall_back("illegal", str(error))
        except CancelledError:
            return self._fall_back("closed", "the program is closing")
        response = reply.response
        note = f"{reply.attempts} attempts" if reply.attempts > 1 else None
        metadata = MoveMetadata(
            round(reply.latency_ms, 2),
            response.compute_ms,
            response.cold,
            note=note,
            init_ms=response.init_ms,
            request_id=response.request_id,
            proofs=proofs_of(response, self._match.participant(self._player)),
        )
        return Move(action, metadata, response.name, response.version, response.sha256, response.explanation)

    def _fall_back(self, cause: str, detail: str) -> Move:
        waited_ms = round((monotonic() - self._started) * 1000, 2)
        action = fallback_action(self._match.game.NAME, self._observation, Random(self._seed))  # noqa: S311 - a game
        return Move(action, MoveMetadata(latency_ms=waited_ms, fallback=cause), detail=detail)
