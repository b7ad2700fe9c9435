"""A report as one page of HTML that asks nobody for anything: style, charts and pictures are in it."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Any

from training.report.charts import Axes, Point, Series, chart, interval_row
from training.report.style import CSS
from training.report.texts import facts, number, of_interval, pairs, plural, share, table, why_not

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from training.report.findings import Found

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""What the page may load: nothing."""
LESS = "less"
WHO = {"new": "new model", "old": "model replaced", "replaced": "model replaced", "guess": "a guess"}


def page(found: Found) -> str:
    """Return the page."""
    data: Any = found.data
    verdict = data["verdict"]
    word = {True: "passed", False: "refused", None: "not judged"}[verdict["passed"]]
    body = [
        f'<p class="soft">Training report · {escape(data["game"])} · {escape(str(data.get("created") or ""))}</p>',
        f'<h1>{escape(data["title"])} <span class="soft">({escape(data["name"])})</span></h1>',
        f'<p><span class="badge {word.replace(" ", "-")}">{word}</span> {escape(verdict["reason"])}</p>',
        facts(_summary(data)),
        _section("What it learned from", _data(data["data"])),
        _section("How well it foretells games it did not see", _foretelling(data["foretelling"])),
        _section("Would more games help?", _curve(data["curve"])),
        _section("What it looks at", _importance(data["importance"])),
        _section("How strong it is", _strength(data["strength"], verdict)),
        _section("What changed in play", _changes(data["changes"], found.pictures)),
        _section("As a function", _function(data["function"])),
        _section("How it was made", _made(data)),
    ]
    head = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f"<title>{escape(data['name'])}: training report</title><style>{CSS}</style></head>"
    )
    return f"{head}<body><main>{''.join(body)}</main></body></html>\n"


def _section(title: str, content: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{content}</section>"


def _summary(data: Any) -> list[tuple[str, str]]:
    told = [(number(data["data"]["games"]), "games, of which " + number(data["data"]["held_out"]) + " held out")]
    foretold = data["foretelling"]
    if "new" in foretold:
        told.append((number(foretold["new"]["loss"]["value"]), foretold["loss"] + " held out"))
        if "accuracy" in foretold["new"]:
            told.append((share(foretold["new"]["accuracy"]["value"]), f"of {foretold['unit']}s foretold"))
    level = next(iter(data["verdict"]["candidate"].items()), None)
    if level is not None:
        by = "" if data["verdict"]["passed"] is None else ", by the gate"
        told.append((f"{level[1]['mean']:.1f} ± {level[1]['standard_error']:.1f}", f"{level[0]}{by}"))
    if data["function"].get("model_bytes"):
        told.append((f"{data['function']['model_bytes'] / 1000:,.0f} kB", "model"))
    runtime = data["function"].get("runtime", {})
    if runtime:
        told.append((f"{runtime['p50_ms']:.1f} ms", "a move, warm"))
    return told


def _data(data: Any) -> str:
    told = [
        ("from", data.get("source", "")),
        (
            "games",
            f"{number(data['games'])}, of which {number(data['held_out'])} held out",
        ),
        ("turns", number(data["turns"]) if "turns" in data else ""),
        ("rows", number(data["rows"]) if "rows" in data else ""),
        ("hash", f"{data.get('records_sha256', data.get('records_fingerprint', ''))}"),
    ]
    players = data.get("players", {})
    if players:
        most = sorted(players.items(), key=lambda item: (-item[1], item[0]))
        named = ", ".join(f"{name} ({count})" for name, count in most[:8])
        told.append(("players", named + (f" and {len(most) - 8} more" if len(most) > 8 else "")))  # noqa: PLR2004
    aside, rows = data["set_aside"], []
    rows += [(str(count), f"records: {_reason(reason)}") for reason, count in aside["reasons"].items()]
    rows += [
        (str(count), f"actions of {name}: functions are not imitated unless they are named")
        for name, count in data["functions_passed_over"].items()
    ]
    if data.get("fallback_turns"):
        rows.append((str(data["fallback_turns"]), "turns that a stand-in played"))
    content = pairs(told)
    if not rows:
        return content + "<p>Nothing was set aside.</p>"
    listed = "".join(f"<li>{escape(line)}</li>" for line in aside["told"][:20])
    more = f"<details><summary>The first of them</summary><ul>{listed}</ul></details>" if listed else ""
    return f"{content}<h3>Set aside</h3>{table(['how many', 'what, and why'], rows)}{more}"


def _reason(reason: str) -> str:
    known = {"no record": "no record could be read there", "game": "of another game", "match_id": "seen before"}
    return known.get(reason, f"the rules do not allow them ({reason})")


def _foretelling(told: Any) -> str:
    if "why_not" in told:
        return why_not(told)
    intro = (
        f"<p>{escape(told['what'].capitalize())}: {number(told['decisions'])} {told['unit']}s of "
        f"{plural(told['matches'], 'match', 'matches')} that were held out. Intervals are at 95 %, by a bootstrap of "
        f"whole matches. {escape(told.get('note', ''))}</p>"
    )
    rows = []
    for who in ("new", "old", "guess"):
        if who in told:
            one = told[who]
            cells = [_keyed(who), of_interval(one["loss"])]
            cells.append(of_interval(one["accuracy"], share) if "accuracy" in one else _explained(one))
            shown = number if told["kind"] == "value" else share
            cells.append("" if who == "guess" else of_interval(one["calibration"]["error"], shown))
            rows.append(cells)
    second = "right at first guess" if "accuracy" in told["new"] else "explained"
    heads = ["", told["loss"], second, "off by, in the mean"]
    return intro + table(heads, rows, markup=True) + _calibration(told)


def _explained(one: Any) -> str:
    return of_interval(one["explained"], share) if "explained" in one else ""


def _keyed(who: str) -> str:
    return f'<span class="c-{"old" if who == "replaced" else who}"><i class="key"></i></span>{WHO[who]}'


def _calibration(told: Any) -> str:
    series = []
    for who in ("old", "new"):
        if who in told:
            points = [
                Point(one["said"], one["came"]["value"], one["came"]["low"], one["came"]["high"])
                for one in told[who]["calibration"]["bins"]
                if one["came"]["value"] is not None
            ]
            series.append(Series(who, points))
    value = told["kind"] == "value"
    axes = Axes("what the model said", "what came" if value else "how often it came", even=True)
    note = (
        "Calibration: candidates in bins by what the model said of them, and what came. On the dashed line, both are "
        "the same; how far they are apart in the mean is the last column of the table."
    )
    return f"<figure>{chart(series, axes, 'calibration')}<figcaption>{note}</figcaption></figure>"


def _curve(told: Any) -> str:
    if "why_not" in told:
        return why_not(told)
    points = [
        Point(one["games"], one["loss"]["value"], one["loss"]["low"], one["loss"]["high"]) for one in told["points"]
    ]
    drawn = chart([Series("new", points)], Axes("games learned from", told["loss"], logarithmic=True), "learning curve")
    rows = [
        [
            number(one["games"]),
            of_interval(one["loss"]),
            of_interval(one["accuracy"], share) if "accuracy" in one else "",
        ]
        for one in told["points"]
    ]
    first, last = told["points"][-2], told["points"][-1]
    gain = first["loss"]["value"] - last["loss"]["value"]
    note = (
        f"From {number(first['games'])} to {number(last['games'])} games the loss falls by {number(gain)}."
        if gain > 0
        else f"From {number(first['games'])} to {number(last['games'])} games the loss does not fall."
    )
    return (
        f'<p>{note} All are asked about the same games held out.</p><div class="two"><figure>{drawn}</figure>'
        f"<div>{table(['games', told['loss'], 'right at first guess'], rows, markup=True)}</div></div>"
    )


def _importance(told: Any) -> str:
    if "why_not" in told:
        return why_not(told)
    if not told["columns"]:
        return "<p>Nothing that it looks at differs between candidates.</p>"
    end = max(one["rise"]["high"] for one in told["columns"])
    begin = min(0.0, *(one["rise"]["low"] for one in told["columns"]))
    rows = [
        f'<div class="row"><span>{escape(one["what"])}</span>'
        f"{interval_row(*_three(one['rise']), begin, end, bar=True, colour='new')}"
        f'<span class="v">{_signed(one["rise"]["value"])}</span></div>'
        for one in told["columns"]
    ]
    return (
        f"<p>By how much the loss ({escape(told['loss'])}) rises when this alone is shuffled, on "
        f"{number(told['decisions'])} decisions held out. Things that tell the same share their weight: each alone "
        "seems to matter less.</p>" + "".join(rows)
    )


def _three(found: Any) -> tuple[float, float, float]:
    return found["value"], found["low"], found["high"]


def _signed(value: float) -> str:
    return f"{value:+.3f}" if abs(value) >= 0.0005 else "0"  # noqa: PLR2004 - what three digits show


def _strength(told: Any, verdict: Any) -> str:
    judged = "".join(f"<li>{escape(one['reason'])}</li>" for one in verdict["answers"])
    gate = f"<p>The gate:</p><ul>{judged}</ul>" if judged else ""
    if "why_not" in told:
        return gate + why_not(told)
    levels = [one["level"] for one in told["players"]]
    begin, end = min(one["low"] for one in levels), max(one["high"] for one in levels)
    rows = []
    for one in told["players"]:
        who, level = one["who"], one["level"]
        colour = {"new": "new", "replaced": "old"}.get(who, "guess")
        gap = one.get("difference")
        apart = (
            ""
            if gap is None
            else f"<br><small>new: {gap['mean']:+.1f} ({gap['low']:+.1f} to {gap['high']:+.1f})</small>"
        )
        rows.append(
            f'<div class="row"><span>{escape(WHO.get(who, who))}</span>'
            f"{interval_row(level['mean'], level['low'], level['high'], begin, end, bar=False, colour=colour)}"
            f'<span class="v">{level["mean"]:.1f}{apart}</span></div>'
        )
    fewer = "fewer is stronger" if told["better"] == LESS else "more is stronger"
    how = (
        f"everybody at the same {told['tasks']} tasks; below, by how much the new model differs in pairs"
        if told.get("in_pairs", True)
        else f"the new model at {told['tasks']} tasks, the others as their cards say; below, by how much it differs"
    )
    intro = f"<p>{escape(told['measure'].capitalize())} ({fewer}), {how}, with its 95 % interval.</p>"
    return gate + intro + "".join(rows)


def _changes(told: Any, pictures: Sequence[Mapping[str, str]]) -> str:
    if "why_not" in told:
        return why_not(told)
    intro = (
        f"<p>In {number(told['looked_at'])} recorded positions of {plural(told['matches'], 'match', 'matches')}, both "
        f"would play differently in {share(told['mean_distance'])} of draws; the likeliest action is another one in "
        f"{share(told['other_best'])} of positions.</p>"
    )
    if not told["positions"]:
        return intro + "<p>They play alike in all of them.</p>"
    return intro + "".join(
        _position(rank, one, drawn)
        for rank, (one, drawn) in enumerate(zip(told["positions"], pictures, strict=True), 1)
    )


def _position(rank: int, one: Any, drawn: Mapping[str, str]) -> str:
    sides = []
    for who in ("old", "new"):
        best = "; ".join(f"{escape(item['action'])} {share(item['chance'])}" for item in one[who])
        caption = f"<figcaption>{_keyed(who)}: {best}</figcaption>"
        sides.append(f"<figure>{drawn.get(who, '')}{caption}</figure>")
    head = (
        f"{rank}. Match {escape(one['match'][:24])}, step {one['step']}: {escape(one['by'])} played "
        f"{escape(one['played'])}"
    )
    return (
        f"<h3>{head}</h3><p class=soft>Both play differently in {share(one['distance'])} of draws.</p>"
        f'<div class="pair">{"".join(sides)}</div>'
    )


def _function(told: Any) -> str:
    runtime = told.get("runtime", {})
    rows = [("model", f"{told['model_bytes'] / 1000:,.1f} kB")] if told.get("model_bytes") else []
    if runtime:
        rows += [
            ("package", f"{runtime['zip_bytes'] / 1000:,.0f} kB, beside its layers"),
            ("cold start", f"{runtime['init_ms']:.0f} ms on this machine"),
            (
                "a warm move",
                f"{runtime['p50_ms']:.1f} ms (median of {runtime['moves']}); the slowest {runtime['worst_ms']:.1f} ms",
            ),
            ("memory", f"{runtime['memory_mb']} MB"),
        ]
    return pairs(rows) + (why_not(told) if "why_not" in told else "")


def _made(data: Any) -> str:
    versions = ", ".join(f"{name} {value}" for name, value in (data.get("versions") or {}).items())
    rows = [
        ("learned by", str(data.get("algorithm") or "")),
        ("seed", str(data["seed"])),
        ("versions", versions),
        ("parameters", json.dumps(data.get("parameters") or {}, ensure_ascii=False)),
    ]
    return f"<pre>{escape(str(data['command']))}</pre>{pairs(rows)}"
