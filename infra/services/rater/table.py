"""The table of ratings: one item for each match, pair, person and game.

``match#ID`` says that a match is counted, and where; ``pair#[...]`` counts the games of two functions;
``GAME#KIND#NAME`` counts a person's with each function and holds what was fitted to that; ``pairs#GAME`` names a game's
pairs, and ``fit#GAME`` holds the strengths of its functions.

Up to November 2026 a rating was a chain of updates (OpenSkill's ``mu`` and ``sigma``), kept for each game under
``GAME#KIND#NAME`` and before that for all games under ``KIND#NAME``.  Such an item is where a fit starts from, and a
match that was rated then (an item without ``holder``) is counted only by ``ratings recompute``, which needs no start.
"""

from __future__ import annotations

import json
import random
import time
from math import log, sqrt
from typing import TYPE_CHECKING, Any

from infra.services.rater.rating import COLUMNS, Rated, against
from infra.services.rater.strengths import FIRST_RATING, PLAYER_DEVIATION, Counts, Strength, fit_league, fit_player

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from infra.services.rater.rating import Addition

ATTEMPTS = 10
PAUSE_S, MOST_PAUSE_S = 0.05, 2.0
BATCH = 100
"""AWS: how many items one BatchGetItem returns."""
TOTAL = "counted"
"""The attribute with the sum of an item's counts."""
FUNCTION = "function"
OLD_BETA = 25 / 6
OLD_MU = 25.0
OLD_POINTS = 400 / (OLD_BETA * log(10)) / sqrt(2)
"""Points in one unit of an old rating's ``mu``: its model gives the difference of two players sqrt(2) betas."""
OLD_LEAST = 60.0
"""An old rating is no surer than this: a chain of updates forgets how it came about."""

Item = dict[str, Any]


class MisfitError(ValueError):
    """Counts that do not fit each other: the item was written by something else."""


class RatingsTable:
    """The table, through ``call``: the name of an operation and its parameters to its answer.

    ``say`` hears of counts that did not fit their matches and were put right.
    """

    def __init__(
        self,
        name: str,
        call: Callable[..., Any],
        say: Callable[[str], None] = lambda _line: None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._name = name
        self._call = call
        self._say = say
        self._pause = pause
        self._known_pairs: set[str] = set()

    def count(self, match_id: str, started_at: str, addition: Addition, *, old_too: bool = False) -> bool:
        """Add a match to its count, once; return whether it was not counted before.

        A match that was rated by an earlier version is counted only if ``old_too``.
        """
        if addition.about["kind"] == "pair" and addition.holder not in self._known_pairs:
            self._name_pair(addition)
        condition = "attribute_not_exists(holder)" if old_too else "attribute_not_exists(id)"
        note = {
            "TableName": self._name,
            "Item": {
                **_key(f"match#{match_id}"),
                **_texts({"game": addition.game, "started_at": started_at}),
                **_texts({"holder": addition.holder, "column": addition.column}),
            },
            "ConditionExpression": condition,
        }
        for attempt in range(ATTEMPTS):
            try:
                self._call("transact_write_items", TransactItems=[{"Put": note}, {"Update": self._add(addition)}])
            except Exception as error:
                code, reasons = refusal(error)
                if "ConditionalCheckFailed" in reasons:
                    return False
                if code != "TransactionCanceledException" or attempt == ATTEMPTS - 1:
                    raise
                self._pause(min(MOST_PAUSE_S, PAUSE_S * 2**attempt) * (0.5 + random.random() / 2))  # noqa: S311
            else:
                return True
        return False

    def _name_pair(self, addition: Addition) -> None:
        self._call(
            "update_item",
            TableName=self._name,
            Key=_key(f"pairs#{addition.game}"),
            UpdateExpression="ADD pairs :pair",
            ExpressionAttributeValues={":pair": {"SS": [addition.holder]}},
        )
        self._known_pairs.add(addition.holder)

    def _add(self, addition: Addition) -> Item:
        names = {f"#{index}": key for index, key in enumerate(addition.about)}
        values = {f":{index}": {"S": value} for index, value in enumerate(addition.about.values())}
        sets = ", ".join(f"#{index} = :{index}" for index in range(len(names)))
        return {
            "TableName": self._name,
            "Key": _key(addition.holder),
            "UpdateExpression": f"SET {sets} ADD #column :one, #total :one",
            "ExpressionAttributeNames": {**names, "#column": addition.column, "#total": TOTAL},
            "ExpressionAttributeValues": {**values, ":one": {"N": "1"}},
        }

    def fit_game(self, game: str, *, recomputed: bool = False) -> dict[str, Strength]:
        """Fit the functions of ``game`` to each other, keep that and return it.  What misfits is counted anew."""
        pairs = self.get([f"pairs#{game}"]).get(f"pairs#{game}", {})
        items = self.get(pairs.get("pairs", {}).get("SS", []))
        results = {}
        for key, item in items.items():
            try:
                results[item["first"]["S"], item["second"]["S"]] = counts_in(item)
            except MisfitError:
                self.recount([key])
                results[item["first"]["S"], item["second"]["S"]] = counts_in(self.get([key])[key])
        before = self.fit_of(game)
        whole = recomputed or before.get("recomputed", {}).get("BOOL", False)
        names = {name for pair in results for name in pair}
        strengths = fit_league(results, {} if whole else self._old(game, names))
        total = round(sum(counts.games for counts in results.values()))
        told = {name: [item.rating, item.deviation, item.games] for name, item in strengths.items()}
        fitted = {
            **_key(f"fit#{game}"),
            **_texts({"game": game, "strengths": json.dumps(told, sort_keys=True)}),
            TOTAL: _number(total),
            "at": _number(int(time.time())),
            "recomputed": {"BOOL": whole},
        }
        self._unless_newer(
            "put_item",
            Item=fitted,
            ConditionExpression="attribute_not_exists(id) OR #total <= :total",
            ExpressionAttributeNames={"#total": TOTAL},
            ExpressionAttributeValues={":total": _number(total)},
        )
        return strengths

    def _unless_newer(self, operation: str, **parameters: Any) -> None:
        """Keep a fit unless its condition says that there is one of more games: two may be at it at once."""
        try:
            self._call(operation, TableName=self._name, **parameters)
        except Exception as error:
            if refusal(error)[0] != "ConditionalCheckFailedException":
                raise

    def fit_of(self, game: str) -> Item:
        """Return the item with the strengths of the functions of ``game``; empty before there is one."""
        return self.get([f"fit#{game}"]).get(f"fit#{game}", {})

    def fit_person(self, key: str, strengths: Mapping[str, Strength], *, recomputed: bool = False) -> Strength | None:
        """Fit somebody to the functions' ``strengths``, keep that and return it; None where there is nobody."""
        item = self.get([key]).get(key)
        if item is None or TOTAL not in item:
            return None
        try:
            results = results_in(item)
        except MisfitError:
            self.recount([key])
            item = self.get([key])[key]
            results = results_in(item)
        start = None if recomputed else self._start(item)
        unknown = Strength(deviation=PLAYER_DEVIATION)
        strength = fit_player(((strengths.get(name, unknown), counts) for name, counts in results.items()), start)
        low, high = strength.interval
        numbers = {"rating": strength.rating, "deviation": strength.deviation, "low": low, "high": high}
        keys = list(numbers)
        now = {f":{name}": _number(value) for name, value in numbers.items()}
        forget = " REMOVE mu, sigma" if recomputed else ""
        self._unless_newer(
            "update_item",
            Key=_key(key),
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in keys) + forget,
            ConditionExpression="#total = :total",
            ExpressionAttributeNames={**{f"#{name}": name for name in keys}, "#total": TOTAL},
            ExpressionAttributeValues={**now, ":total": item[TOTAL]},
        )
        return strength

    def _start(self, item: Item) -> Strength | None:
        """Return where a person's fit starts from: what an earlier version kept of them."""
        if "mu" in item:
            return old_strength(item)
        key = Rated(item["game"]["S"], item["kind"]["S"], item["name"]["S"]).key_of_all_games
        old = self.get([key]).get(key)
        # It mixes all games: where they got to is the best guess there is, and how sure it was says nothing.
        return None if old is None else Strength(old_strength(old).rating, PLAYER_DEVIATION)

    def _old(self, game: str, names: Iterable[str]) -> dict[str, Strength]:
        """Return what earlier versions kept of functions: each plays one game, so that a rating in all is its own."""
        players = [Rated(game, FUNCTION, name) for name in names]
        items = self.get([key for player in players for key in (player.key, player.key_of_all_games)])
        found = {player.name: items.get(player.key, items.get(player.key_of_all_games)) for player in players}
        return {name: old_strength(item) for name, item in found.items() if item is not None and "mu" in item}

    def recount(self, keys: Iterable[str] | None = None) -> list[str]:
        """Count anew, from the matches, the items ``keys`` (None: all); return what differed, in sentences."""
        wanted = None if keys is None else set(keys)
        true: dict[str, dict[str, int]] = {}
        for item in self.scan("begins_with(id, :prefix) AND attribute_exists(holder)", {":prefix": {"S": "match#"}}):
            holder, column = item["holder"]["S"], item["column"]["S"]
            if wanted is None or holder in wanted:
                columns = true.setdefault(holder, {})
                columns[column] = columns.get(column, 0) + 1
        if wanted is None:
            held = [item["id"]["S"] for item in self.scan(f"attribute_exists({TOTAL}) AND attribute_exists(kind)", {})]
            true |= {key: {} for key in held if key not in true}
        said = []
        items = self.get(true)
        for key, columns in true.items():
            had = {name: _count(value) for name, value in items.get(key, {}).items() if _is_column(name)}
            total = _count(items.get(key, {}).get(TOTAL, {}))
            if {name: count for name, count in had.items() if count != 0} != columns or total != sum(columns.values()):
                self._correct(key, had, columns)
                said.append(f"{key}: {_told(had)} where the matches say {_told(columns)}")
                self._say(f"counted anew: {said[-1]}")
        return said

    def _correct(self, key: str, had: Mapping[str, int | None], columns: Mapping[str, int]) -> None:
        after = {**dict.fromkeys(had, 0), **columns, TOTAL: sum(columns.values())}
        names = {f"#{index}": name for index, name in enumerate(after)}
        values = {f":{index}": _number(count) for index, count in enumerate(after.values())}
        sets = ", ".join(f"#{index} = :{index}" for index in range(len(after)))
        self._call(
            "update_item", TableName=self._name, Key=_key(key), UpdateExpression=f"SET {sets}",
            ExpressionAttributeNames=names, ExpressionAttributeValues=values,
        )  # fmt: skip

    def counted_matches(self) -> set[str]:
        """Return the ids of all matches that are in a count."""
        found = self.scan("begins_with(id, :prefix) AND attribute_exists(holder)", {":prefix": {"S": "match#"}})
        return {item["id"]["S"].removeprefix("match#") for item in found}

    def old_matches(self) -> set[str]:
        """Return the ids of the matches that an earlier version rated and nobody has counted since."""
        found = self.scan("begins_with(id, :prefix) AND attribute_not_exists(holder)", {":prefix": {"S": "match#"}})
        return {item["id"]["S"].removeprefix("match#") for item in found}

    def people(self) -> list[Item]:
        """Return the items of all who are no functions."""
        found = self.scan(f"attribute_exists({TOTAL}) AND attribute_exists(kind)", {})
        return [item for item in found if item["kind"]["S"] not in {"pair", "others"}]

    def games(self) -> list[str]:
        """Return the games of which functions have played each other."""
        found = self.scan("begins_with(id, :prefix)", {":prefix": {"S": "pairs#"}})
        return sorted(item["id"]["S"].removeprefix("pairs#") for item in found)

    def get(self, keys: Iterable[str]) -> dict[str, Item]:
        """Return the items with ``keys`` that there are, by key."""
        left = sorted(set(keys))
        found: dict[str, Item] = {}
        while left:
            asked = {"Keys": [_key(key) for key in left[:BATCH]], "ConsistentRead": True}
            answer = self._call("batch_get_item", RequestItems={self._name: asked})
            got = {item["id"]["S"]: item for item in answer["Responses"].get(self._name, [])}
            again = answer.get("UnprocessedKeys", {}).get(self._name, {}).get("Keys", [])
            if again and not got:
                self._pause(PAUSE_S)
            found |= got
            left = [*(key["id"]["S"] for key in again), *left[BATCH:]]
        return found

    def scan(self, expression: str, values: Item) -> Iterator[Item]:
        """Yield the items for which ``expression`` holds."""
        start: Item = {}
        while True:
            given = {"ExpressionAttributeValues": values} if values else {}
            answer = self._call("scan", TableName=self._name, FilterExpression=expression, **given, **start)
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}


def refusal(error: Exception) -> tuple[str, list[str]]:
    """Return the code of an SDK's error, and the reasons of each part of a transaction; nothing of another error."""
    answer = getattr(error, "response", None) or {}
    reasons = [str(reason.get("Code")) for reason in answer.get("CancellationReasons", [])]
    return str(answer.get("Error", {}).get("Code", "")), reasons


def strengths_in(fit: Item) -> dict[str, Strength]:
    """Return the strengths that a ``fit#GAME`` item holds."""
    told = json.loads(fit["strengths"]["S"]) if fit else {}
    return {
        name: Strength(float(rating), float(deviation), int(games)) for name, (rating, deviation, games) in told.items()
    }


def counts_in(item: Item) -> Counts:
    """Return the counts of a pair.  Raises MisfitError."""
    return Counts(*_fitting([item.get(column) for column in COLUMNS], item))


def results_in(item: Item) -> dict[str, Counts]:
    """Return a person's counts with each function.  Raises MisfitError."""
    names = sorted({name.partition("#")[2] for name in item if _is_column(name)})
    counts = _fitting([item.get(against(column, name)) for name in names for column in COLUMNS], item)
    return {name: Counts(*counts[3 * at : 3 * at + 3]) for at, name in enumerate(names)}


def _fitting(values: Iterable[Item | None], item: Item) -> list[int]:
    """Return the counts ``values`` of ``item``, where each is one and they sum up to what the item says."""
    counts = [0 if value is None else _count(value) for value in values]
    whole = [count for count in counts if count is not None and count >= 0]
    if len(whole) < len(counts) or sum(whole) != _count(item.get(TOTAL, {})):
        raise MisfitError(f"{item['id']['S']}: counts {counts} of {item.get(TOTAL)} games")
    return whole


def old_strength(item: Item) -> Strength:
    """Return a rating that an earlier version kept, on the scale of today."""
    rating = FIRST_RATING + (float(item["mu"]["N"]) - OLD_MU) * OLD_POINTS
    return Strength(rating, max(OLD_LEAST, float(item["sigma"]["N"]) * OLD_POINTS), int(item["games"]["N"]))


def _is_column(name: str) -> bool:
    return name.partition("#")[0] in COLUMNS


def _count(value: Item) -> int | None:
    """Return a count; None for what is none."""
    try:
        number = float(value["N"])
    except (KeyError, ValueError, TypeError):
        return None
    return int(number) if number == int(number) else None


def _told(columns: Mapping[str, int | None]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(columns.items())) or "nothing"


def _key(name: str) -> Item:
    return {"id": {"S": name}}


def _texts(values: Mapping[str, str]) -> Item:
    return {key: {"S": value} for key, value in values.items()}


def _number(value: float) -> Item:
    return {"N": repr(value)}
