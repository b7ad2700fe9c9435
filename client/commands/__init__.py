"""The subcommands, one module a family.

Together with ``client.cli`` they are the composition root: the only place that may reach into ``training`` and
``infra``, and they import both inside the commands, so that ``--help`` stays quick.
"""
