"""``/statistics`` (H row 61)."""

from __future__ import annotations

from litestar import Response, get
from msgspec import Struct

from moorage.api.answers import answer
from moorage.api.call import InjectedCall
from moorage.api.describe import described
from moorage.api.operations import BASE
from moorage.api.search import viewer_of


class Statistic(Struct):
    """Counts of what who asks may see; the totals are for administrators, and 0 for others."""

    private_project_count: int
    private_repo_count: int
    public_project_count: int
    public_repo_count: int
    total_project_count: int = 0
    total_repo_count: int = 0
    total_storage_consumption: int = 0


@get(f"{BASE}/statistics", opt=described("getStatistic", answers={200: Statistic}, errors=(401,)))
async def get_statistics(call: InjectedCall) -> Response[bytes]:
    """How much there is."""
    await call.authenticated()
    viewer = await viewer_of(call)
    found = await call.services.overview.statistics(viewer)
    counts = Statistic(
        private_project_count=found.private_projects,
        private_repo_count=found.private_repositories,
        public_project_count=found.public_projects,
        public_repo_count=found.public_repositories,
    )
    if viewer.everything:
        counts.total_project_count = found.private_projects + found.public_projects
        counts.total_repo_count = found.private_repositories + found.public_repositories
        counts.total_storage_consumption = await call.services.overview.stored_bytes()
    return answer(counts)


HANDLERS = [get_statistics]
