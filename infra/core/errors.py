"""What the cloud refuses, in one line that says what to do."""

from __future__ import annotations

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    ProxyConnectionError,
)


class CloudError(RuntimeError):
    """The cloud refused or did not answer; the message says what to do."""


class StackBusyError(CloudError):
    """Another program changes the stack at this moment: what was prepared is void, and can be prepared again."""


_CREDENTIALS = frozenset({"InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch",
                          "InvalidAccessKeyId", "AuthFailure", "MissingAuthenticationToken"})  # fmt: skip
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
_FORBIDDEN = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError"})
_QUOTA = frozenset({"LimitExceededException", "LimitExceeded", "ServiceQuotaExceededException", "TooManyBuckets",
                    "CodeStorageExceededException", "TooManyRequestsException", "Throttling"})  # fmt: skip
_TAKEN = frozenset({"BucketAlreadyExists", "AlreadyExistsException", "ResourceConflictException", "ConflictException"})
_TOO_LARGE = frozenset({"RequestEntityTooLargeException", "EntityTooLarge", "InvalidParameterValueException"})


def explain(error: ClientError | BotoCoreError, *, endpoint: str | None, profile: str | None) -> CloudError:
    """Return ``error`` as one line that names the remedy."""
    if isinstance(error, ClientError):
        return CloudError(_refused(error, profile))
    if isinstance(error, EndpointConnectionError):
        if endpoint:
            return CloudError(f"nothing answers at {endpoint}: start the local cloud with lambda-arcade cloud up")
        return CloudError(f"AWS cannot be reached: {_flat(error)}; check the network and --region")
    return CloudError(_not_sent(error, profile))


def _not_sent(error: BotoCoreError, profile: str | None) -> str:
    if isinstance(error, ProxyConnectionError):
        return f"{_flat(error)}: HTTPS_PROXY, HTTP_PROXY or ALL_PROXY names it; NO_PROXY makes exceptions"
    if isinstance(error, ProfileNotFound):
        return f"there is no AWS profile called {profile!r}; aws configure list-profiles names those there are"
    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        return "no AWS credentials were found: give --profile, or with --aws set AWS_ACCESS_KEY_ID and its secret"
    return _flat(error)


def _refused(error: ClientError, profile: str | None) -> str:
    details = error.response.get("Error", {})
    code, message = details.get("Code", ""), details.get("Message", "") or str(error)
    text = " ".join(message.split())
    who = f"profile {profile!r}" if profile else "these credentials"
    if code in _TOO_LARGE and "size" in text.lower():
        return f"the package is too large: {text}; leave files out of the folder, or make the model smaller"
    for codes, line in (
        (_CREDENTIALS, f"AWS does not know {who} ({code}); sign in again, or give another --profile"),
        (_EXPIRED, f"the session of {who} has run out; sign in again (aws sso login)"),
        (_FORBIDDEN, f"not allowed: {text}; docs/deployer-policy.json lists what a deployer needs"),
        (_QUOTA, f"a quota is used up ({code}): {text}; ask for more in Service Quotas, or delete something"),
        (_TAKEN, f"the name is taken ({code}): {text}; delete what has it, or deploy into another account or region"),
    ):
        if code in codes:
            return line
    return f"{error.operation_name} was refused ({code}): {text}"


def _flat(error: Exception) -> str:
    return " ".join(str(error).split())
