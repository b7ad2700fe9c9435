"""What a model looks at: how much worse it foretells when one thing that it knows is shuffled.

Permutation importance (Breiman 2001), on games held out.  Where one candidate is chosen among others, a thing is
shuffled among the candidates of each decision; elsewhere among all rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from training.report.questions import CHOICE, chances_of, losses_of, matches_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from training.report.foretelling import Matches
    from training.report.questions import Foretelling, Questions

    Ask = Callable[[NDArray[np.float32]], NDArray[Any]]

_SEED = 20_260_103


def importance(
    foretelling: Foretelling,
    questions: Questions,
    ask: Ask,
    matches: Matches,
    progress: Callable[[int, int], None],
) -> list[Any]:
    """Return for each thing that the model looks at the rise of its loss without it, the largest first."""
    match = matches_of(questions)
    before = losses_of(foretelling, questions, chances_of(foretelling, questions, ask(questions.rows)))
    order = _order(foretelling, questions)
    found: list[Any] = []
    for number, (words, columns) in enumerate(foretelling.columns.items()):
        if _says_something(questions, columns, foretelling):
            rows = questions.rows.copy()
            rows[:, columns] = questions.rows[order][:, columns]
            after = losses_of(foretelling, questions, chances_of(foretelling, questions, ask(rows)))
            found.append({"what": words, "rise": matches.mean(after - before, match)})
        progress(number + 1, len(foretelling.columns))
    return sorted(found, key=lambda item: -item["rise"]["value"])


def _order(foretelling: Foretelling, questions: Questions) -> NDArray[np.int64]:
    """Return for each row the row whose values it gets."""
    random = np.random.default_rng(_SEED)
    drawn = random.random(len(questions.rows))
    if foretelling.kind != CHOICE:
        return np.argsort(drawn)
    into = np.lexsort((np.arange(len(drawn)), questions.decision))
    found = np.empty(len(drawn), np.int64)
    found[into] = np.lexsort((drawn, questions.decision))
    return found


def _says_something(questions: Questions, columns: Sequence[int], foretelling: Foretelling) -> bool:
    """Say whether the columns differ anywhere, or, for a choice, between candidates of one decision."""
    values = questions.rows[:, list(columns)]
    if foretelling.kind == CHOICE:
        first = np.flatnonzero(np.diff(questions.decision, prepend=-1))
        return bool((values != values[first][questions.decision]).any())
    return bool((values != values[:1]).any())
