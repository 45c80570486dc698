"""Tags, catalog and referrers where there are few and where there are very many; only where rows can be generated."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from functools import partial

from bench import generate
from bench.client import Connection, UnexpectedAnswer
from bench.load import run_threads
from bench.measure import Measurement, Meter
from bench.peers import Server
from bench.plan import Contents

FEW = generate.Repository("library/bench-few", tags=1_000, referrers=(10, 1_000))
MANY = generate.Repository("library/bench-many", tags=100_000, referrers=(10_000,))

#: Repositories of the two catalogs; the second is measured after the first.
SMALL_CATALOG, LARGE_CATALOG = 1_000, 100_000

TAGS_PAGE, CATALOG_PAGE, REFERRERS_PAGE = 1_000, 100, 100
CONNECTIONS = 4


def measure_listings(server: Server, contents: Contents, round: int) -> Iterator[Measurement]:
    """First pages, and a page from the middle of the tags; nothing for a peer without a database of ours."""
    if server.database_url is None:
        return
    with generate.connect(server.database_url()) as database:
        few, many = generate.add_repository(database, FEW), generate.add_repository(database, MANY)
        generate.add_catalog(database, SMALL_CATALOG)
        server.authorize(FEW.name, MANY.name, catalog=True)
        tags, middle = f"tags/list?n={TAGS_PAGE}", f"&last={generate.tag_name(MANY.tags // 2)}"
        # Row: path, key of the list in the answer, the least it must hold.
        pages = {
            "tags-1000": (f"/v2/{FEW.name}/{tags}", "tags", TAGS_PAGE),
            "tags-100000": (f"/v2/{MANY.name}/{tags}", "tags", TAGS_PAGE),
            "tags-100000-middle": (f"/v2/{MANY.name}/{tags}{middle}", "tags", TAGS_PAGE - 1),
            "referrers-10": (f"/v2/{FEW.name}/referrers/{few[10]}", "manifests", 10),
            # How many a page holds is the registry's choice.
            "referrers-1000": (f"/v2/{FEW.name}/referrers/{few[1_000]}?n={REFERRERS_PAGE}", "manifests", 1),
            "referrers-10000": (f"/v2/{MANY.name}/referrers/{many[10_000]}?n={REFERRERS_PAGE}", "manifests", 1),
            "referrers-10000-whole": (f"/v2/{MANY.name}/referrers/{many[10_000]}", "manifests", 1),
            "catalog-1000": (f"/v2/_catalog?n={CATALOG_PAGE}", "repositories", CATALOG_PAGE),
        }
        for row, (path, key, least) in pages.items():
            yield _measure(server, contents, round, row, path, key, least)
        generate.add_catalog(database, LARGE_CATALOG)
        path, key, least = pages["catalog-1000"]
        yield _measure(server, contents, round, "catalog-100000", path, key, least)


def _measure(server: Server, contents: Contents, round: int, row: str, path: str, key: str, least: int) -> Measurement:
    per_client = max(contents.plan.listings // CONNECTIONS, 1)
    size = 0
    with server.connect() as connection:
        answer = connection.request("GET", path).expect(200)
        size = answer.length
        if len(json.loads(answer.body)[key]) < least:
            raise UnexpectedAnswer(f"{path}: {len(json.loads(answer.body)[key])} entries, not {least}")

    def client(index: int) -> Iterator[Callable[[], None]]:
        with server.connect() as connection:
            for _ in range(per_client):
                yield partial(_get, connection, path, size)
                # Latency is asked for, not throughput: leave the server a moment.
                time.sleep(0.005)

    run_threads(CONNECTIONS, client)
    with Meter(server) as meter:
        load = run_threads(CONNECTIONS, client)
    return meter.measurement(row, round, load, load.operations * size)


def _get(connection: Connection, path: str, size: int) -> None:
    answer = connection.request("GET", path).expect(200)
    if answer.length != size:
        raise UnexpectedAnswer(f"{path}: {answer.length} bytes, before {size}")
