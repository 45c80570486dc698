"""The OCI conformance suite: nothing failed, nothing skipped, and nothing left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clients.server import Moorage
from tests.conformance.suite import run_suite

#: How many cases the pinned suite has for a registry that supports everything: fewer were not run.
CASES = {"1.1": 862, "dev": 986}


@pytest.mark.parametrize("version", ["1.1", "dev"])
def test_oci_conformance(registry: Moorage, version: str, tmp_path: Path) -> None:
    """The released version and the one in development, on every storage, with one worker and with several."""
    report = run_suite(registry, version, f"conformance/{version}", tmp_path)
    assert not report.failed, report.problems()
    assert not report.skipped, report.problems()
    assert report.tests >= CASES[version], report.output
