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
from clouds import EXAMPLE, api_key, asking_for

from infra.aws import Cloud
from infra.build.layers import this_machine
from infra.build.packaging import PackagingError, package_opponent
from infra.core.errors import CloudError, StackBusyError
from infra.core.state import Account, Pointer
from infra.deploy.deploy import Options, delete_opponent, deploy_all, deploy_opponents
from infra.deploy.environment import Arcade
from infra.deploy.platform import deploy_platform
from infra.deploy.versions import promote, rollback
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


def one(arcade: Arcade, folder: Path, **options: object):
    (done,) = deploy_opponents(arcade, [folder], quiet, Options(**options))
    return done


def listed(arcade: Arcade) -> dict[str, dict]:
    answer = requests.get(f"{arcade.api}/opponents", timeout=20)
    assert answer.status_code == 200, answer.text
    return {item["name"]: item for item in answer.json()}


def version_at(url: str) -> str:
    answer = requests.get(url, timeout=20)
    answer.raise_for_status()
    return answer.json()["version"]


def test_a_deployed_opponent_is_in_the_catalog_and_a_deleted_one_is_not(arcade: Arcade, make):
    one(arcade, make("comes_and_goes"))
    entry = listed(arcade)["comes_and_goes"]
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
    delete_opponent(arcade, "comes_and_goes")
    assert "comes_and_goes" not in listed(arcade)
    assert requests.get(entry["endpoint"], timeout=20).status_code == 404
    with pytest.raises(CloudError, match="comes_and_goes is not deployed; deployed are"):
        delete_opponent(arcade, "comes_and_goes")


def test_a_second_deployment_of_the_same_changes_nothing(arcade: Arcade, make):
    folder = make("unchanged")
    assert one(arcade, folder).verb == "create"
    again = one(arcade, folder)
    assert (again.verb, again.version) == ("keep", "1")


def test_a_deployment_touches_its_own_stack_alone(arcade: Arcade, make):
    one(arcade, make("touched"))
    one(arcade, make("untouched"))
    events = arcade.cloud.client("cloudformation").describe_stack_events
    before = events(StackName=arcade.names.opponent("untouched"))["StackEvents"]
    one(arcade, make("touched", "Two"))
    assert events(StackName=arcade.names.opponent("untouched"))["StackEvents"] == before


def test_a_match_keeps_the_version_it_began_with(arcade: Arcade, make):
    one(arcade, make("pinned"))
    pinned = listed(arcade)["pinned"]["pinned"]["1"]
    one(arcade, make("pinned", "Two"))
    assert version_at(listed(arcade)["pinned"]["endpoint"]) == "2"
    assert version_at(pinned) == "1"
    one(arcade, make("pinned", "Three"))
    assert version_at(pinned) == "1"


def test_a_canary_gets_its_share_of_new_matches_until_it_is_promoted(arcade: Arcade, make):
    one(arcade, make("bird"))
    one(arcade, make("bird", "Two"), canary=0.3)
    entry = listed(arcade)["bird"]
    assert entry["version"] == "1"
    assert entry["weights"] == {"2": 0.3}
    assert set(entry["pinned"]) == {"1", "2"}
    answers = [version_at(entry["endpoint"]) for _ in range(120)]
    assert 0.12 < answers.count("2") / len(answers) < 0.5  # 0.3 within four standard errors
    assert promote(arcade, "bird") == Pointer("2")
    assert {version_at(entry["endpoint"]) for _ in range(20)} == {"2"}
    with pytest.raises(CloudError, match="no canary to promote"):
        promote(arcade, "bird")


def test_a_canary_whose_alarm_goes_off_is_ended_by_itself(arcade: Arcade, make):
    one(arcade, make("coalmine"))
    one(arcade, make("coalmine", "Two"), canary=0.5)
    assert listed(arcade)["coalmine"]["weights"] == {"2": 0.5}
    arcade.cloud.client("cloudwatch").set_alarm_state(
        AlarmName=f"{arcade.names.prefix}-coalmine-canary-errors", StateValue="ALARM", StateReason="a test"
    )
    end = time.monotonic() + 30
    while listed(arcade)["coalmine"]["weights"]:
        assert time.monotonic() < end, "the canary is still there"
        time.sleep(0.2)
    assert listed(arcade)["coalmine"]["version"] == "1"


def test_a_rollback_goes_back_at_once_and_a_deployment_forward_again(arcade: Arcade, make):
    one(arcade, make("back"))
    one(arcade, make("back", "Two"))
    assert rollback(arcade, "back") == Pointer("1")
    assert version_at(listed(arcade)["back"]["endpoint"]) == "1"
    assert one(arcade, make("back", "Two"), repoint=False).version == "1"
    assert one(arcade, make("back", "Two")).version == "2"
    assert version_at(listed(arcade)["back"]["endpoint"]) == "2"
    with pytest.raises(CloudError, match="version 9 is not deployed; deployed are 1, 2"):
        rollback(arcade, "back", "9")


def test_a_version_that_does_not_start_leaves_what_served_before_serving(arcade: Arcade, make):
    one(arcade, make("sound"))
    failed = one(arcade, make("sound", "Broken", "raise RuntimeError('no model')"))
    assert "version 1 serves on" in failed.problem
    assert "no model" in failed.problem
    assert version_at(listed(arcade)["sound"]["endpoint"]) == "1"


def test_an_opponent_that_never_started_is_not_left_behind(arcade: Arcade, make):
    failed = one(arcade, make("stillborn", "Broken", "raise RuntimeError('no model')"))
    assert "does not start" in failed.problem
    assert "stillborn" not in listed(arcade)
    assert arcade.cloud.stack(arcade.names.opponent("stillborn")) is None


def test_one_opponent_that_cannot_be_deployed_stops_no_other(arcade: Arcade, make):
    bad, good = make("bad", "Bad", "import pygame"), make("good")
    done = deploy_opponents(arcade, [bad, good], quiet)
    assert ["imports pygame" in item.problem for item in done] == [True, False]
    assert "good" in listed(arcade)


def test_a_dry_run_tells_what_would_change_and_changes_nothing(arcade: Arcade, make):
    told = one(arcade, make("dry"), dry_run=True)
    assert told.verb == "create"
    assert "Function" in {change.resource for change in told.changes}
    assert told.keep_usd > 0
    assert arcade.cloud.stack(arcade.names.opponent("dry")) is None


def test_who_does_not_wait_for_a_lock_hears_who_holds_it(arcade: Arcade):
    with (
        arcade.held("contested"),
        pytest.raises(CloudError, match=f"process {os.getpid()} on .* has been at it since"),
        arcade.held("contested"),
    ):
        pass


def test_a_second_deployer_waits_says_for_whom_and_goes_on_from_what_the_first_has_done(arcade: Arcade, make):
    folder = make("shared")
    said: SimpleQueue[tuple[str, float | None]] = SimpleQueue()
    with ThreadPoolExecutor(1) as pool:
        with arcade.held("shared"):
            second = pool.submit(deploy_opponents, arcade, [folder], lambda *words: said.put(words))
            what, seconds = said.get(timeout=30)
        assert what == f"shared: waiting for process {os.getpid()} on {socket.gethostname()}, which is at it"
        assert seconds is None
        (done,) = second.result()
    assert (done.problem, done.version) == ("", "1")
    later, seconds = said.get(timeout=30)
    assert later == what
    assert seconds is not None


def test_of_two_who_create_a_stack_the_second_is_told_and_can_go_on(arcade: Arcade):
    name, platform = "lambda-arcade-twice", template("platform")
    first, second = (arcade.cloud.prepare(name, platform, {"Prefix": "twice"}) for _ in range(2))
    arcade.cloud.execute(first, patience_s=30)
    with pytest.raises(StackBusyError, match="another program is deploying it"):
        arcade.cloud.execute(second, patience_s=30)
    arcade.cloud.discard(second)
    again = arcade.cloud.prepare(name, platform, {"Prefix": "twice"})
    assert (again.kind, again.changes) == ("UPDATE", ())
    arcade.cloud.delete_stack(name, patience_s=30)


def test_a_lock_whose_holder_was_killed_is_taken_over(arcade: Arcade):
    script = (
        "import os, sys\nfrom tests_arcade import arcade\n"
        "with arcade(sys.argv[1]).held('orphan'):\n    print('held', flush=True)\n    os.kill(os.getpid(), 9)\n"
    )
    helper = (
        "from infra.aws import Cloud\nfrom infra.build.layers import this_machine\n"
        "from infra.deploy.environment import Arcade\n"
        "from infra.core.state import Account\n\ndef arcade(endpoint):\n"
        "    return Arcade(Cloud(Account(endpoint)), this_machine())\n"
    )
    done = run_with(helper, script, arcade.cloud.account.endpoint)
    assert done.stdout == "held\n"
    assert done.returncode == -9
    with arcade.held("orphan"):
        pass


def run_with(helper: str, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    root = str(Path(__file__).parents[2])
    code = f"import sys, types\nmodule = types.ModuleType('tests_arcade')\nexec({helper!r}, module.__dict__)\n"
    code += f"sys.modules['tests_arcade'] = module\n{script}"
    environment = {**os.environ, "PYTHONPATH": root}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        timeout=60,
    )


def test_a_deployment_that_was_killed_half_way_is_put_right_by_the_next(arcade: Arcade, make):
    folder = make("interrupted")
    client = arcade.cloud.client("cloudformation")
    one(arcade, folder)
    delete_opponent(arcade, "interrupted")
    stack = arcade.names.opponent("interrupted")
    client.create_change_set(  # begun and never executed: what kill -9 between the two leaves
        StackName=stack, ChangeSetName="begun", ChangeSetType="CREATE", Capabilities=["CAPABILITY_NAMED_IAM"],
        TemplateBody='{"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}',
    )  # fmt: skip
    assert arcade.cloud.stack(stack).status == "REVIEW_IN_PROGRESS"
    done = one(arcade, folder)
    assert (done.verb, done.problem) == ("create", "")
    assert listed(arcade)["interrupted"]["version"] == "1"


def test_code_of_another_sha256_is_not_published_and_what_served_serves_on(arcade: Arcade, make):
    one(arcade, make("exact"))
    stack = arcade.cloud.stack(arcade.names.opponent("exact"))
    other = arcade.cloud.stack(arcade.names.opponent("first_free")).parameters["ArtifactSha256"]
    changed = {**stack.parameters, "Release": "another", "ArtifactSha256": other}
    change = arcade.cloud.prepare(stack.name, arcade.cloud.template(stack.name), changed)
    with pytest.raises(CloudError, match=r"Version failed: .*serves"):
        arcade.cloud.execute(change, patience_s=60)
    assert requests.get(f"{arcade.api}/opponents/exact", timeout=20).json()["version"] == "1"


def test_a_failed_deployment_is_rolled_back_and_the_next_one_succeeds(arcade: Arcade, make):
    one(arcade, make("rolled"))
    spoiled = Arcade(
        arcade.cloud, arcade.target, cache=arcade.cache, settings=(("ApiId", "gone"), ("Runtime", "python2.7"))
    )
    failed = one(spoiled, make("rolled", "Two"))
    assert failed.problem
    assert version_at(listed(arcade)["rolled"]["endpoint"]) == "1"
    assert one(arcade, make("rolled", "Two")).problem == ""
    assert version_at(listed(arcade)["rolled"]["endpoint"]) != "1"


def test_the_templates_can_be_deployed_by_any_tool_unchanged(arcade: Arcade, make):
    client = arcade.cloud.client("cloudformation")
    folder = Path(__file__).parents[2] / "infra" / "templates"

    def create(name: str, template: str, **parameters: str) -> dict[str, str]:
        given = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
        client.create_stack(
            StackName=name, TemplateBody=(folder / template).read_text(), Parameters=given,
            Capabilities=["CAPABILITY_IAM"],
        )  # fmt: skip
        stack = arcade.cloud.settled(name, patience_s=30)
        assert stack.status == "CREATE_COMPLETE"
        return dict(stack.outputs)

    _, package = package_opponent(make("elsewhere"))
    platform = create("other-platform", "platform.yaml", Prefix="other")
    arcade.cloud.put_object(platform["BucketName"], package.key, package.content, package.sha256)
    outputs = {key: platform[key] for key in ("BucketName", "ApiId", "DeadLettersQueue", "CanaryAlarmsTopic")}
    create(
        "other-opponent-elsewhere", "opponent.yaml", Prefix="other", OpponentName="elsewhere", Listing="{}",
        ArtifactKey=package.key, ArtifactSha256=package.sha256_base64, Release="1",
        Runtime=this_machine().runtime, **outputs,
    )  # fmt: skip
    assert (
        version_at(f"{arcade.cloud.account.endpoint}/_aws/execute-api/{platform['ApiId']}/$default/opponents/elsewhere")
        == "1"
    )
    for name in ("other-opponent-elsewhere", "other-platform"):
        arcade.cloud.delete_stack(name, patience_s=30)


@pytest.mark.parametrize("after_s", [0.15, 0.4])
def test_a_deployer_that_is_killed_leaves_nothing_that_the_next_one_cannot_put_right(
    arcade: Arcade, make, after_s: float
):
    folder = make(f"killed_{after_s * 100:.0f}")
    code = (
        "import sys\nfrom pathlib import Path\nfrom infra.aws import Cloud\n"
        "from infra.deploy.environment import Arcade\n"
        "from infra.deploy.deploy import deploy_opponents\nfrom infra.build.layers import this_machine\n"
        "from infra.core.state import Account\nprint('ready', flush=True)\n"
        "arcade = Arcade(Cloud(Account(sys.argv[1])), this_machine(), cache=Path(sys.argv[3]))\n"
        "deploy_opponents(arcade, [Path(sys.argv[2])], print)\n"
    )
    arguments = [sys.executable, "-c", code, arcade.cloud.account.endpoint, str(folder), str(arcade.cache)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    deployer = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, env=environment)
    assert deployer.stdout.readline() == "ready\n"
    time.sleep(after_s)
    deployer.kill()
    deployer.wait()
    deployer.stdout.close()
    assert one(arcade, folder).problem == ""
    assert version_at(listed(arcade)[folder.name.partition("-")[0]]["endpoint"]) == "1"


def test_a_cloud_that_is_not_there_is_told_in_one_line():
    gone = Arcade(Cloud(Account("http://127.0.0.1:9")), this_machine())
    with pytest.raises(CloudError, match=r"nothing answers at http://127\.0\.0\.1:9: start the local cloud"):
        deploy_all(gone, [EXAMPLE], quiet)


def test_a_profile_that_does_not_exist_is_told_in_one_line():
    with pytest.raises(CloudError, match="there is no AWS profile called 'nobody'"):
        Cloud(Account(None, "nobody", "eu-west-1"))


def test_the_log_of_a_function_can_be_read(arcade: Arcade, make):
    one(arcade, make("talks"))
    since = int((time.time() - 60) * 1000)
    version_at(listed(arcade)["talks"]["endpoint"])
    text = "\n".join(
        line for _, _, line in arcade.cloud.log_events(f"/aws/lambda/{arcade.names.function('talks')}", since)
    )
    assert "REPORT RequestId" in text


def test_an_api_with_a_key_lets_in_who_sends_it_and_nobody_else(arcade: Arcade, make, told: list[str]):
    with asking_for(arcade, "key", told):
        key = api_key(told)
        one(arcade, make("guarded"))
        urls = [f"{arcade.api}/opponents", f"{arcade.api}/opponents/guarded", f"{arcade.api}/opponents/guarded@1"]
        for url in urls:
            assert requests.get(url, timeout=20).status_code == 401
            assert requests.get(url, headers={"x-api-key": "another"}, timeout=20).status_code == 403
            assert requests.get(url, headers={"x-api-key": key}, timeout=20).status_code == 200
        assert not any(key in value for stack in arcade.cloud.stacks(arcade.names.prefix).values()
                       for value in stack.parameters.values())  # fmt: skip
        delete_opponent(arcade, "guarded")


def test_an_authorization_that_there_is_not_is_refused(arcade: Arcade):
    with pytest.raises(PackagingError, match="--auth 'password': it is one of none, key, iam"):
        deploy_platform(arcade, [], quiet, auth="password")
