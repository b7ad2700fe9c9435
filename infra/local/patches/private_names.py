"""MiniStack's private parts that the local cloud stands on: names, and what they take.

Its version is pinned exactly because of them.  ``check`` says what has moved before anything is replaced; a test calls
it, so that an upgrade fails there and not in somebody's game.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION = "1.5.33"
"""The MiniStack all of this was written against and measured with."""
LAMBDA_NAMES: Mapping[str, tuple[str, ...]] = {
    "_execute_function_warm": ("func", "event", "request_id"),
    "_emit_lambda_logs": ("func", "request_id", "log_text", "error", "duration_ms", "log_source"),
    "_emit_lambda_metrics": ("function_name", "duration_ms", "error", "throttle"),
    "handle_request": ("method", "path", "headers", "body", "query_params"),
    "_effective_func_record_for_qualifier": ("func", "qualifier"),
    "_functions": (),
    "invoke_async_with_retry": ("func", "event"),
    "_get_func_record_for_ref": ("function_ref",),
    "_execution_record_for_config": ("func", "config"),
    "run_reentrant": ("fn", "args", "thread_name"),
    "_poll_kinesis": (),
    "_init_stream_position": ("esm_id", "source_arn", "starting"),
    "_poll_dynamodb_streams": (),
    "_iter_all_esms": (),
    "_apply_filter_criteria": ("records", "esm"),
    "_get_func_record_for_qualifier": ("name", "qualifier"),
    "_execute_function": ("func", "event"),
    "_esm_wake": (),
    "_esm_backoff_until": (),
    "_run_sqs_batch": ("esm", "func_rec", "event", "batch", "queue_url", "queue_name"),
    "_kinesis_positions": (),
    "_dynamodb_stream_positions": (),
    "_invoke": ("name", "event", "headers", "path_qualifier", "query_params"),
    "_reserved_concurrency": ("func", "config"),
    "lambda_execute_result_to_api_proxy_response": ("exec_result",),
    "_resolve_layer_zip": ("attachment",),
    "_externalize_code_zip": ("func", "referenced"),
    "_prune_orphan_code_blobs": ("referenced",),
    "_get_function": ("name", "qualifier"),
    "_get_function_config": ("name", "qualifier"),
    "_execute_function_with_config_scope": ("func", "event"),
    "_run_with_function_config_scope": ("func_or_config", "callback", "args", "kwargs"),
    "_acquire_execution_slot": ("func", "config"),
    "_release_execution_slot": ("key",),
    "_inflight": (),
    "_inflight_key": ("config",),
    "_inflight_lock": (),
    "_inflight_total": (),
    "_ACCOUNT_CONCURRENCY_CAP": (),
    "new_uuid": (),
    "_layers": (),
    "get_request_client_ip": (),
    "_unzipped_size": ("zip_data",),
    "serve_function_code": ("func_name", "account_id", "region"),
    "serve_layer_content": ("layer_name", "version", "account_id", "region"),
}
APP_NAMES: Mapping[str, tuple[str, ...]] = {
    "load_state": ("service",),
    "save_all": ("services",),
    "_build_persistence_save_dict": (),
    "_loaded_modules": (),
    "_get_module": ("name",),
    "AUTH": (),
    "_state_map": (),
    "SERVICE_REGISTRY": (),
    "SERVICE_NAME_ALIASES": (),
    "_handle_execute_api_request": (
        *("host", "path", "method", "headers", "body", "query_params", "raw_path", "raw_query_string"),
    ),
    "_handle_lambda_url_request": ("host", "path", "method", "headers", "body", "query_params", "source_ip"),
    "_dispatch_service_request": ("method", "path", "headers", "body", "query_params", "request_id"),
    "_with_data_plane_headers": ("response", "request_id", "include_s3_id", "wildcard_cors"),
    "_request_account_scope": ("access_key_id",),
    "_asgi_header_list": ("headers",),
    "set_request_client_ip": ("address",),
    "set_request_account_id": ("access_key_id",),
    "set_request_region": ("region",),
    "extract_access_key_id": ("headers", "query_params"),
    "extract_region": ("headers", "query_params"),
    "decode_header_value": ("value",),
    "pin_request_origin": ("source_ip", "secure_transport"),
    "pin_signed_request": ("method", "raw_path", "query_params", "raw_headers", "handshake"),
    "pin_signed_body": ("body",),
}
"""What ``state_store`` and ``calls`` call."""
GATEWAY_NAMES: Mapping[str, tuple[str, ...]] = {
    "_invoke_lambda_proxy": (
        *("integration", "api_id", "stage", "path", "method", "headers", "body", "query_params", "route_key"),
        *("path_params", "authorizer_claims", "authorizer_scopes", "authorizer_lambda_context", "authorizer_iam"),
        *("owner_account_id", "owner_region", "raw_query_string"),
    ),
    "_stages": (),
    "run_reentrant": ("fn", "args", "thread_name"),
    "_extract_path_params": ("route_path", "request_path"),
    "_match_route": ("api_id", "method", "path"),
    "_routes": (),
}
"""What ``throttle`` and ``lookups`` replace and call."""
EVALUATOR_NAMES: Mapping[str, tuple[str, ...]] = {"_resolve_condition_key": ("key", "ctx")}
ACTIONS_NAMES: Mapping[str, tuple[str, ...]] = {
    "_lambda_action": ("method", "path"),
    "extract_resource_arn": (
        *("service", "method", "path", "headers", "body"),
        *("query_params", "region", "account_id"),
    ),
}
"""What ``iam`` replaces."""
PROVISIONERS_NAMES: Mapping[str, tuple[str, ...]] = {"_lambda_version_function": ("props",)}
STACKS_NAMES: Mapping[str, tuple[str, ...]] = {"_runs_on_worker_thread": ("resource_type",)}
"""What ``execution`` replaces."""
CLOUDFORMATION_NAMES: Mapping[str, tuple[str, ...]] = dict.fromkeys(
    ("_ACTION_HANDLERS", "_stacks", "_change_sets", "_stack_events"), ()
)
HELPERS_NAMES: Mapping[str, tuple[str, ...]] = {
    "_p": ("params", "key", "default"),
    "_error": ("code", "message", "status"),
}
"""What ``mend_change_sets`` replaces and calls."""
PARSERS = "engine", "changesets", "handlers"
PARSER_NAMES: Mapping[str, tuple[str, ...]] = {"_parse_template": ("template_body",)}
"""What ``mend_templates`` replaces, and where."""

S3_NAMES: Mapping[str, tuple[str, ...]] = {
    "handle_request": (
        *("method", "path", "headers", "body", "query_params", "signed_path", "enforce_bucket_region", "internal"),
        *("access_point_region", "access_point"),
    ),
    "_atomic_write": ("fpath", "data", "text"),
    "_fire_s3_event": (
        *("bucket_name", "key", "event_name", "size", "etag", "deletion_type", "restore_event_data", "version_id"),
        *("sequencer", "object_extra", "record_extra"),
    ),
    "_fire_s3_event_async": (
        *("bucket_name", "key", "event_name", "size", "etag", "deletion_type", "version_id", "object_extra"),
        "record_extra",
    ),
    "_next_event_sequencer": ("event_name",),
    "_parse_bucket_key": ("path", "headers"),
    "_bucket_notifications": (),
    "_buckets": (),
    "_object_versions": (),
    "_version_file_exists": ("bucket_name", "key", "version_id", "account_id"),
    "_multipart_uploads": (),
    "_completed_multipart_uploads": (),
}
"""What ``objects`` replaces and calls."""
SNS_NAMES: Mapping[str, tuple[str, ...]] = {
    "_deliver_to_lambda": (
        *("endpoint", "envelope", "topic_arn", "sub_arn", "msg_id", "raw_message", "message_attributes"),
    ),
    "_threading": (),
}
"""What ``asynchronous`` replaces."""
SQS_NAMES: Mapping[str, tuple[str, ...]] = {
    "_queues": (),
    "_delete_messages_for_esm": ("queue_url", "receipt_handles"),
}
"""What ``queues`` calls."""
CLOUDWATCH_NAMES: Mapping[str, tuple[str, ...]] = {
    "_evaluate_alarm": ("alarm",),
    "_evaluate_all_alarms": (),
    "_metrics": (),
    "_dims_from_list": ("dimensions",),
    "_dims_key": ("dims",),
}
"""What ``alarms`` replaces and calls."""


class PatchError(RuntimeError):
    """MiniStack is not the one this was written for."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The modules of MiniStack that are replaced or called in part."""

    lambda_service: Any
    app: Any
    gateway: Any
    evaluator: Any
    actions: Any
    formation: Any
    s3: Any
    sns: Any
    sqs: Any
    cloudwatch: Any


def check(parts: Parts) -> None:
    """Raise PatchError if a part of MiniStack that is replaced or called in this folder has moved."""
    found = metadata.version("ministack")
    if found != VERSION:
        raise PatchError(f"ministack is {found}; the local cloud is written against {VERSION} and pinned to it")
    named = (
        (parts.lambda_service, "lambda_svc", LAMBDA_NAMES),
        (parts.app, "app", APP_NAMES),
        (parts.gateway, "apigateway", GATEWAY_NAMES),
        (parts.evaluator, "iam_evaluator", EVALUATOR_NAMES),
        (parts.actions, "iam_actions", ACTIONS_NAMES),
        (parts.formation, "cloudformation", CLOUDFORMATION_NAMES),
        (getattr(parts.formation, "helpers", None), "cloudformation.helpers", HELPERS_NAMES),
        *((getattr(parts.formation, name, None), f"cloudformation.{name}", PARSER_NAMES) for name in PARSERS),
        (getattr(parts.formation, "provisioners", None), "cloudformation.provisioners", PROVISIONERS_NAMES),
        (getattr(parts.formation, "stacks", None), "cloudformation.stacks", STACKS_NAMES),
        (parts.s3, "s3", S3_NAMES),
        (parts.sns, "sns", SNS_NAMES),
        (parts.sqs, "sqs", SQS_NAMES),
        (parts.cloudwatch, "cloudwatch", CLOUDWATCH_NAMES),
    )
    for module, where, names in named:
        for name, expected in names.items():
            part = getattr(module, name, None)
            if part is None:
                raise PatchError(f"ministack {found} has no {where}.{name} any more; infra/local needs it")
            parameters = tuple(inspect.signature(part).parameters) if callable(part) else ()
            if parameters != expected:
                raise PatchError(f"ministack {found}: {where}.{name} takes {parameters}, not {expected}")
