"""Deployments into a real local cloud: one opponent, one stack."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

import pytest
import requests
from clouds import EXAMPLE, api_key, asking_for, move_request

from infra.aws import Cloud
from infra.build.layers import this_machine
from infra.build.packaging import PackagingError, package_opponent
from infra.core.errors import CloudError, StackBusyError
from infra.core.state import Account, Pointer
from infra.deploy.deploy import Options, delete_opponent, deploy_all, deploy_opponents
from infra.deploy.platform import deploy_platform
from infra.deploy.versions import promote, rollback
from infra.environment.environment import Environment
from infra.templates import template

if TYPE_CHECKING:
    from collections.abc import Callable


def quiet(_what: str, _seconds: float) -> None:
    pass


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Path]:
    """Return a maker of opponents: the same name with another title is another version of the same opponent."""

    def made(name: str, title: str = "One", broken: str = "") -> Path:
        folder = Path(shutil.copytree(EXAMPLE, tmp_path / f"{name}-{title}", dirs_exist_ok=True))
        text = (folder / "opponent.toml").read_text().replace("first_free", name).replace("First Free", title)
        (folder / "opponent.toml").write_text(text)
        if broken:
            (folder / "function.py").write_text(f"{broken}\n\ndef act(observation, random): ...\n")
        return folder

    return made


def one(environment: Environment, folder: Path, **options: object):
    (done,) = deploy_opponents(environment, [folder], quiet, Options(**options))
    return done


def listed(environment: Environment) -> dict[str, dict]:
    answer = requests.get(f"{environment.api}/opponents", timeout=20)
    assert answer.status_code == 200, answer.text
    return {item["name"]: item for item in answer.json()}


def version_at(url: str) -> str:
    answer = requests.get(url, timeout=20)
    answer.raise_for_status()
    return answer.json()["version"]


def test_a_deployed_opponent_is_in_the_catalog_and_a_deleted_one_is_not(environment: Environment, make):
    one(environment, make("comes_and_goes"))
    entry = listed(environment)["comes_and_goes"]
    assert {
        "name",
        "game",
        "difficulty",
        "version",
        "endpoint",
        "rating",
        "title",
        "author",
        "colour",
        "pinned",
    } <= set(entry)
    assert version_at(entry["endpoint"]) == entry["version"] == "1"
    delete_opponent(environment, "comes_and_goes")
    assert "comes_and_goes" not in listed(environment)
    assert requests.get(entry["endpoint"], timeout=20).status_code == 404
    with pytest.raises(CloudError, match="comes_and_goes is not deployed; deployed are"):
        delete_opponent(environment, "comes_and_goes")


def test_a_second_deployment_of_the_same_changes_nothing(environment: Environment, make):
    folder = make("unchanged")
    assert one(environment, folder).verb == "create"
    again = one(environment, folder)
    assert (again.verb, again.version) == ("keep", "1")


def test_a_deployment_touches_its_own_stack_alone(environment: Environment, make):
    one(environment, make("touched"))
    one(environment, make("untouched"))
    events = environment.cloud.client("cloudformation").describe_stack_events
    before = events(StackName=environment.names.opponent("untouched"))["StackEvents"]
    one(environment, make("touched", "Two"))
    assert events(StackName=environment.names.opponent("untouched"))["StackEvents"] == before


def test_a_match_keeps_the_version_it_began_with(environment: Environment, make):
    one(environment, make("pinned"))
    pinned = listed(environment)["pinned"]["pinned"]["1"]
    one(environment, make("pinned", "Two"))
    assert version_at(listed(environment)["pinned"]["endpoint"]) == "2"
    assert version_at(pinned) == "1"
    one(environment, make("pinned", "Three"))
    assert version_at(pinned) == "1"


def test_a_canary_gets_its_share_of_new_matches_until_it_is_promoted(environment: Environment, make):
    one(environment, make("bird"))
    one(environment, make("bird", "Two"), canary=0.3)
    entry = listed(environment)["bird"]
    assert entry["version"] == "1"
    assert entry["weights"] == {"2": 0.3}
    assert set(entry["pinned"]) == {"1", "2"}
    answers = [version_at(entry["endpoint"]) for _ in range(120)]
    assert 0.05 < answers.count("2") / len(answers) < 0.55  # 0.3 within six standard errors: 1 run in 10^8 fails
    assert promote(environment, "bird") == Pointer("2")
    assert {version_at(entry["endpoint"]) for _ in range(20)} == {"2"}
    with pytest.raises(CloudError, match="no canary to promote"):
        promote(environment, "bird")


def test_a_canary_whose_alarm_goes_off_is_ended_by_itself(environment: Environment, make):
    one(environment, make("coalmine"))
    one(environment, make("coalmine", "Two"), canary=0.5)
    assert listed(environment)["coalmine"]["weights"] == {"2": 0.5}
    environment.cloud.client("cloudwatch").set_alarm_state(
        AlarmName=f"{environment.names.prefix}-coalmine-canary-2-errors", StateValue="ALARM", StateReason="a test"
    )
    end = time.monotonic() + 60
    while listed(environment)["coalmine"]["weights"]:
        assert time.monotonic() < end, "the canary is still there"
        time.sleep(0.2)
    assert listed(environment)["coalmine"]["version"] == "1"
    while canary_alarms(environment, "coalmine"):
        assert time.monotonic() < end, "its alarms are still there"
        time.sleep(0.2)


def test_a_canary_that_fails_is_ended_while_nobody_looks_at_alarms(environment: Environment, make):
    one(environment, make("ailing"))
    bad = make("ailing", "Two")
    (bad / "function.py").write_text("def act(observation, random): raise RuntimeError\n")
    one(environment, bad, canary=1.0)
    asked = f"{listed(environment)['ailing']['endpoint']}/move"
    assert requests.post(asked, json=move_request("a" * 32), timeout=20).status_code == 500
    end = time.monotonic() + 60
    while listed(environment)["ailing"]["weights"]:
        assert time.monotonic() < end, "the canary is still there"
        time.sleep(0.2)
    assert requests.post(asked, json=move_request("a" * 32), timeout=20).status_code == 200


def test_a_canary_is_ended_by_its_own_figures_and_not_by_those_of_others(environment: Environment, make):
    one(environment, make("watched"))
    one(environment, make("watched", "Two"), canary=1.0)
    cloudwatch, name = environment.cloud.client("cloudwatch"), environment.names.function("watched")
    alarm = f"{name}-canary-2-latency"
    own = {"FunctionName": name, "Resource": f"{name}:live", "ExecutedVersion": "2"}

    def state(**dimensions: str) -> str:
        """Say of a function that it took a minute, and return what the alarm says to that."""
        told = [{"Name": key, "Value": value} for key, value in dimensions.items()]
        late = {"MetricName": "Duration", "Unit": "Milliseconds", "Value": 60_000.0, "Dimensions": told}
        cloudwatch.put_metric_data(Namespace="AWS/Lambda", MetricData=[late] if told else [])
        found = cloudwatch.describe_alarms(AlarmNames=[alarm])["MetricAlarms"]
        return str(found[0]["StateValue"]) if found else "gone"

    assert state(FunctionName="another") in {"OK", "INSUFFICIENT_DATA"}
    assert state(**own | {"ExecutedVersion": "1"}) in {"OK", "INSUFFICIENT_DATA"}
    version_at(listed(environment)["watched"]["endpoint"])
    end = time.monotonic() + 30
    while state() != "OK":
        assert time.monotonic() < end, "its own calls are not seen"
        time.sleep(0.2)
    assert state(**own) in {"ALARM", "gone"}  # it goes with the canary that it has ended
    while listed(environment)["watched"]["weights"]:
        assert time.monotonic() < end, "the canary is still there"
        time.sleep(0.2)


def canary_alarms(environment: Environment, name: str) -> list[str]:
    prefix = f"{environment.names.function(name)}-canary-"
    answer = environment.cloud.client("cloudwatch").describe_alarms(AlarmNamePrefix=prefix)
    return sorted(alarm["AlarmName"].removeprefix(prefix) for alarm in answer["MetricAlarms"])


def test_a_canarys_alarms_go_with_it_and_the_next_ones_are_others(environment: Environment, make):
    one(environment, make("finch"))
    assert canary_alarms(environment, "finch") == []
    one(environment, make("finch", "Two"), canary=0.5)
    assert canary_alarms(environment, "finch") == ["2-errors", "2-latency"]
    promote(environment, "finch")
    assert canary_alarms(environment, "finch") == []
    one(environment, make("finch", "Three"), canary=0.5)
    assert canary_alarms(environment, "finch") == ["3-errors", "3-latency"]
    rollback(environment, "finch")
    assert canary_alarms(environment, "finch") == []
    one(environment, make("finch", "Four"))
    assert canary_alarms(environment, "finch") == []


def test_a_platform_that_is_as_it_should_be_is_left_alone(environment: Environment) -> None:
    deploy_platform(environment, [], quiet)
    told: list[str] = []
    deploy_platform(environment, [], lambda what, _seconds: told.append(what))
    assert told == []


def test_there_is_a_dashboard_only_on_request(environment: Environment):
    def dashboards() -> list[str]:
        found = environment.cloud.client("cloudwatch").list_dashboards()["DashboardEntries"]
        return [item["DashboardName"] for item in found]

    assert dashboards() == []
    deploy_platform(environment, [], quiet, dashboard=True)
    assert dashboards() == [environment.names.prefix]
    deploy_platform(environment, [], quiet)
    assert dashboards() == [environment.names.prefix]
    deploy_platform(environment, [], quiet, dashboard=False)
    assert dashboards() == []


def test_a_rollback_goes_back_at_once_and_a_deployment_forward_again(environment: Environment, make):
    one(environment, make("back"))
    one(environment, make("back", "Two"))
    assert rollback(environment, "back") == Pointer("1")
    assert version_at(listed(environment)["back"]["endpoint"]) == "1"
    assert one(environment, make("back", "Two"), repoint=False).version == "1"
    assert one(environment, make("back", "Two")).version == "2"
    assert version_at(listed(environment)["back"]["endpoint"]) == "2"
    with pytest.raises(CloudError, match="version 9 is not deployed; deployed are 1, 2"):
        rollback(environment, "back", "9")


def test_a_version_that_does_not_start_leaves_what_served_before_serving(environment: Environment, make):
    one(environment, make("sound"))
    failed = one(environment, make("sound", "Broken", "raise RuntimeError('no model')"))
    assert "version 1 serves on" in failed.problem
    assert "no model" in failed.problem
    assert version_at(listed(environment)["sound"]["endpoint"]) == "1"


def test_an_opponent_that_never_started_is_not_left_behind(environment: Environment, make):
    failed = one(environment, make("stillborn", "Broken", "raise RuntimeError('no model')"))
    assert "does not start" in failed.problem
    assert "stillborn" not in listed(environment)
    assert environment.cloud.stack(environment.names.opponent("stillborn")) is None


def test_one_opponent_that_cannot_be_deployed_stops_no_other(environment: Environment, make):
    bad, good = make("bad", "Bad", "import pygame"), make("good")
    done = deploy_opponents(environment, [bad, good], quiet)
    assert ["imports pygame" in item.problem for item in done] == [True, False]
    assert "good" in listed(environment)


def test_a_dry_run_tells_what_would_change_and_changes_nothing(environment: Environment, make):
    told = one(environment, make("dry"), dry_run=True)
    assert told.verb == "create"
    assert "Function" in {change.resource for change in told.changes}
    assert told.keep_usd > 0
    assert environment.cloud.stack(environment.names.opponent("dry")) is None


def test_who_does_not_wait_for_a_lock_hears_who_holds_it(environment: Environment):
    with (
        environment.held("contested"),
        pytest.raises(CloudError, match=f"process {os.getpid()} on .* has been at it since"),
        environment.held("contested"),
    ):
        pass


def test_a_second_deployer_waits_says_for_whom_and_goes_on_from_what_the_first_has_done(environment: Environment, make):
    folder = make("shared")
    said: SimpleQueue[tuple[str, float | None]] = SimpleQueue()
    with ThreadPoolExecutor(1) as pool:
        with environment.held("shared"):
            second = pool.submit(deploy_opponents, environment, [folder], lambda *words: said.put(words))
            what, seconds = said.get(timeout=30)
        assert what == f"shared: waiting for process {os.getpid()} on {socket.gethostname()}, which is at it"
        assert seconds is None
        (done,) = second.result()
    assert (done.problem, done.version) == ("", "1")
    later, seconds = said.get(timeout=30)
    assert later == what
    assert seconds is not None


@pytest.mark.parametrize("winner", [0, 1, 2])
def test_of_several_who_create_a_stack_one_does_and_the_others_can_go_on(environment: Environment, winner: int):
    name, platform, given = "lambda-arcade-twice", template("platform"), {"Prefix": f"twice{winner}"}
    prepared = [environment.cloud.prepare(name, platform, given) for _ in range(3)]
    environment.cloud.execute(prepared.pop(winner), patience_s=30)
    for other in prepared:
        with pytest.raises(StackBusyError, match="another program is deploying it"):
            environment.cloud.execute(other, patience_s=30)
        environment.cloud.discard(other)
    again = environment.cloud.prepare(name, platform, given)
    assert (again.kind, again.changes) == ("UPDATE", ())
    assert environment.cloud.stack(name).status == "CREATE_COMPLETE"
    environment.cloud.delete_stack(name, patience_s=30)


def test_a_lock_whose_holder_was_killed_is_taken_over(environment: Environment):
    script = (
        "import os, sys\nfrom tests_environment import environment\n"
        "with environment(sys.argv[1]).held('orphan'):\n    print('held', flush=True)\n    os.kill(os.getpid(), 9)\n"
    )
    helper = (
        "from infra.aws import Cloud\nfrom infra.build.layers import this_machine\n"
        "from infra.environment.environment import Environment\n"
        "from infra.core.state import Account\n\ndef environment(endpoint):\n"
        "    return Environment(Cloud(Account(endpoint)), this_machine())\n"
    )
    done = run_with(helper, script, environment.cloud.account.endpoint)
    assert done.stdout == "held\n"
    assert done.returncode == -9
    with environment.held("orphan"):
        pass


def run_with(helper: str, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    root = str(Path(__file__).parents[2])
    code = f"import sys, types\nmodule = types.ModuleType('tests_environment')\nexec({helper!r}, module.__dict__)\n"
    code += f"sys.modules['tests_environment'] = module\n{script}"
    variables = {**os.environ, "PYTHONPATH": root}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=variables,
        timeout=60,
    )


def test_a_deployment_that_was_killed_half_way_is_put_right_by_the_next(environment: Environment, make):
    folder = make("interrupted")
    client = environment.cloud.client("cloudformation")
    one(environment, folder)
    delete_opponent(environment, "interrupted")
    stack = environment.names.opponent("interrupted")
    client.create_change_set(  # begun and never executed: what kill -9 between the two leaves
        StackName=stack, ChangeSetName="begun", ChangeSetType="CREATE", Capabilities=["CAPABILITY_NAMED_IAM"],
        TemplateBody='{"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}',
    )  # fmt: skip
    assert environment.cloud.stack(stack).status == "REVIEW_IN_PROGRESS"
    done = one(environment, folder)
    assert (done.verb, done.problem) == ("create", "")
    assert listed(environment)["interrupted"]["version"] == "1"


def test_code_of_another_sha256_is_not_published_and_what_served_serves_on(environment: Environment, make):
    one(environment, make("exact"))
    stack = environment.cloud.stack(environment.names.opponent("exact"))
    other = environment.cloud.stack(environment.names.opponent("first_free")).parameters["ArtifactSha256"]
    changed = {**stack.parameters, "Release": "another", "ArtifactSha256": other}
    change = environment.cloud.prepare(stack.name, environment.cloud.template(stack.name), changed)
    with pytest.raises(CloudError, match=r"Version failed: .*serves"):
        environment.cloud.execute(change, patience_s=60)
    assert requests.get(f"{environment.api}/opponents/exact", timeout=20).json()["version"] == "1"


def test_a_failed_deployment_is_rolled_back_and_the_next_one_succeeds(environment: Environment, make):
    one(environment, make("rolled"))
    spoiled = Environment(
        environment.cloud,
        environment.target,
        cache=environment.cache,
        settings=(("ApiId", "gone"), ("Runtime", "python2.7")),
    )
    failed = one(spoiled, make("rolled", "Two"))
    assert failed.problem
    assert version_at(listed(environment)["rolled"]["endpoint"]) == "1"
    assert one(environment, make("rolled", "Two")).problem == ""
    assert version_at(listed(environment)["rolled"]["endpoint"]) != "1"


def test_the_templates_can_be_deployed_by_any_tool_unchanged(environment: Environment, make):
    client = environment.cloud.client("cloudformation")
    folder = Path(__file__).parents[2] / "infra" / "templates"

    def create(name: str, template: str, **parameters: str) -> dict[str, str]:
        given = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
        client.create_stack(
            StackName=name, TemplateBody=(folder / template).read_text(), Parameters=given,
            Capabilities=["CAPABILITY_IAM"],
        )  # fmt: skip
        stack = environment.cloud.settled(name, patience_s=30)
        assert stack.status == "CREATE_COMPLETE"
        return dict(stack.outputs)

    _, package = package_opponent(make("elsewhere"))
    platform = create("other-platform", "platform.yaml", Prefix="other")
    environment.cloud.put_object(platform["BucketName"], package.key, package.content, package.sha256)
    outputs = {key: platform[key] for key in ("BucketName", "ApiId", "DeadLettersQueue", "CanaryAlarmsTopic")}
    create(
        "other-opponent-elsewhere", "opponent.yaml", Prefix="other", OpponentName="elsewhere", Listing="{}",
        ArtifactKey=package.key, ArtifactSha256=package.sha256_base64, Release="1",
        Runtime=this_machine().runtime, **outputs,
    )  # fmt: skip
    assert (
        version_at(
            f"{environment.cloud.account.endpoint}/_aws/execute-api/{platform['ApiId']}/$default/opponents/elsewhere"
        )
        == "1"
    )
    for name in ("other-opponent-elsewhere", "other-platform"):
        environment.cloud.delete_stack(name, patience_s=30)


@pytest.mark.parametrize("after_s", [0.15, 0.4])
def test_a_deployer_that_is_killed_leaves_nothing_that_the_next_one_cannot_put_right(
    environment: Environment, make, after_s: float
):
    folder = make(f"killed_{after_s * 100:.0f}")
    code = (
        "import sys\nfrom pathlib import Path\nfrom infra.aws import Cloud\n"
        "from infra.environment.environment import Environment\n"
        "from infra.deploy.deploy import deploy_opponents\nfrom infra.build.layers import this_machine\n"
        "from infra.core.state import Account\nprint('ready', flush=True)\n"
        "environment = Environment(Cloud(Account(sys.argv[1])), this_machine(), cache=Path(sys.argv[3]))\n"
        "deploy_opponents(environment, [Path(sys.argv[2])], print)\n"
    )
    arguments = [sys.executable, "-c", code, environment.cloud.account.endpoint, str(folder), str(environment.cache)]
    variables = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    deployer = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, env=variables)
    assert deployer.stdout.readline() == "ready\n"
    time.sleep(after_s)
    deployer.kill()
    deployer.wait()
    deployer.stdout.close()
    assert one(environment, folder).problem == ""
    assert version_at(listed(environment)[folder.name.partition("-")[0]]["endpoint"]) == "1"


def test_a_cloud_that_is_not_there_is_told_in_one_line():
    gone = Environment(Cloud(Account("http://127.0.0.1:9")), this_machine())
    with pytest.raises(CloudError, match=r"nothing answers at http://127\.0\.0\.1:9: start the local cloud"):
        deploy_all(gone, [EXAMPLE], quiet)


def test_a_profile_that_does_not_exist_is_told_in_one_line():
    with pytest.raises(CloudError, match="there is no AWS profile called 'nobody'"):
        Cloud(Account(None, "nobody", "eu-west-1"))


def test_the_log_of_a_function_can_be_read(environment: Environment, make):
    one(environment, make("talks"))
    since = int((time.time() - 60) * 1000)
    version_at(listed(environment)["talks"]["endpoint"])
    group, until = f"/aws/lambda/{environment.names.function('talks')}", time.monotonic() + 20
    while not any("REPORT RequestId" in line for _, _, line in environment.cloud.log_events(group, since)):
        assert time.monotonic() < until  # lines are written some at a time
        time.sleep(0.1)


def test_an_api_with_a_key_lets_in_who_sends_it_and_nobody_else(environment: Environment, make, told: list[str]):
    with asking_for(environment, "key", told):
        key = api_key(told)
        one(environment, make("guarded"))
        urls = [
            f"{environment.api}/opponents",
            f"{environment.api}/opponents/guarded",
            f"{environment.api}/opponents/guarded@1/pinned",
        ]
        for url in urls:
            assert requests.get(url, timeout=20).status_code == 401
            assert requests.get(url, headers={"x-api-key": "another"}, timeout=20).status_code == 403
            assert requests.get(url, headers={"x-api-key": key}, timeout=20).status_code == 200
        assert not any(key in value for stack in environment.cloud.stacks(environment.names.prefix).values()
                       for value in stack.parameters.values())  # fmt: skip
        delete_opponent(environment, "guarded")


def test_an_authorization_that_there_is_not_is_refused(environment: Environment):
    with pytest.raises(PackagingError, match="--auth 'password': it is one of none, key, iam"):
        deploy_platform(environment, [], quiet, auth="password")
