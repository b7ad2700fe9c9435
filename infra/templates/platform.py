"""What all opponents share: a bucket for records and artifacts, the HTTP API, tables, queues and alarms."""

from __future__ import annotations

from infra.templates import parameters
from infra.templates.intrinsics import Node, att, differs, if_, joined, ref, sub
from infra.templates.parts import (
    Alarm,
    kept,
    log,
    output,
    policy_document,
    resource,
    service_may,
    table,
    tags,
    template,
)

DESCRIPTION = (
    "Lambda Arcade, what all opponents share: a bucket for records and artifacts, the HTTP API, tables, queues and"
    " alarms. Deploy it first; each opponent is a stack of its own over this one."
)
BUCKET = "${Prefix}-${AWS::AccountId}-${AWS::Region}"
SAME_ACCOUNT = {"StringEquals": {"aws:SourceAccount": ref("AWS::AccountId")}}
ACCESS_LOG = "$context.integration.requestId $context.status $context.responseLatency $context.routeKey"
"""A line costs by its length.  The function's own id of the request finds what the function wrote about it."""


def platform() -> dict[str, Node]:
    """Return the template."""
    return template(
        DESCRIPTION,
        _parameters(),
        {
            **_bucket(),
            **_topic("NewRecords", "new-records", "TheBucketTells", "s3", {
                **SAME_ACCOUNT, "ArnLike": {"aws:SourceArn": sub(f"arn:${{AWS::Partition}}:s3:::{BUCKET}")},
            }),
            **_topic("CanaryAlarms", "canary-alarms", "AlarmsTell", "cloudwatch", SAME_ACCOUNT),
            **_dead_letters(),
            "Ratings": table("${Prefix}-ratings", policy="Retain"),
            "Locks": table("${Prefix}-locks", expires="expires"),
            **_api(),
            **_alarms(),
        },
        _outputs(),
        {"HasOrigin": differs("AllowedOrigin", "")},
    )  # fmt: skip


def _parameters() -> dict[str, Node]:
    number = parameters.number
    return {
        **parameters.prefix("First part of every name, so that several arcades fit into one account."),
        **parameters.retention("access logs are"),
        "RecordRetentionDays": number(
            "How long recorded games and their annotations are kept.", Default=3650, MinValue=1
        ),
        "RequestsPerSecond": number(
            "Steady requests a second that each route may take before callers get 429.", Default=1000, MinValue=1
        ),
        "BurstRequests": number(
            "Requests that each route may take at once before callers get 429.", Default=500, MinValue=1
        ),
        "AllowedOrigin": parameters.text(
            "A web page's origin that may call the API from a browser; empty closes CORS.", Default=""
        ),
        **parameters.release(
            "Names template and settings, so that a deployer sees what is there already. Has no other effect."
        ),
    }


def _bucket() -> dict[str, Node]:
    expiring = [
        {"Id": kind, "Status": "Enabled", "Prefix": f"{kind}/", "ExpirationInDays": ref("RecordRetentionDays")}
        for kind in ("records", "annotations")
    ]
    leftovers = {
        "Id": "leftovers",
        "Status": "Enabled",
        "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
    }
    news = {
        "Event": "s3:ObjectCreated:*",
        "Topic": ref("NewRecords"),
        "Filter": {"S3Key": {"Rules": [{"Name": "prefix", "Value": "records/"}]}},
    }
    encryption = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    closed = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    properties = {
        "BucketName": sub(BUCKET),
        "VersioningConfiguration": {"Status": "Enabled"},
        "BucketEncryption": {"ServerSideEncryptionConfiguration": [encryption]},
        "PublicAccessBlockConfiguration": dict.fromkeys(closed, True),
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        "LifecycleConfiguration": {"Rules": [*expiring, leftovers]},
        "NotificationConfiguration": {"TopicConfigurations": [news]},
        "Tags": tags(),
    }
    tls_only = {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [att("Bucket"), sub("${Bucket.Arn}/*")],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return {
        "Bucket": resource("S3::Bucket", properties, **kept("Retain"), DependsOn="NewRecordsPolicy"),
        "BucketPolicy": resource(
            "S3::BucketPolicy", {"Bucket": ref("Bucket"), "PolicyDocument": policy_document(tls_only)}
        ),
    }


def _topic(logical_id: str, name: str, sid: str, service: str, condition: Node) -> dict[str, Node]:
    """Return a topic on which a service of AWS's tells us something."""
    policy = service_may(sid, service, "sns:Publish", ref(logical_id), condition)
    return {
        logical_id: resource("SNS::Topic", {"TopicName": sub(f"${{Prefix}}-{name}"), "Tags": tags()}),
        f"{logical_id}Policy": resource("SNS::TopicPolicy", {"Topics": [ref(logical_id)], "PolicyDocument": policy}),
    }


def _dead_letters() -> dict[str, Node]:
    queue = {
        "QueueName": sub("${Prefix}-dead-letters"),
        "SqsManagedSseEnabled": True,
        "MessageRetentionPeriod": 1209600,
        "Tags": tags(),
    }
    told = {"ArnEquals": {"aws:SourceArn": ref("NewRecords")}}
    policy = service_may("TheTopicGivesUp", "sns", "sqs:SendMessage", att("DeadLetters"), told)
    return {
        "DeadLetters": resource("SQS::Queue", queue),
        "DeadLettersPolicy": resource("SQS::QueuePolicy", {"Queues": [ref("DeadLetters")], "PolicyDocument": policy}),
    }


def _alarms() -> dict[str, Node]:
    """Return the alarms there are, each on a sum: a metric of each opponent's would cost more than its playing."""
    return {
        "ErrorsAlarm": Alarm(
            name="${Prefix}-errors",
            description="More than one in a hundred requests to the functions of this account fails.",
            metric="AWS/Lambda Errors",
            dimensions={},
            statistic="Average",  # of a 0 or a 1 for each request: the share that failed
            threshold=0.01,
            periods=2,
        ).resource(),
        "ThrottlesAlarm": Alarm(
            name="${Prefix}-throttles",
            description="A function of this account is refused the concurrency it needs.",
            metric="AWS/Lambda Throttles",
            dimensions={},
            statistic="Sum",
            periods=3,
        ).resource(),
        "LatencyAlarm": Alarm(
            name="${Prefix}-latency",
            description="One request to the API in a hundred takes longer than a second.",
            metric="AWS/ApiGateway Latency",
            dimensions={"ApiId": ref("Api")},
            statistic="p99",
            threshold=1000,
            periods=3,
        ).resource(),
        "DeadLettersAlarm": Alarm(
            name="${Prefix}-dead-letters",
            description="A record or an event could not be worked on and waits in the dead-letter queue.",
            metric="AWS/SQS ApproximateNumberOfMessagesVisible",
            dimensions={"QueueName": att("DeadLetters", "QueueName")},
            statistic="Maximum",
            period_s=300,
        ).resource(),
    }


def _api() -> dict[str, Node]:
    cors = {
        "AllowOrigins": [ref("AllowedOrigin")],
        "AllowMethods": ["GET", "POST"],
        "AllowHeaders": ["content-type", "x-api-key"],
        "MaxAge": 600,
    }
    api = {
        "Name": ref("Prefix"),
        "ProtocolType": "HTTP",
        "Description": "Lambda Arcade, protocol 1",
        "CorsConfiguration": if_("HasOrigin", cors),
        "Tags": {"application": ref("Prefix")},
    }
    stage = {
        "ApiId": ref("Api"),
        "StageName": "$default",
        "AutoDeploy": True,
        "AccessLogSettings": {"DestinationArn": att("AccessLogs"), "Format": ACCESS_LOG},
        "DefaultRouteSettings": {
            "ThrottlingRateLimit": ref("RequestsPerSecond"),
            "ThrottlingBurstLimit": ref("BurstRequests"),
            "DetailedMetricsEnabled": False,  # a metric for each route, for money
        },
        "Tags": {"application": ref("Prefix")},
    }
    return {
        "Api": resource("ApiGatewayV2::Api", api),
        "Stage": resource("ApiGatewayV2::Stage", stage),
        "AccessLogs": log("/aws/apigateway/${Prefix}"),
    }


def _outputs() -> dict[str, Node]:
    return {
        "Release": output("Names template and settings.", joined("release ", ref("Release"))),
        "BucketName": output("Bucket of records, annotations and artifacts.", ref("Bucket")),
        "ApiId": output("The HTTP API that every opponent adds its routes to.", ref("Api")),
        "RatingsTable": output("Table of ratings.", ref("Ratings")),
        "LocksTable": output("Table of who is deploying what.", ref("Locks")),
        "NewRecordsTopic": output("Where the bucket tells of new records.", ref("NewRecords")),
        "DeadLettersQueue": output("Where what could not be worked on waits.", att("DeadLetters")),
        "CanaryAlarmsTopic": output("Where alarms tell of a canary that fails or is late.", ref("CanaryAlarms")),
    }
