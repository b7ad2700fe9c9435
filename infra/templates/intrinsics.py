"""CloudFormation's intrinsic functions as values, and a template as YAML with their short forms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

Node: TypeAlias = Any
"""A value of a template: text, a number, a list, a mapping, or an ``Intrinsic``."""
WIDTH = 120


@dataclass(frozen=True, slots=True)
class Intrinsic:
    """One call of an intrinsic function: ``Intrinsic("Ref", "Prefix")`` is ``!Ref Prefix``."""

    function: str
    argument: Node


def ref(name: str) -> Intrinsic:
    """Return the value of a parameter, or what CloudFormation calls a resource's reference."""
    return Intrinsic("Ref", name)


def att(resource: str, attribute: str = "Arn") -> Intrinsic:
    """Return an attribute of a resource."""
    return Intrinsic("GetAtt", f"{resource}.{attribute}")


def sub(text: str) -> Intrinsic:
    """Return ``text`` with the parameters, resources and attributes that it names in ``${}``."""
    return Intrinsic("Sub", text)


def filled(text: str, mark: str, value: Node) -> Intrinsic:
    """Return the parameter ``text``, in which ``mark`` stands once, with ``value`` in the place of that."""
    before, after = (Intrinsic("Select", [part, Intrinsic("Split", [mark, ref(text)])]) for part in (0, 1))
    return joined(before, value, after)


def arn(service: str, what: str) -> Intrinsic:
    """Return the ARN of something in this account and region, such as ``table/${LocksTable}``."""
    return sub(f"arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{what}")


def if_(condition: str, then: Node, otherwise: Node | None = None) -> Intrinsic:
    """Return ``then`` where the condition holds, else ``otherwise``: nothing, if it is not given."""
    return Intrinsic("If", [condition, then, ref("AWS::NoValue") if otherwise is None else otherwise])


def equals(parameter: str, value: str | float) -> Intrinsic:
    """Return the condition that a parameter has this value."""
    return Intrinsic("Equals", [ref(parameter), value])


def differs(parameter: str, value: str | float) -> Intrinsic:
    """Return the condition that a parameter has another value."""
    return Intrinsic("Not", [equals(parameter, value)])


def all_of(*conditions: Intrinsic) -> Intrinsic:
    """Return the condition that all of these hold."""
    return Intrinsic("And", list(conditions))


def any_of(*conditions: Intrinsic) -> Intrinsic:
    """Return the condition that one of these holds at least."""
    return Intrinsic("Or", list(conditions))


def condition(name: str) -> Intrinsic:
    """Return the condition of this name, to build others from."""
    return Intrinsic("Condition", name)


def joined(*parts: Node) -> Intrinsic:
    """Return the parts as one text."""
    return Intrinsic("Join", ["", list(parts)])


class _Dumper(yaml.SafeDumper):  # type: ignore[misc]  # PyYAML has no types
    """Writes mappings as blocks, short lists in one line, no anchors, and quotes only where they are needed."""

    def ignore_aliases(self, data: object) -> bool:
        del data
        return True  # CloudFormation reads no anchors

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:  # noqa: FBT001, FBT002 - PyYAML's
        del indentless
        return super().increase_indent(flow, False)  # noqa: FBT003 - the same

    def choose_scalar_style(self) -> Any:
        style = super().choose_scalar_style()
        plain = self.analysis.allow_flow_plain and not self.analysis.multiline
        return "" if style == "'" and plain and not self.event.style and self.event.tag[0] == "!" else style


def _mapping(dumper: Any, node: Mapping[str, Node]) -> Any:
    return dumper.represent_mapping("tag:yaml.org,2002:map", node.items(), flow_style=False)


def _intrinsic(dumper: Any, call: Intrinsic) -> Any:
    tag = f"!{call.function}"
    if isinstance(call.argument, str):
        return dumper.represent_scalar(tag, call.argument, style="|" if "\n" in call.argument else None)
    return dumper.represent_sequence(tag, call.argument)


_Dumper.add_representer(dict, _mapping)
_Dumper.add_representer(Intrinsic, _intrinsic)


def to_yaml(template: Mapping[str, Node]) -> str:
    """Return the template as text, its sections a blank line apart."""
    sections = [
        yaml.dump({name: section}, Dumper=_Dumper, default_flow_style=None, sort_keys=False, width=WIDTH)
        for name, section in template.items()
    ]
    return "\n".join(sections)
