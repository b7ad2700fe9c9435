"""What things are called in the cloud: everything follows from the prefix and the opponent's name."""

from __future__ import annotations

from dataclasses import dataclass

URL_MARK = "@URL@"
"""What stands for the function's URL in the listing of an opponent without routes; its stack replaces it."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names under one prefix."""

    prefix: str = "lambda-arcade"

    @property
    def platform(self) -> str:
        """The stack of what is shared."""
        return f"{self.prefix}-platform"

    @property
    def keys(self) -> str:
        """Where the platform's keys are in the parameter store."""
        return f"/{self.prefix}/proofs"

    @property
    def dashboard(self) -> str:
        """The stack of the dashboard."""
        return f"{self.prefix}-dashboard"

    def layer(self, layer: str) -> str:
        """Return the stack of a layer."""
        return f"{self.prefix}-layer-{layer}"

    def service(self, service: str) -> str:
        """Return the stack of one of the platform's own functions, which is also the function's name."""
        return f"{self.prefix}-service-{service}"

    def trainer(self, opponent: str) -> str:
        """Return the stack of an opponent's trainer."""
        return f"{self.prefix}-trainer-{opponent.replace('_', '-')}"

    def trainer_function(self, opponent: str) -> str:
        """Return the function that trains an opponent."""
        return f"{self.prefix}-trainer-{opponent}"

    def tally_function(self, opponent: str) -> str:
        """Return the function that counts new records for an opponent's trainer."""
        return f"{self.prefix}-tally-{opponent}"

    @property
    def opponents(self) -> str:
        """What the stacks of opponents begin with."""
        return f"{self.prefix}-opponent-"

    def opponent(self, opponent: str) -> str:
        """Return the stack of an opponent.  CloudFormation allows no ``_``; no name holds a ``-``."""
        return self.opponents + opponent.replace("_", "-")

    def function(self, opponent: str) -> str:
        """Return the function of an opponent."""
        return f"{self.prefix}-{opponent}"

    def opponent_of(self, stack: str) -> str:
        """Return the opponent whose stack this is; ``opponent``'s inverse."""
        return stack.removeprefix(self.opponents).replace("-", "_")
