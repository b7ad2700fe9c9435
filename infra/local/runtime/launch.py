"""The first thing a worker process runs: as bare an interpreter as Lambda's, then the runtime.

Started as ``python -I -S -u -X utf8 launch.py NAME:VERSION RUNTIME MEMORY_MB PATHS PACKAGES FENCE``: isolated from this
machine's settings and from every installed package.  NAME:VERSION is there for people who look at ``ps``.  RUNTIME is
``awslambdaric`` (AWS's own) or ``loop`` (ours, where AWS's does not run).  PATHS are the folders of the function and of
its layers; PACKAGES is where the managed runtime's own packages are installed, of which only those that Lambda has too
can be imported, after everything of the function's own.  FENCE is what ``fence.py`` holds the process to, or nothing.
"""

import _thread
import os
import sys

TYPE_CHECKING = False  # typing's own costs 10 ms at every cold start
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from typing import Any

MANAGED = (
    *("awslambdaric", "boto3", "botocore", "dateutil", "jmespath", "runtime_client", "s3transfer", "simplejson"),
    *("six", "snapshot_restore_py", "urllib3"),
)
"""What AWS's managed Python runtime can import beside the standard library."""


class ManagedPackages:
    """A finder for ``sys.meta_path``: the packages of the managed runtime, and no other that happens to be there."""

    def __init__(self, folder: str) -> None:
        self._folders = [folder]

    def find_spec(self, name: str, path: object = None, _target: object = None) -> "ModuleSpec | None":
        """Return where ``name`` is, if the managed runtime has it."""
        if path is not None or name not in MANAGED:
            return None
        from importlib.machinery import PathFinder  # noqa: PLC0415

        return PathFinder.find_spec(name, self._folders)


def end_with_the_server() -> None:
    """End this process when the server's end of the pipe on descriptor 0 closes: however the server ended."""
    lifeline = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)

    def wait() -> None:
        os.read(lifeline, 1)
        os._exit(0)

    _thread.start_new_thread(wait, ())


def limit(memory_mb: int) -> None:
    """Hold this process to its memory, and its files to the size of Lambda's /tmp, where the system can."""
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return
    ephemeral = 512 * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_FSIZE, (ephemeral, ephemeral))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":  # macOS accepts the call and ignores it
        size = memory_mb * 1024 * 1024
        # What the process may write to, not its address space: of that, each thread's allocator alone reserves 64 MB.
        resource.setrlimit(resource.RLIMIT_DATA, (size, size))


def beside(folder: str, name: str) -> "Any":
    """Return the module ``name`` of ``folder``, which is on nobody's path."""
    sys.path.append(folder)
    module = __import__(name)
    sys.path.remove(folder)
    return module


def main() -> None:
    """Become the worker that the arguments describe."""
    _name, runtime, memory_mb, paths, packages, fence = sys.argv[1:]
    end_with_the_server()
    here = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - pathlib costs 10 ms at every cold start
    if fence:
        beside(here, "fence").keep_to(fence)
    limit(int(memory_mb))
    sys.path[:0] = paths.split(os.pathsep)
    sys.meta_path.append(ManagedPackages(packages))
    sys.argv = [os.environ["_HANDLER"]]
    place, secret = os.environ["AWS_LAMBDA_RUNTIME_API"], os.environ.pop("_RUNTIME_API_SECRET", "")
    if runtime == "awslambdaric":
        os.environ["AWS_LAMBDA_RUNTIME_API"] = place + secret  # from where it is taken as the client is imported
        from awslambdaric import bootstrap  # noqa: PLC0415
        from awslambdaric.lambda_runtime_client import LambdaRuntimeClient  # noqa: PLC0415

        class Client(LambdaRuntimeClient):  # type: ignore[misc]  # mypy sees nothing of the package
            def call_rapid(self, method: str, endpoint: str, *rest: "Any") -> "Any":
                return super().call_rapid(method, secret + endpoint, *rest)

        os.environ["AWS_LAMBDA_RUNTIME_API"] = place
        bootstrap.run(os.environ["_HANDLER"], Client(place))
    else:
        beside(here, "loop").run(os.environ["_HANDLER"], place + secret)


main()
