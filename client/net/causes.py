"""Why a function did not play its move, in a sentence for the person at the board.

``client.net.remote`` and ``client.net.request_pool`` name the causes; a record keeps the word, the screen shows this.
"""

from __future__ import annotations

SENTENCES = {
    "timeout": "{name} did not answer in time.",
    "unreachable": "{name} cannot be reached.",
    "throttled": "{name} is asked more than it may answer at once.",
    "error": "{name} ended in an error of its own.",
    "gone": "{name} is not deployed any more; swap the opponent.",
    "refused": "{name} does not accept what it is asked.",
    "nonsense": "{name} answers, but not with a move.",
    "late": "{name} answered too late.",
    "missed": "{name}'s answer was for another junction.",
    "unasked": "There was no time to ask {name}.",
    "illegal": "{name} wanted what the rules do not allow.",
}


def sentence(cause: str, name: str) -> str:
    """Return why ``name`` did not play, given the ``cause`` that its move's record holds."""
    return SENTENCES.get(cause, "{name} gave no answer.").format(name=name)
