"""``lambda-arcade``: the composition root, where the rooms of the house are put together."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from client.commands.context import choose_cloud, err, explain_missing
from client.commands.families import Families
from client.console import labelled, prepare
from client.troubles import told

EXIT_USAGE = 2
EXIT_INTERRUPTED = 130

app = typer.Typer(
    cls=Families,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(epilog="Start with: lambda-arcade play")
def root(
    context: typer.Context,
    *,
    profile: Annotated[str | None, typer.Option(help="Go to AWS, to the account of this profile.")] = None,
    aws: Annotated[
        bool,
        typer.Option("--aws", help="Go to AWS with the SDK's own credentials: variables, a role, CloudShell, OIDC."),
    ] = False,
    region: Annotated[
        str | None, typer.Option(help="AWS region, such as eu-west-1; by default AWS_REGION or the profile's.")
    ] = None,
    endpoint: Annotated[str | None, typer.Option(help="Go to another cloud that speaks the AWS APIs: its URL.")] = None,
) -> None:
    """Backgammon, Battleship and Pac-Man against trained models, each of them a function of its own.

    Without --profile, --aws and --endpoint every command talks to the local
    cloud, whatever AWS variables and proxies are set; it starts by itself.
    With one of them the first line says where the command goes.
    """
    choose_cloud(context, endpoint, profile, region, aws=aws)


def main() -> None:
    """Run the command line; what a user can cause ends in one line and exit status 2."""
    prepare()
    try:
        app()
    except ModuleNotFoundError as error:
        missing = explain_missing(error)
        if missing is None:
            raise
        err.print(labelled("error:", "red", f" {missing}"), soft_wrap=True)
        sys.exit(EXIT_USAGE)
    except KeyboardInterrupt:
        err.print("interrupted")
        sys.exit(EXIT_INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has seen enough
        sys.exit(0)
    except (ValueError, RuntimeError, OSError) as error:
        err.print(labelled("error:", "red", f" {told(error)}"), soft_wrap=True)
        sys.exit(EXIT_USAGE)
