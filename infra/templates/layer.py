"""One shared layer, in a stack of its own: its zip must lie in the platform's bucket first."""

from __future__ import annotations

from infra.templates import parameters
from infra.templates.intrinsics import Node, joined, ref, sub
from infra.templates.parts import kept, output, resource, template


def layer() -> dict[str, Node]:
    """Return the template."""
    properties = {
        "LayerName": sub("${Prefix}-${LayerName}"),
        "Description": ref("ArtifactKey"),
        "CompatibleRuntimes": [ref("Runtime")],
        "CompatibleArchitectures": [ref("Architecture")],
        "Content": {"S3Bucket": ref("BucketName"), "S3Key": ref("ArtifactKey")},
    }
    return template(
        "Lambda Arcade, one shared layer. A stack of its own, because its zip must lie in the platform's bucket first.",
        {
            **parameters.prefix(),
            "LayerName": parameters.text("The layer's own name, such as inference.", AllowedPattern="[a-z]+"),
            **parameters.platform_outputs("BucketName"),
            "ArtifactKey": parameters.text("Key of the layer's zip in the bucket."),
            **parameters.python("the layer's wheels are made for"),
            **parameters.release(
                "Names template and settings, so that a deployer sees what is there already. Has no other effect."
            ),
        },
        {"Layer": resource("Lambda::LayerVersion", properties, **kept("Delete", replaced="Retain"))},
        {
            "Release": output("Names template and settings.", joined("release ", ref("Release"))),
            "LayerArn": output("The layer's newest version, to hand to the functions that use it.", ref("Layer")),
        },
    )
