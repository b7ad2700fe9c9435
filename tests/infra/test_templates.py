"""The templates: clean under cfn-lint, described, and with roles that may do little."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatch
from functools import lru_cache
from pathlib import Path

import pytest
import yaml

from infra.templates.__main__ import written
from infra.templates.answers import ANSWERS, OF_WHO_DEPLOYS

ROOT = Path(__file__).parents[2] / "infra"
TEMPLATES = sorted([*ROOT.glob("templates/*.yaml"), *ROOT.glob("services/*/template.yaml")])
FUNCTIONS = [
    path for path in TEMPLATES if path.name not in {"platform.yaml", "layer.yaml", "dashboard.yaml", "ci.yaml"}
]


def name_of(path: Path) -> str:
    return path.parent.name if path.stem == "template" else path.stem


@lru_cache
def load(path: Path) -> dict:
    from cfnlint.decode import cfn_yaml  # noqa: PLC0415 - heavy, and for this file alone

    return cfn_yaml.load(str(path))


def statements(path: Path) -> list[dict]:
    roles = [item for item in load(path)["Resources"].values() if item["Type"] == "AWS::IAM::Role"]
    policies = [policy for role in roles for policy in role["Properties"].get("Policies", [])]
    found = [item for policy in policies for item in policy["PolicyDocument"]["Statement"]]
    return [item["Fn::If"][1] if "Fn::If" in item else item for item in found]


def many(value: object) -> list:
    return value if isinstance(value, list) else [value]


def test_cfn_lint_has_nothing_to_say():
    from cfnlint.config import ConfigMixIn  # noqa: PLC0415
    from cfnlint.runner import Runner  # noqa: PLC0415

    runner = Runner(ConfigMixIn(templates=[str(path) for path in TEMPLATES]))  # its rules take seconds to load: once
    assert [f"{match.filename}: {match}" for match in runner.run()] == []


def test_the_files_are_what_the_command_writes():
    assert sorted(written()) == TEMPLATES
    stale = [path.name for path, text in written().items() if path.read_text(encoding="utf-8") != text]
    assert not stale, "run python -m infra.templates"


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_every_parameter_and_output_is_described(path: Path):
    template = load(path)
    for section in ("Parameters", "Outputs"):
        assert [name for name, item in template.get(section, {}).items() if not item.get("Description")] == []


@pytest.mark.parametrize("path", FUNCTIONS, ids=name_of)
def test_no_role_may_do_everything_or_to_everything(path: Path):
    for item in statements(path):
        assert all(not action.endswith(":*") and action != "*" for action in many(item["Action"]))
        assert all(resource != "*" for resource in many(item["Resource"]))


@pytest.mark.parametrize("path", FUNCTIONS, ids=name_of)
def test_no_function_may_read_or_write_an_artifact_but_a_trainer_its_own(path: Path):
    own = ("artifacts/trained/${OpponentName}/",) if name_of(path) == "trainer" else ()
    touching = [item for item in statements(path) if any(action.startswith("s3:") for action in many(item["Action"]))]
    for item in touching:
        for resource in many(item["Resource"]):
            _, _, where = resource["Fn::Sub"].partition("${BucketName}/")
            if item["Action"] == "s3:ListBucket":
                ((prefix,),) = (list(test.values()) for test in item["Condition"].values())
                where = prefix["Fn::Sub"] if isinstance(prefix, dict) else prefix
            assert where.startswith(("records/", "annotations/", "site/", *own))


def test_a_trainer_may_change_its_own_opponent_alone():
    own = ("OpponentName}", "OpponentStack}/*", "OpponentName}:*")
    for item in statements(ROOT / "services/trainer/template.yaml"):
        actions = many(item["Action"])
        if any(action.startswith(("lambda:Update", "lambda:Publish", "cloudformation:", "ssm:")) for action in actions):
            assert all(resource["Fn::Sub"].endswith(own) for resource in many(item["Resource"]))
        if "iam:PassRole" in actions:
            assert item["Resource"] == [{"Ref": "FunctionRoleArn"}, {"Ref": "ApiRoleArn"}]


def test_an_opponent_may_write_its_own_annotations_alone():
    writing = [item for item in statements(ROOT / "templates/opponent.yaml") if "s3:PutObject" in many(item["Action"])]
    assert [item["Resource"]["Fn::Sub"].rpartition("/")[2] for item in writing] == ["${OpponentName}.json"]


def test_the_bucket_is_versioned_encrypted_and_closed():
    bucket = load(ROOT / "templates/platform.yaml")["Resources"]["Bucket"]["Properties"]
    assert bucket["VersioningConfiguration"]["Status"] == "Enabled"
    assert bucket["BucketEncryption"]
    assert all(bucket["PublicAccessBlockConfiguration"].values())


@pytest.mark.parametrize("path", FUNCTIONS, ids=name_of)
def test_every_log_is_kept_for_a_time_and_no_longer(path: Path):
    resources = load(path)["Resources"].values()
    logs = [item["Properties"] for item in resources if item["Type"] == "AWS::Logs::LogGroup"]
    assert logs
    assert all("RetentionInDays" in item for item in logs)


def test_every_finding_of_checkovs_that_is_left_has_its_reason_in_the_template():
    for path in TEMPLATES:
        for name, item in load(path)["Resources"].items():
            answered = ANSWERS.get(item["Type"].removeprefix("AWS::"), {})
            if (path.stem, name) == ("ci", "Role"):
                answered = OF_WHO_DEPLOYS
            skipped = item.get("Metadata", {}).get("checkov", {}).get("skip", [])
            assert {one["id"]: one["comment"] for one in skipped} == dict(answered), f"{path}: {name}"


def test_tables_can_be_put_back_and_queues_are_encrypted_and_events_are_not_lost():
    for path in TEMPLATES:
        for name, item in load(path)["Resources"].items():
            properties = item["Properties"]
            if item["Type"] == "AWS::DynamoDB::Table":
                assert properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], name
            if item["Type"] == "AWS::SQS::Queue":
                assert properties["SqsManagedSseEnabled"], name
    called = {"templates/opponent.yaml": ("",), "services/trainer/template.yaml": ("", "Tally")}
    called |= {f"services/{name}/template.yaml": ("",) for name in ("guard", "rater", "coach")}
    for name, functions in called.items():
        for own in functions:
            told = load(ROOT / name)["Resources"][f"{own}OnFailure"]
            assert told["Type"] == "AWS::Lambda::EventInvokeConfig"
            assert told["Properties"]["FunctionName"] == {"Ref": f"{own}Function"}


def test_nothing_of_the_platform_looks_into_a_queue_while_nobody_plays():
    for path in TEMPLATES:
        kinds = {name: item["Type"] for name, item in load(path)["Resources"].items()}
        queues = [name for name, kind in kinds.items() if kind == "AWS::SQS::Queue"]
        assert queues == (["DeadLetters"] if path.stem == "platform" else []), path
        mapped = [name for name, kind in kinds.items() if kind == "AWS::Lambda::EventSourceMapping"]
        assert mapped == (["FromQueue", "FromStream"] if path.stem == "opponent" else []), path


def test_what_a_topic_cannot_tell_a_function_goes_to_the_dead_letters():
    platform = load(ROOT / "templates/platform.yaml")["Resources"]
    (may,) = platform["DeadLettersPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert may["Principal"] == {"Service": "sns.amazonaws.com"}
    assert may["Condition"] == {"ArnEquals": {"aws:SourceArn": {"Ref": "NewRecords"}}}
    for name in ("rater", "coach", "trainer"):
        resources = load(ROOT / f"services/{name}/template.yaml")["Resources"]
        told = resources["Subscription"]["Properties"]
        assert told["RedrivePolicy"] == {"deadLetterTargetArn": {"Ref": "DeadLettersQueue"}}
        allowed = resources["TopicPermission"]["Properties"]
        assert (allowed["SourceArn"], allowed["FunctionName"]) == (told["TopicArn"], told["Endpoint"])


def test_a_template_fits_into_one_request():
    for path in TEMPLATES:
        assert path.stat().st_size < 51_200, path


CI = ROOT / "templates/ci.yaml"
WORKFLOW = ROOT.parent / ".github/workflows/deploy.yml"


def test_hosted_ci_takes_on_a_role_from_one_environment_of_one_repository_and_no_other():
    role = load(CI)["Resources"]["Role"]["Properties"]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Action"] == "sts:AssumeRoleWithWebIdentity"
    issuer = "token.actions.githubusercontent.com"
    assert trust["Condition"] == {
        "StringEquals": {  # no pattern: a name that only begins alike is another
            f"{issuer}:aud": "sts.amazonaws.com",
            f"{issuer}:sub": {"Fn::Sub": "repo:${Repository}:environment:${Environment}"},
        }
    }
    parameters = load(CI)["Parameters"]
    for name, wrong in (
        ("Repository", "owner/*"),
        ("Repository", "owner"),
        ("Environment", "a:b"),
        ("Environment", "*"),
    ):
        assert not re.fullmatch(parameters[name]["AllowedPattern"], wrong)


def test_hosted_ci_may_do_what_the_deployers_policy_says_and_cannot_give_itself_more():
    (policy,) = load(CI)["Resources"]["Role"]["Properties"]["Policies"]
    may = {item["Sid"]: item for item in policy["PolicyDocument"]["Statement"]}
    told = {
        item["Sid"]: item for item in json.loads((ROOT.parent / "docs/deployer-policy.json").read_text())["Statement"]
    }
    assert {sid: item["Action"] for sid, item in may.items()} == {
        sid: item["Action"] for sid, item in told.items() if sid != "Destroy"
    }
    assert len(json.dumps(policy["PolicyDocument"], separators=(",", ":"))) < 10_240, "IAM's limit of a role's own"
    name = load(CI)["Resources"]["Role"]["Properties"]["RoleName"]["Fn::Sub"].replace("${Prefix}", "lambda-arcade")
    changes = [item for item in may.values() if any(action.startswith("iam:") for action in many(item["Action"]))]
    assert changes
    for item in changes:
        for where in many(item["Resource"]):
            assert not fnmatch(f"arn:aws:iam::1:role/{name}", where["Fn::Sub"].replace("${Prefix}", "lambda-arcade"))


def test_the_workflow_that_deploys_has_no_key_and_asks_for_no_more_than_it_needs():
    text = WORKFLOW.read_text()
    assert "secrets." not in text
    flow = yaml.safe_load(text)
    (job,) = flow["jobs"].values()
    assert flow["permissions"] == {"contents": "read"}
    assert job["permissions"] == {"contents": "read", "id-token": "write"}
    assert job["environment"] == load(CI)["Parameters"]["Environment"]["Default"]
    assert set(flow[True]) == {"workflow_dispatch"}, "somebody asks for it: no push and no pull request does"
    assert not any("${{" in step.get("run", "") for step in job["steps"])
    taken = next(step["with"] for step in job["steps"] if "configure-aws-credentials" in step.get("uses", ""))
    assert "aws-access-key-id" not in taken
