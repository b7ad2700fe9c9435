"""The trainer of one opponent: what counts new records, what trains, and a role that may change this opponent alone."""

from __future__ import annotations

from infra.templates import parameters
from infra.templates.functions import (
    Function,
    may_give_up,
    may_read_records,
    on_failure,
    permission,
    told_of_new_records,
)
from infra.templates.intrinsics import Node, arn, att, differs, ref, sub
from infra.templates.parts import in_bucket, output, resource, statement, table, template

DESCRIPTION = (
    "Lambda Arcade, the trainer of one opponent. A small function counts new records, each once; when there are enough,"
    " or on a schedule, the trainer learns from the newest ones and publishes the model as a new version of this one"
    " opponent, if it plays no worse than the one that serves."
)
OPPONENT_FUNCTION = "function:${Prefix}-${OpponentName}"


def trainer() -> dict[str, Node]:
    """Return the template."""
    return template(
        DESCRIPTION,
        _parameters(),
        {
            "Tally": table("${Prefix}-tally-${OpponentName}"),
            **_tally().resources(),
            **told_of_new_records("Tally"),
            **_trainer().resources(),
            "OnFailure": on_failure(retries=0),
            **_schedule(),
        },
        {"FunctionArn": output("The trainer.", att("Function"))},
        {"HasSchedule": differs("Schedule", "none")},
    )


def _parameters() -> dict[str, Node]:
    text, number = parameters.text, parameters.number
    return {
        **parameters.prefix(),
        "OpponentName": text("The opponent that is retrained.", AllowedPattern="[a-z0-9_]{1,40}"),
        "OpponentStack": text("The opponent's stack."),
        "Game": text("The game that the opponent plays, whose records it learns from.", AllowedPattern="[a-z0-9_]+"),
        "FunctionRoleArn": text(
            "ARN of the opponent's role, an output of its stack. Handed back to the function as it is."
        ),
        "ApiRoleArn": text("ARN of the role by which the HTTP API calls the opponent, an output of its stack."),
        **parameters.platform_outputs("BucketName", "ApiId", "LocksTable", "DeadLettersQueue", "NewRecordsTopic"),
        "NewRecords": number("How many new records of the game start a training.", Default=100, MinValue=1),
        "Schedule": text(
            "An EventBridge schedule that starts a training too, such as rate(7 days); none for none.", Default="none"
        ),
        "MostRecords": number("How many records a training reads at most, the newest.", Default=2000, MinValue=1),
        "MostGames": number(
            "How many games may set the level's strength, and how many the gate may let each of the two models play.",
            Default=6400,
            MinValue=20,
        ),
        "MemoryMb": number(
            "Memory of the trainer; its share of processors grows with it.",
            Default=3008,
            MinValue=1024,
            MaxValue=10240,
        ),
        "LayerArn": text("The layer with scikit-learn and the exporter, by ARN."),
        **parameters.artifact("trainer"),
        **parameters.python("runs the functions"),
        **parameters.retention("the logs are"),
        **parameters.release(),
    }


def _tally() -> Function:
    """Return what counts new records."""
    return Function(
        own="Tally",
        name="${Prefix}-tally-${OpponentName}",
        called="tally",
        may=sub("What may be done to count the records for ${OpponentName}"),
        handler="infra.services.trainer.tally.handler",
        memory_mb=512,
        timeout_s=30,
        variables={
            "GAME": ref("Game"),
            "TALLY_TABLE": ref("Tally"),
            "NEW_RECORDS": ref("NewRecords"),
            "TRAINER": ref("Function"),
        },
        statements=(
            may_read_records("${Game}/"),
            may_give_up(),
            statement("Count", ["dynamodb:PutItem", "dynamodb:UpdateItem"], att("Tally")),
            statement("StartOwnTrainer", "lambda:InvokeFunction", ref("Live")),
        ),
    )


def _trainer() -> Function:
    return Function(
        name="${Prefix}-trainer-${OpponentName}",
        called="trainer",
        may=sub("What the trainer may do: read recorded games, and put another model into ${OpponentName}"),
        handler="infra.services.trainer.handler.handler",
        layers=[ref("LayerArn")],
        memory_mb=ref("MemoryMb"),
        timeout_s=900,
        variables={
            "PREFIX": ref("Prefix"),
            "OPPONENT": ref("OpponentName"),
            "GAME": ref("Game"),
            "BUCKET": ref("BucketName"),
            "LOCKS_TABLE": ref("LocksTable"),
            "TALLY_TABLE": ref("Tally"),
            "MOST_RECORDS": ref("MostRecords"),
            "MOST_GAMES": ref("MostGames"),
        },
        statements=(*_may_train(), *_may_publish()),
    )


def _may_train() -> tuple[Node, ...]:
    listed = {"StringEquals": {"s3:prefix": sub("records/${Game}/")}}
    locks = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [ref("OpponentName"), sub("train#${OpponentName}")]}}
    return (
        may_read_records("${Game}/"),
        statement(
            "ListRecordedGames", "s3:ListBucket", sub("arn:${AWS::Partition}:s3:::${BucketName}"), Condition=listed
        ),
        statement(
            "StoreWhatItTrained", ["s3:PutObject", "s3:GetObject"], in_bucket("artifacts/trained/${OpponentName}/*")
        ),
        may_give_up(),
        statement(
            "KeepOthersOut",
            ["dynamodb:PutItem", "dynamodb:GetItem", "dynamodb:DeleteItem"],
            arn("dynamodb", "table/${LocksTable}"),
            Condition=locks,
        ),
        statement("SayWhatIsRead", "dynamodb:UpdateItem", att("Tally")),
    )


def _may_publish() -> tuple[Node, ...]:
    routes = "arn:${AWS::Partition}:apigateway:${AWS::Region}::/apis/${ApiId}"
    stacks = [
        "DescribeStacks", "DescribeStackEvents", "GetTemplate", "CreateChangeSet", "DescribeChangeSet",
        "ExecuteChangeSet", "DeleteChangeSet",
    ]  # fmt: skip
    functions = [
        "GetFunction", "GetFunctionConfiguration", "UpdateFunctionCode", "UpdateFunctionConfiguration",
        "PublishVersion", "ListVersionsByFunction", "GetAlias", "UpdateAlias", "InvokeFunction", "ListTags",
        "GetProvisionedConcurrencyConfig", "PutProvisionedConcurrencyConfig", "DeleteProvisionedConcurrencyConfig",
    ]  # fmt: skip
    return (
        statement(
            "ChangeTheOpponentsStack",
            [f"cloudformation:{action}" for action in stacks],
            arn("cloudformation", "stack/${OpponentStack}/*"),
        ),
        statement(
            "PublishVersionsOfTheOpponent",
            [f"lambda:{action}" for action in functions],
            [arn("lambda", OPPONENT_FUNCTION), arn("lambda", f"{OPPONENT_FUNCTION}:*")],
        ),
        statement("KeepItsLayers", "lambda:GetLayerVersion", arn("lambda", "layer:${Prefix}-*:*")),
        statement("KeepItsRoles", ["iam:PassRole", "iam:GetRole"], [ref("FunctionRoleArn"), ref("ApiRoleArn")]),
        statement(
            "RouteTheNewVersion",
            [f"apigateway:{method}" for method in ("GET", "POST", "PATCH", "DELETE")],
            [sub(f"{routes}/{what}") for what in ("integrations", "integrations/*", "routes", "routes/*")],
        ),
        statement(
            "TellTheCatalog",
            ["ssm:PutParameter", "ssm:GetParameters"],
            arn("ssm", "parameter/${Prefix}/opponents/${OpponentName}"),
        ),
    )


def _schedule() -> dict[str, Node]:
    rule = {
        "Name": sub("${Prefix}-trainer-${OpponentName}"),
        "Description": sub("Lets ${OpponentName} be retrained from time to time."),
        "ScheduleExpression": ref("Schedule"),
        "Targets": [{"Id": "trainer", "Arn": ref("Live"), "Input": '{"why": "it is time"}'}],
    }
    return {
        "Timer": resource("Events::Rule", rule, Condition="HasSchedule"),
        "TimerPermission": permission("events", att("Timer"), Condition="HasSchedule"),
    }
