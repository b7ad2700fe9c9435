"""The schedule alone: what is asked when, and which answer counts.  Ticks are made up; there is no match."""

from __future__ import annotations

from bisect import bisect_left
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from client.games.pacman.network.messages import CLASSIC, PREFETCHED, REFRESHED, Ask, AskResult, Counts
from client.games.pacman.network.schedule import BURST, IN_FLIGHT, REQUESTS_A_MINUTE, Schedule
from games.pacman.names import GHOSTS
from games.pacman.observation import Decision

ALONE = dict.fromkeys(GHOSTS, "team")
FAST_MS = 10.0


def ahead(ghost: str, ticks: int, junction: tuple[int, int] = (6, 5), heading: str = "left") -> Decision:
    return Decision(ghost, junction, heading, ("up", "left"), ticks)


def answered(ask: Ask, direction: str = "up", latency_ms: float = FAST_MS) -> AskResult:
    return AskResult(ask.number, dict.fromkeys(ask.questions, direction), latency_ms=latency_ms)


def warmed() -> Schedule:
    """Return a schedule that knows the function to answer within 10 ms."""
    schedule = Schedule(ALONE)
    (ask,) = schedule.look(0, [ahead("clyde", 50, (1, 1))])
    schedule.take(answered(ask))
    schedule.look(1, [])
    schedule.counts = Counts()
    return schedule


def test_a_new_junction_is_asked_about_at_once():
    schedule = Schedule(ALONE)
    (ask,) = schedule.look(0, [ahead("blinky", 40)])
    assert ask.questions["blinky"].kind == PREFETCHED
    assert schedule.look(1, [ahead("blinky", 39)]) == []


def test_ghosts_of_one_function_share_a_request_and_those_of_four_do_not():
    decide = [ahead(ghost, 40) for ghost in GHOSTS]
    (shared,) = Schedule(ALONE).look(0, decide)
    assert set(shared.questions) == set(GHOSTS)
    apart = Schedule({ghost: f"function of {ghost}" for ghost in GHOSTS}).look(0, decide)
    assert [set(ask.questions) for ask in apart] == [{ghost} for ghost in GHOSTS]


def test_the_refresh_is_sent_as_late_as_the_slowest_twentieth_of_round_trips_allows():
    schedule = warmed()
    lead = schedule.lead_ticks("team")
    schedule.look(2, [ahead("blinky", 40)])
    sent = [left for left in range(39, -1, -1) if schedule.look(42 - left, [ahead("blinky", left)])]
    assert sent == [lead]
    slow = Schedule(ALONE)
    for number in range(100):
        (ask,) = slow.look(number * 10, [ahead("blinky", 60, (number + 2, 5))])
        slow.take(answered(ask, latency_ms=300.0 if number % 10 == 0 else FAST_MS))
    assert slow.slowest_twentieth_ms("team") == 300.0
    assert slow.lead_ticks("team") > lead


def test_the_newest_answer_counts_even_when_it_comes_first():
    schedule = warmed()
    (first,) = schedule.look(2, [ahead("blinky", 40)])
    (second,) = schedule.look(3, [ahead("blinky", 1)])
    schedule.take(answered(second, "left"))
    schedule.take(answered(first, "up"))
    schedule.look(4, [ahead("blinky", 0)])
    (choice,) = schedule.settle()
    assert (choice.exit, choice.kind) == ("left", REFRESHED)
    assert schedule.counts.stale == 1


def test_when_the_refresh_is_late_the_prefetched_answer_is_played_and_the_late_one_only_counted():
    schedule = warmed()
    (first,) = schedule.look(2, [ahead("blinky", 40)])
    schedule.take(answered(first, "up"))
    (second,) = schedule.look(3, [ahead("blinky", 1)])
    schedule.look(4, [ahead("blinky", 0)])
    (choice,) = schedule.settle()
    assert (choice.exit, choice.kind) == ("up", PREFETCHED)
    schedule.passed("blinky")
    schedule.take(answered(second, "left"))
    assert schedule.counts.late == 1
    assert schedule.settle() == []


def test_without_any_answer_the_arcade_decides_and_the_cause_is_told():
    schedule = Schedule(ALONE)
    schedule.look(0, [ahead("blinky", 0), ahead("pinky", 30)])
    (choice,) = schedule.settle()
    assert (choice.ghost, choice.exit, choice.kind, choice.cause) == ("blinky", None, CLASSIC, "late")
    assert schedule.settle() == []


def test_a_failed_request_names_its_cause_when_nothing_else_came():
    schedule = Schedule(ALONE)
    (ask,) = schedule.look(0, [ahead("blinky", 2)])
    schedule.take(AskResult(ask.number, failure="unreachable"))
    schedule.look(1, [ahead("blinky", 0)])
    (choice,) = schedule.settle()
    assert choice.cause == "unreachable"
    assert schedule.counts.causes == {"unreachable": 1}


def test_an_illegal_exit_is_counted_and_never_played():
    schedule = Schedule(ALONE)
    (ask,) = schedule.look(0, [ahead("blinky", 20), ahead("pinky", 20)])
    schedule.take(AskResult(ask.number, {"blinky": "down", "clyde": "up"}))
    schedule.look(1, [ahead("blinky", 0), ahead("pinky", 0)])
    choices = schedule.settle()
    assert [(choice.ghost, choice.exit, choice.cause) for choice in choices] == [
        ("blinky", None, "illegal"),
        ("pinky", None, "illegal"),
    ]
    assert schedule.counts.illegal == 2


def test_a_forced_reversal_makes_the_answers_before_it_stale():
    schedule = warmed()
    (ask,) = schedule.look(2, [ahead("blinky", 40)])
    schedule.look(3, [ahead("blinky", 12, (9, 5), "right")])
    schedule.take(answered(ask))
    schedule.look(4, [ahead("blinky", 0, (9, 5), "right")])
    (choice,) = schedule.settle()
    assert choice.exit is None
    assert schedule.counts.stale == 1


def test_a_ghost_that_was_eaten_meanwhile_plays_nothing():
    schedule = warmed()
    (ask,) = schedule.look(2, [ahead("blinky", 3)])
    schedule.look(3, [])
    schedule.take(answered(ask))
    assert schedule.settle() == []
    assert schedule.counts.stale == 1


def test_the_same_junction_again_is_another_visit():
    schedule = warmed()
    (ask,) = schedule.look(2, [ahead("blinky", 1)])
    schedule.take(answered(ask))
    schedule.look(3, [ahead("blinky", 0)])
    assert len(schedule.settle()) == 1
    schedule.passed("blinky")
    (again,) = schedule.look(4, [ahead("blinky", 40)])
    assert again.questions["blinky"].visit != ask.questions["blinky"].visit


def test_a_swapped_function_makes_the_old_ones_answers_stale_and_is_asked_itself():
    schedule = warmed()
    (ask,) = schedule.look(2, [ahead("blinky", 40), ahead("pinky", 40, (1, 1))])
    schedule.drive("blinky", "newcomer")
    schedule.take(answered(ask))
    (mine,) = schedule.look(3, [ahead("blinky", 39), ahead("pinky", 39, (1, 1))])
    assert (mine.function, set(mine.questions)) == ("newcomer", {"blinky"})
    schedule.take(answered(mine, "left"))
    schedule.look(4, [ahead("blinky", 0), ahead("pinky", 0, (1, 1))])
    assert {choice.ghost: choice.exit for choice in schedule.settle()} == {"blinky": "left", "pinky": "up"}


def test_a_function_that_hangs_is_not_asked_for_ever():
    schedule = Schedule(ALONE)
    asks = [ask for tick in range(50) for ask in schedule.look(tick, [ahead("blinky", 30, (tick, 1))])]
    assert len(asks) == IN_FLIGHT == schedule.under_way("team")


def test_a_junction_that_was_reached_unforeseen_counts_as_a_fallback():
    schedule = warmed()
    schedule.look(2, [ahead("blinky", 5)])
    schedule.passed("blinky")
    assert (schedule.counts.decisions, schedule.counts.fallback) == (1, 1)


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 2**32 - 1), functions=st.integers(1, 4))
def test_no_minute_sees_more_requests_than_the_budget_and_the_books_balance(seed: int, functions: int):
    random = Random(seed)
    schedule = Schedule({ghost: f"function {index % functions}" for index, ghost in enumerate(GHOSTS)})
    ways: dict[str, tuple[int, tuple[int, int]]] = {}
    under_way: list[Ask] = []
    sent: list[int] = []
    for tick in range(5000):
        for ghost in GHOSTS:
            left, junction = ways.get(ghost, (0, (0, 0)))
            ways[ghost] = (left - 1, junction) if left > 0 else (random.randrange(1, 25), (tick, 1))
        decide = [ahead(ghost, left, junction) for ghost, (left, junction) in ways.items()]
        asks = schedule.look(tick, decide)
        sent += [tick] * len(asks)
        under_way += asks
        while under_way and random.random() < 0.4:
            ask = under_way.pop(random.randrange(len(under_way)))
            failed = random.random() < 0.1
            reply = answered(ask, random.choice(["up", "left", "down"]), random.uniform(1, 400))
            schedule.take(AskResult(ask.number, failure="error") if failed else reply)
        for choice in schedule.settle():
            assert choice.exit in ("up", "left", None)
            schedule.passed(choice.ghost)
    counts = schedule.counts
    assert counts.requests == len(sent) > BURST
    for index, start in enumerate(sent):
        assert bisect_left(sent, start + 3600) - index <= REQUESTS_A_MINUTE
    waiting = sum(len(ask.questions) for ask in under_way)
    assert counts.asked == counts.answered + counts.illegal + counts.failed + waiting
    assert counts.decisions == counts.used + counts.fallback
    assert counts.fallback == counts.causes.total()
    in_hand = counts.answered - counts.used - counts.stale - counts.late
    assert 0 <= in_hand <= len(GHOSTS)
