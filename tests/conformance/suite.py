"""Running the OCI conformance suite and reading its report."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tests.clients.harness import environment, find_tool
from tests.clients.server import ADMIN, Moorage

#: Seconds of one run; 15 were measured against another registry, on two busy cores.
TIMEOUT = 300


@dataclass(frozen=True)
class Report:
    """What ``junit.xml`` says, and the output of the program."""

    tests: int
    failed: dict[str, str]
    skipped: dict[str, str]
    output: str

    def problems(self) -> str:
        """Every case that did not pass, with the suite's words."""
        cases = [f"FAILED  {name}: {text}" for name, text in self.failed.items()]
        cases += [f"SKIPPED {name}: {text}" for name, text in self.skipped.items()]
        return "\n".join(cases) or self.output


def run_suite(registry: Moorage, version: str, repository: str, directory: Path) -> Report:
    """Run the suite for one version of the specification on two repositories that begin with ``repository``."""
    env = environment(
        directory / "home",
        OCI_REGISTRY=registry.address,
        OCI_TLS="disabled",
        OCI_VERSION=version,
        OCI_REPO1=f"{repository}/repo1",
        OCI_REPO2=f"{repository}/repo2",
        OCI_USERNAME=ADMIN.name,
        OCI_PASSWORD=ADMIN.password,
        OCI_RESULTS_DIR=str(directory),
        OCI_LOG="warn",
    )
    result = subprocess.run(
        [find_tool("conformance")], env=env, cwd=directory, capture_output=True, text=True, timeout=TIMEOUT, check=False
    )
    return _read(directory / "junit.xml", result.stdout + result.stderr, result.returncode)


def _read(path: Path, output: str, status: int) -> Report:
    assert path.exists(), f"the suite ended with {status} and without a report\n{output}"
    root = ElementTree.parse(path).getroot()
    failed, skipped = {}, {}
    for case in root.iter("testcase"):
        name = case.get("name", "").removeprefix("OCI Conformance Test/")
        for problem in case:
            if problem.tag in ("failure", "error"):
                failed[name] = problem.get("message") or (problem.text or "").strip()
            elif problem.tag == "skipped":
                skipped[name] = problem.get("message") or (problem.text or "").strip()
    totals = {name: int(root.get(name, "0")) for name in ("tests", "failures", "skipped")}
    # A group counts as well as its cases, so the totals cannot be smaller than what was found.
    assert totals["failures"] or not failed, f"the report contradicts itself: {totals}"
    if status != 0 and not failed:
        failed["(the suite itself)"] = f"ended with {status}"
    return Report(totals["tests"], failed, skipped, output)
