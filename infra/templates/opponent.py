"""One opponent: a function that stands alone, with its own role, log, versions and routes.

A deployment's new version takes one of three slots, each with a route of its own, so that a match ends with the version
it began with.  Without routes, whoever is called hands on to that version (``ai_functions.runtime.pinned``).
"""

from __future__ import annotations

from infra.core.names import URL_MARK
from infra.templates import SLOTS
from infra.templates.functions import (
    TAKE_FROM_QUEUE,
    Function,
    dead_letters,
    integration,
    mapping,
    may_give_up,
    may_read_records,
    on_failure,
    route,
)
from infra.templates.intrinsics import (
    Intrinsic,
    Node,
    all_of,
    any_of,
    arn,
    att,
    condition,
    differs,
    equals,
    filled,
    if_,
    joined,
    ref,
    sub,
)
from infra.templates.opponent_parameters import opponent_parameters
from infra.templates.parts import Alarm, in_bucket, kept, output, resource, role, statement, template

DESCRIPTION = (
    "Lambda Arcade, one opponent: a function that stands alone, with its own role, log, versions and routes."
    " Every change of Release publishes an immutable version. The versions in slots A, B and C keep a route of their"
    " own, so that a match ends with the version it began with; a deployment takes the slot that was filled longest"
    " ago."
)
PATH = "/opponents/${OpponentName}"
OWN = "function:${Prefix}-${OpponentName}"


def opponent() -> dict[str, Node]:
    """Return the template."""
    return template(
        DESCRIPTION,
        opponent_parameters(),
        {
            **_function(),
            "OnFailure": on_failure(retries=2),
            **_records(),
            **_url(),
            **_routes(),
            "Entry": _entry(),
            "UrlEntry": _url_entry(),
            **_canary_alarms(),
        },
        _outputs(),
        _conditions(),
    )


def _conditions() -> dict[str, Node]:
    slots: dict[str, Node] = {}
    for slot in SLOTS:
        slots[f"NewIn{slot}"] = equals("NewSlot", slot)
        filled = any_of(condition(f"NewIn{slot}"), differs(f"Slot{slot}", ""))
        slots[f"Uses{slot}"] = all_of(condition("HasRoutes"), filled)
    return {
        "HasLayers": Intrinsic("Not", [Intrinsic("Equals", [Intrinsic("Select", [0, ref("LayerArns")]), "none"])]),
        "ReservesConcurrency": differs("ReservedConcurrency", -1),
        "KeepsWarm": all_of(differs("ProvisionedConcurrency", 0), equals("StableVersion", "")),
        "AsksAuthorizer": equals("Authorization", "CUSTOM"),
        "IsCanary": differs("StableVersion", ""),
        "HasUrl": differs("FunctionUrl", "none"),
        "HasPublicUrl": equals("FunctionUrl", "public"),
        "ReadsQueue": equals("RecordsSourceKind", "sqs"),
        "ReadsKinesis": equals("RecordsSourceKind", "kinesis"),
        "ReadsTable": equals("RecordsSourceKind", "dynamodb"),
        "ReadsStream": any_of(condition("ReadsKinesis"), condition("ReadsTable")),
        "HasRoutes": equals("Routes", "yes"),
        "ListsUrl": all_of(condition("HasUrl"), differs("Routes", "yes")),
        **slots,
    }


def _function() -> dict[str, Node]:
    stream = ["DescribeStream", "DescribeStreamSummary", "GetRecords", "GetShardIterator", "ListShards"]
    table = ["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"]
    sources = (
        ("ReadsQueue", "ReadQueue", TAKE_FROM_QUEUE),
        ("ReadsKinesis", "ReadStream", [f"kinesis:{action}" for action in stream]),
        ("ReadsTable", "ReadTableStream", [f"dynamodb:{action}" for action in table]),
    )
    function = Function(
        name="${Prefix}-${OpponentName}",
        called="opponent",
        may=sub("What the opponent ${OpponentName} may do"),
        handler="ai_functions.runtime.handler.handler",
        layers=if_("HasLayers", ref("LayerArns")),
        memory_mb=ref("MemoryMb"),
        timeout_s=ref("TimeoutSeconds"),
        settings={"ReservedConcurrentExecutions": if_("ReservesConcurrency", ref("ReservedConcurrency"))},
        variables={
            "LAMBDA_ARCADE_BUCKET": ref("BucketName"),
            "PROOF_KEY": ref("ProofKey"),
            "OPENBLAS_NUM_THREADS": "1",  # numpy would start threads at each cold start that no function has a core for
        },
        statements=(
            may_read_records(),
            statement("WriteOwnAnnotations", "s3:PutObject", in_bucket("annotations/*/${OpponentName}.json")),
            may_give_up(),
            statement("HandOnToOwnVersions", "lambda:InvokeFunction", [arn("lambda", OWN), arn("lambda", f"{OWN}:*")]),
            *(if_(holds, statement(sid, actions, ref("RecordsSource"))) for holds, sid, actions in sources),
        ),
        tags={"opponent": ref("OpponentName")},
    ).resources()
    return {**function, "Version": {**function["Version"], **kept("Delete", replaced="Retain")}, "Live": _live()}


def _live() -> dict[str, Node]:
    canary = {"FunctionVersion": att("Version", "Version"), "FunctionWeight": ref("CanaryWeight")}
    warm = {"ProvisionedConcurrentExecutions": ref("ProvisionedConcurrency")}
    properties = {
        "Name": "live",
        "Description": "What new matches play against.",
        "FunctionName": ref("Function"),
        "FunctionVersion": if_("IsCanary", ref("StableVersion"), att("Version", "Version")),
        "RoutingConfig": if_("IsCanary", {"AdditionalVersionWeights": [canary]}),
        "ProvisionedConcurrencyConfig": if_("KeepsWarm", warm),
    }
    return resource("Lambda::Alias", properties)


def _records() -> dict[str, Node]:
    """Return what hands it recorded games to annotate."""
    stream = dead_letters(StartingPosition="TRIM_HORIZON", BisectBatchOnFunctionError=True, MaximumRetryAttempts=2)
    return {
        "FromQueue": mapping(ref("RecordsSource"), "Live", Condition="ReadsQueue"),
        "FromStream": mapping(ref("RecordsSource"), "Live", stream, Condition="ReadsStream"),
    }


def _url() -> dict[str, Node]:
    url = {
        "TargetFunctionArn": ref("Function"),
        "Qualifier": "live",
        "AuthType": if_("HasPublicUrl", "NONE", "AWS_IAM"),
    }
    permissions: dict[str, dict[str, Node]] = {
        "UrlPermission": {"Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "NONE"},
        "UrlInvokePermission": {"Action": "lambda:InvokeFunction", "InvokedViaFunctionUrl": True},
    }
    anybody: dict[str, Node] = {"FunctionName": ref("Live"), "Principal": "*"}
    return {
        "Url": resource("Lambda::Url", url, Condition="HasUrl", DependsOn="Live"),
        **{
            name: resource("Lambda::Permission", {**properties, **anybody}, Condition="HasPublicUrl")
            for name, properties in permissions.items()
        },
    }


def _routes() -> dict[str, Node]:
    calls = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": sub("${Function.Arn}:*")}
    may = sub("Lets the HTTP API call the versions of ${OpponentName} and nothing else")
    routes = {
        "ApiRole": role("apigateway", may, "call", calls),
        "IntegrationLive": integration(ref("Live"), {"CredentialsArn": att("ApiRole")}, Condition="HasRoutes"),
        "IdentifyLive": route(sub(f"GET {PATH}"), "IntegrationLive", Condition="HasRoutes"),
        "MoveLive": route(sub(f"POST {PATH}/move"), "IntegrationLive", Condition="HasRoutes"),
    }
    for slot in SLOTS:  # one route for all that a version is asked: an API has 300
        new, held = f"ANY {PATH}@${{Version.Version}}", f"ANY {PATH}@${{Slot{slot}}}"
        function = if_(f"NewIn{slot}", ref("Version"), sub(f"${{Function.Arn}}:${{Slot{slot}}}"))
        called = {"CredentialsArn": att("ApiRole")}
        routes[f"Integration{slot}"] = integration(function, called, Condition=f"Uses{slot}")
        key = if_(f"NewIn{slot}", sub(f"{new}/{{proxy+}}"), sub(f"{held}/{{proxy+}}"))
        routes[f"Pinned{slot}"] = route(key, f"Integration{slot}", Condition=f"Uses{slot}")
    return routes


def _entry() -> dict[str, Node]:
    properties = {
        "Name": sub("/${Prefix}/opponents/${OpponentName}"),
        "Type": "String",
        "Description": "What the catalog shows of this opponent. It comes and goes with this stack.",
        "Value": if_("ListsUrl", filled("Listing", URL_MARK, att("Url", "FunctionUrl")), ref("Listing")),
    }
    return resource("SSM::Parameter", properties)


def _url_entry() -> dict[str, Node]:
    properties = {
        "Name": sub("/${Prefix}/urls/${OpponentName}"),
        "Type": "String",
        "Description": "Where a catalog of an earlier version finds this opponent, if it has no routes.",
        "Value": att("Url", "FunctionUrl"),
    }
    return resource("SSM::Parameter", properties, Condition="HasUrl")


def _canary_alarms() -> dict[str, Node]:
    """Return what watches a canary, for as long as it is one.

    They are named after their version: whoever ends a canary deletes them at once, and the next one's are others.
    """
    canary: dict[str, Node] = {
        "FunctionName": ref("Function"),
        "Resource": sub("${Function}:live"),
        "ExecutedVersion": att("Version", "Version"),
    }
    name = "${Prefix}-${OpponentName}-canary-${Version.Version}"
    ends = (ref("CanaryAlarmsTopic"),)
    return {
        "CanaryErrorsAlarm": Alarm(
            name=f"{name}-errors",
            description=sub("The canary of ${OpponentName} fails; the guard ends it."),
            metric="AWS/Lambda Errors",
            dimensions=canary,
            statistic="Average",  # of a 0 or a 1 for each request: the share that failed
            threshold=0.01,
            actions=ends,
        ).resource(Condition="IsCanary"),
        "CanaryLatencyAlarm": Alarm(
            name=f"{name}-latency",
            description=sub("The canary of ${OpponentName} is late; the guard ends it."),
            metric="AWS/Lambda Duration",
            dimensions=canary,
            statistic="p99",
            threshold=ref("DeadlineMs"),
            actions=ends,
        ).resource(Condition="IsCanary"),
    }


def _outputs() -> dict[str, Node]:
    return {
        "Endpoint": output("Path of the opponent on the platform's API.", sub(PATH), Condition="HasRoutes"),
        "NewVersion": output("The version that the newest deployment published.", att("Version", "Version")),
        "Release": output("The release of that version.", ref("Release")),
        "FunctionArn": output("The function, for Invoke; add a version or live.", att("Function")),
        "BaseRelease": output("The release that a retrained model came from.", joined("base ", ref("BaseRelease"))),
        "RoleArn": output("The function's role.", att("Role")),
        "ApiRoleArn": output("The role by which the HTTP API calls the function.", att("ApiRole")),
        "FunctionUrl": output("The URL of the function itself.", att("Url", "FunctionUrl"), Condition="HasUrl"),
    }
