"""Plans: what has to be done, from what is wanted and what is there.  No cloud is asked."""

from __future__ import annotations

import pytest

from infra.core.names import Names
from infra.core.state import Pointer, Stack
from infra.deploy.plan import (
    CREATE,
    KEEP,
    REPLACE,
    UPDATE,
    Wanted,
    next_slots,
    plan_opponent,
    plan_stack,
    previous_version,
)

WANTED = Wanted("arcade-opponent-a", "a", "template", {"ArtifactKey": "one"}, function="arcade-a")
CHANGED = Wanted("arcade-opponent-a", "a", "template", {"ArtifactKey": "two"}, function="arcade-a")


def deployed(version: str = "1", **parameters: str) -> Stack:
    settled = {"ArtifactKey": "one", "Release": WANTED.release, "NewSlot": "A"}
    return Stack(WANTED.stack, "UPDATE_COMPLETE", {**settled, **parameters}, {"NewVersion": version})


def test_what_is_missing_is_created():
    assert plan_opponent(WANTED, None, None).verb == CREATE


def test_what_is_there_already_is_left_alone():
    plan = plan_opponent(WANTED, deployed(), Pointer("1"))
    assert plan.verb == KEEP
    assert plan.idle


def test_what_changed_is_updated_and_the_plan_says_what():
    plan = plan_opponent(CHANGED, deployed(), Pointer("1"))
    assert plan.verb == UPDATE
    assert plan.why == ("new code or model",)


def test_another_template_is_a_change_too():
    other = Wanted(WANTED.stack, "a", "another template", WANTED.parameters, function="arcade-a")
    plan = plan_opponent(other, deployed(), Pointer("1"))
    assert plan.verb == UPDATE
    assert plan.why == ("the template",)


@pytest.mark.parametrize("status", ["ROLLBACK_COMPLETE", "CREATE_FAILED", "DELETE_FAILED"])
def test_what_an_interrupted_deployment_left_is_cleared_away_and_made_anew(status: str):
    plan = plan_stack(WANTED, Stack(WANTED.stack, status))
    assert plan.verb == REPLACE
    assert status in plan.why[0]


def test_a_stack_that_was_only_begun_is_created_and_not_taken_from_who_began_it():
    assert plan_stack(WANTED, Stack(WANTED.stack, "REVIEW_IN_PROGRESS")).verb == CREATE


def test_a_stack_whose_function_is_gone_is_made_anew():
    assert plan_stack(WANTED, deployed(), frozenset()).verb == REPLACE
    assert plan_stack(WANTED, deployed(), frozenset({"arcade-a"})).verb == KEEP


def test_a_rollback_is_left_alone_at_start_and_undone_by_an_explicit_deployment():
    assert plan_opponent(WANTED, deployed("2"), Pointer("1"), repoint=False).idle
    assert plan_opponent(WANTED, deployed("2"), Pointer("1")).pointer == Pointer("2")


def test_a_canary_keeps_the_rest_of_the_traffic_on_what_serves():
    plan = plan_opponent(CHANGED, deployed("7"), Pointer("6"), canary=0.1)
    assert plan.parameters["StableVersion"] == "6"
    assert plan.parameters["CanaryWeight"] == "0.1"


def test_a_full_deployment_ends_the_canary():
    plan = plan_opponent(CHANGED, deployed("7", StableVersion="6", CanaryWeight="0.1"), Pointer("6", "7", 0.1))
    assert plan.parameters["StableVersion"] == ""
    assert plan.parameters["CanaryWeight"] == "0"


def test_where_versions_stand_is_no_part_of_a_release():
    moved = Wanted(WANTED.stack, "a", "template", {**WANTED.parameters, "NewSlot": "B", "SlotA": "3"})
    assert moved.release == WANTED.release


def test_slots_go_round_and_keep_what_serves():
    parameters = {"NewSlot": "A"}
    seen = []
    for version in range(1, 8):
        slots = next_slots(parameters, str(version), {str(version)})
        seen.append(slots["NewSlot"])
        parameters = slots
    assert seen == ["B", "C", "A", "B", "C", "A", "B"]


def test_a_version_that_serves_after_a_rollback_keeps_its_slot():
    parameters = {"NewSlot": "C", "SlotA": "1", "SlotB": "2", "SlotC": ""}
    slots = next_slots(parameters, "3", {"1"})
    assert slots == {"NewSlot": "B", "SlotA": "1", "SlotB": "2", "SlotC": "3"}


def test_a_rollback_goes_to_the_newest_version_before():
    assert previous_version("7", {"A": "5", "B": "6", "C": "7"}) == "6"
    assert previous_version("10", {"A": "9", "B": "10", "C": "11"}) == "9"
    assert previous_version("5", {"A": "5", "B": "6", "C": ""}) is None


def test_a_stacks_name_leads_back_to_the_opponent():
    names = Names("arcade")
    assert names.opponent("battleship_hard") == "arcade-opponent-battleship-hard"
    assert names.opponent_of(names.opponent("battleship_hard")) == "battleship_hard"
