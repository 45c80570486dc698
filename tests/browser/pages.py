"""Every page of the portal: its address, and what is there when it has been shown."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from tests.browser.contents import Filled

#: Most requests to the API that one view of a page may cost, opened by its address in a new browser tab.
MOST_REQUESTS = 3


@dataclass(frozen=True)
class PortalPage:
    """A page with the addresses of a filled server in it: ``{shop}`` is a project's id, ``{cart}`` a digest."""

    name: str
    path: str
    #: Text that is there when the page has loaded; it may have the same names in it.
    shows: str
    #: Of a list 3; a page that is no list may ask more, and says how much here.
    requests: int = MOST_REQUESTS

    def address(self, filled: Filled) -> str:
        """The path on the server."""
        digests = {name: quote(getattr(filled, name), safe=":") for name in ("cart", "cart_before", "base", "chart")}
        return self.path.format(shop=filled.shop, platform=filled.platform, **digests)


_SHOP = "/harbor/projects/{shop}"
_CART = f"{_SHOP}/repositories/cart"

PAGES = (
    PortalPage("projects", "/harbor/projects", "observability"),
    PortalPage("project-summary", f"{_SHOP}/summary", "20 MiB"),
    PortalPage("project-repositories", f"{_SHOP}/repositories", "web/front"),
    PortalPage("project-artifacts", f"{_SHOP}/artifacts", "charts/shop"),
    PortalPage("project-members", f"{_SHOP}/members", "jonas"),
    PortalPage("project-labels", f"{_SHOP}/labels", "needs-review"),
    PortalPage("project-robots", f"{_SHOP}/robot-account", "ci"),
    PortalPage("project-retention", f"{_SHOP}/tag-strategy/tag-retention", "every day"),
    PortalPage("project-immutable", f"{_SHOP}/tag-strategy/immutable-tag", "1.*"),
    PortalPage("project-webhooks", f"{_SHOP}/webhook", "deploy"),
    PortalPage("project-trash", f"{_SHOP}/trash", "old"),
    PortalPage("project-logs", f"{_SHOP}/logs", "admin"),
    PortalPage("project-configuration", f"{_SHOP}/configs", "Public"),
    PortalPage("artifacts", f"{_CART}/artifacts-tab", "1.4.0"),
    PortalPage("repository-info", f"{_CART}/info-tab", "Keeps what customers want to buy."),
    PortalPage("tag-history", f"{_CART}/tag-history", "main"),
    PortalPage("artifact", f"{_CART}/artifacts-tab/artifacts/{{cart}}", "1.4.0", requests=6),
    PortalPage(
        "comparison", f"{_CART}/artifacts-tab/compare?left={{cart_before}}&right={{cart}}", "Only left", requests=8
    ),
    PortalPage(
        "index", "/harbor/projects/{platform}/repositories/base/artifacts-tab/artifacts/{base}", "3.21", requests=6
    ),
    PortalPage("chart", f"{_SHOP}/repositories/charts%2Fshop/artifacts-tab/artifacts/{{chart}}", "0.9.2", requests=6),
    PortalPage("logs", "/harbor/logs", "admin"),
    PortalPage("users", "/harbor/users", "jonas"),
    PortalPage("groups", "/harbor/groups", "group"),
    PortalPage("robots", "/harbor/robot-accounts", "robot"),
    PortalPage("labels", "/harbor/labels", "label"),
    PortalPage("quotas", "/harbor/project-quotas", "observability"),
    PortalPage("trash", "/harbor/trash", "Deleted projects"),
    PortalPage("garbage-collection", "/harbor/clearing-job/gc", "3:00"),
    PortalPage("audit-log-purge", "/harbor/clearing-job/audit-log-purge", "urge"),
    PortalPage("job-queues", "/harbor/job-service-dashboard/pending-jobs", "Garbage collection"),
    PortalPage("job-schedules", "/harbor/job-service-dashboard/schedules", "Garbage collection"),
    PortalPage("job-workers", "/harbor/job-service-dashboard/workers", "orker", requests=5),
    PortalPage("configuration-authentication", "/harbor/configs/auth", "ession"),
    PortalPage("configuration-system", "/harbor/configs/setting", "ead-only"),
    PortalPage("configuration-banner", "/harbor/configs/banner", "anner"),
    PortalPage("health", "/harbor/health", "database", requests=6),
    PortalPage("account", "/harbor/account", "Change password"),
)
