"""The pages of ``/metrics``: one for each of Harbor's components that has metrics (H 5).

A collector belongs to one page, or to every page when what it tells is of the process and not of a component.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from prometheus_client import CollectorRegistry
from prometheus_client.registry import Collector


class Page(StrEnum):
    """A component, as ``?comp=`` names it; ``COMMON`` is on every page."""

    CORE = "core"
    REGISTRY = "registry"
    JOBSERVICE = "jobservice"
    EXPORTER = "exporter"
    COMMON = ""


class Pages:
    """The collectors of a process."""

    def __init__(self) -> None:
        self._registries: dict[Page, CollectorRegistry] = {page: CollectorRegistry() for page in Page}

    def register(self, collector: Collector, page: Page) -> None:
        """Show what ``collector`` has on a page."""
        self._registries[page].register(collector)

    def __getitem__(self, page: Page) -> CollectorRegistry:
        """A page's collectors, such as for ``prometheus_client.Counter(registry=)``."""
        return self._registries[page]

    @property
    def registries(self) -> Mapping[Page, CollectorRegistry]:
        """All of them."""
        return self._registries
