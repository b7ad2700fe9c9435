"""`cloud up` and `cloud down`: the local cloud, and who else may call it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from client.commands.context import UsageError, cloud_choice, err, find_environment, out, print_json

if TYPE_CHECKING:
    from infra.environment.environment import Environment
    from infra.local.access import Access
    from infra.local.daemon import LocalCloud

JSON = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def up(
    context: typer.Context,
    *,
    lan: Annotated[
        bool, typer.Option("--lan", help="Let other machines of the network play, with a key that is shown once.")
    ] = False,
    allow_origin: Annotated[
        str | None, typer.Option(help="Let web pages of this origin call the HTTP API.", metavar="URL")
    ] = None,
    as_json: JSON = False,
) -> None:
    """Start the local cloud, or find it running, and print its endpoint.

    --lan and --allow-origin hold until `cloud down`; without either, what was asked for before stays.
    """
    from infra.local import daemon  # noqa: PLC0415

    access, key = None, ""
    if lan or allow_origin is not None:
        access, key = _asked(context, lan=lan, origin=allow_origin)
    cloud = daemon.up(access=access)
    for note in cloud.notes:
        err.print(f"note: {note}", soft_wrap=True)
    told = {"endpoint": cloud.endpoint, "pid": cloud.pid, "home": str(cloud.home), "started": cloud.fresh}
    if as_json:
        print_json(told | _beyond(cloud, access, key))
        return
    out.print(f"the local cloud {'started' if cloud.fresh else 'runs'} at {cloud.endpoint} (process {cloud.pid})")
    beyond = _beyond(cloud, access, key)
    if "allow_origin" in beyond:
        out.print(f"pages of {beyond['allow_origin']} may call its HTTP API", soft_wrap=True)
    if "lan" in beyond:
        out.print(
            "other machines play with" if key else "other machines play with the key that was shown, and", end=" "
        )
        out.print(f"lambda-arcade play --cloud {beyond['lan']}" + (f" --key {key}" if key else ""), soft_wrap=True)


def _asked(context: typer.Context, *, lan: bool, origin: str | None) -> tuple[Access, str]:
    """Return who else may call, and the key if a new one was made.  Raises UsageError, LocalCloudError, CloudError."""
    from dataclasses import replace  # noqa: PLC0415

    from infra.local.access import checked_origin, network_address, new_lan_key, read_access  # noqa: PLC0415
    from infra.local.paths import cloud_paths  # noqa: PLC0415

    if not cloud_choice(context).local:
        raise UsageError(
            "--lan and --allow-origin are of the local cloud; docs/aws.md says what AWS has in their place"
        )
    access = read_access(cloud_paths().access)
    if origin is not None:
        access = replace(access, origin=checked_origin(origin))
    if not lan:
        return access, ""
    address = network_address()
    environment = find_environment(context)
    _check_open(environment)
    asked = replace(access, address=address, api_id=environment.platform["ApiId"])
    if access.key_sha256 and asked == access:
        return access, ""
    key, key_sha256 = new_lan_key()
    return replace(asked, key_sha256=key_sha256), key


def _check_open(environment: Environment) -> None:
    """Raise UsageError for an API that asks for a key or a signature of its own."""
    from infra.deploy.auth import NOBODY_ASKED, chosen  # noqa: PLC0415

    stacks = environment.cloud.stacks(environment.names.prefix)
    if chosen(None, stacks, environment.names) != NOBODY_ASKED:
        raise UsageError("--lan has a key of its own, and this API asks for another: deploy --all --auth none first")


def _beyond(cloud: LocalCloud, access: Access | None, key: str) -> dict[str, Any]:
    """Return who else may call, for programs.  Raises LocalCloudError where the network was not to be had."""
    from infra.local import daemon  # noqa: PLC0415
    from infra.local.access import read_access  # noqa: PLC0415
    from infra.local.paths import LocalCloudError, cloud_paths  # noqa: PLC0415

    holds = access or read_access(cloud_paths().access)
    told: dict[str, Any] = {"allow_origin": holds.origin} if holds.origin else {}
    if holds.address:
        lan = str(daemon.ask(cloud.endpoint, "/_arcade/health").get("lan", ""))
        if not lan:
            raise LocalCloudError(f"{holds.address}:{cloud.port} cannot be listened on; see {cloud_paths().log}")
        told |= {"lan": lan, **({"key": key} if key else {})}
    return told


def down() -> None:
    """Stop the local cloud.  Functions, stacks and objects stay for the next start."""
    from infra.local import daemon  # noqa: PLC0415

    out.print(daemon.down())
