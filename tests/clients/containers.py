"""The settings that podman, buildah and skopeo share, kept away from those of this machine."""

from __future__ import annotations

from pathlib import Path

from tests.clients.harness import environment, find_tool, run

# default_ulimits and runc: on a host without CAP_SYS_RESOURCE podman may not raise the limits it would by default,
# and crun refuses hosts with both versions of cgroups.
CONTAINERS_CONF = """\
[containers]
default_ulimits = []
[engine]
cgroup_manager = "cgroupfs"
runtime = "runc"
events_logger = "file"
"""
POLICY = '{"default": [{"type": "insecureAcceptAnything"}]}'


class Containers:
    """A private image store with its login file."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.env = environment(
            home,
            CONTAINERS_CONF=str(home / "containers.conf"),
            REGISTRY_AUTH_FILE=str(home / "auth.json"),
            TMPDIR=str(home),
        )
        (home / "containers.conf").write_text(CONTAINERS_CONF)
        policy = home / ".config" / "containers" / "policy.json"
        policy.parent.mkdir(parents=True, exist_ok=True)
        policy.write_text(POLICY)

    def run(self, program: str, *arguments: str, stdin: str | None = None) -> str:
        """Run podman or buildah on the store; what it printed."""
        # vfs copies instead of mounting: nothing of a store stays mounted when a test is killed.
        store = ("--root", str(self.home / "store"), "--runroot", str(self.home / "run"), "--storage-driver", "vfs")
        return run([find_tool(program), *store, *arguments], env=self.env, stdin=stdin, cwd=self.home).stdout.strip()
