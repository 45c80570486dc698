"""Requests by operation: what is counted, and that clients cannot make more series."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.registry import Collector

from moorage.metrics.caches import CacheMetrics, CacheUse, DescriptorCacheMetrics
from moorage.metrics.operations import OTHER_V2, UNKNOWN, OperationMetrics
from moorage.registry.metrics import RegistryMetrics

pytestmark = pytest.mark.unit


def shown(*collectors: Collector) -> CollectorRegistry:
    registry = CollectorRegistry()
    for collector in collectors:
        registry.register(collector)
    return registry


def series(collectors: Iterable[Collector], name: str) -> dict[tuple[str, ...], float]:
    return {
        tuple(value for _, value in sorted(sample.labels.items())): sample.value
        for metric in shown(*collectors).collect()
        for sample in metric.samples
        if sample.name == name
    }


def test_requests_are_counted_by_operation_method_and_status() -> None:
    metrics = OperationMetrics()
    for status in (200, 200, 404):
        metrics.requests("GetProject", "GET").done(status, 0.01, 0, 100)
    metrics.requests("GetProject", "HEAD").done(200, 0.01, 0, 0)
    found = series([metrics], "harbor_core_http_request_total")
    assert found == {
        ("200", "GET", "GetProject"): 2,
        ("404", "GET", "GetProject"): 1,
        ("200", "HEAD", "GetProject"): 1,
    }
    assert series([metrics], "harbor_core_http_request_duration_seconds_count")["GET", "GetProject"] == 3


def test_methods_that_clients_make_up_are_one() -> None:
    metrics = OperationMetrics()
    for method in ("BREW", "PROPFIND", "get"):
        metrics.requests(UNKNOWN, method).done(405, 0.0, 0, 0)
    assert series([metrics], "harbor_core_http_request_total") == {("405", "other", UNKNOWN): 3}


def test_what_v2_counts_is_shown_under_harbors_operations_too() -> None:
    registry = RegistryMetrics()
    metrics = OperationMetrics(registry.operations)
    for handler, method in (("manifest", "GET"), ("blob_upload", "POST"), ("blob_upload_chunk", "PATCH")):
        numbers = registry.endpoint(handler, method)
        numbers.in_flight += 1
        numbers.done(200, 0.5, 10, 1000)
    metrics.requests(OTHER_V2, "GET").done(404, 0.1, 0, 5)
    metrics.requests("ListProjects", "GET").done(200, 0.1, 0, 7)
    assert series([metrics], "harbor_core_http_request_total") == {
        ("200", "GET", "v2_manifest"): 1,
        ("200", "POST", "v2_blob_upload"): 1,
        ("200", "PATCH", "v2_blob_upload"): 1,
        ("404", "GET", "v2_others"): 1,
        ("200", "GET", "ListProjects"): 1,
    }
    assert series([metrics], "moorage_http_received_bytes_total") == {("v2",): 30, ("api",): 0, ("other",): 0}
    assert series([metrics], "moorage_http_sent_bytes_total") == {("v2",): 3005, ("api",): 7, ("other",): 0}


def test_sizes_of_a_handlers_methods_are_together_as_distribution_has_them() -> None:
    registry = RegistryMetrics()
    for method, size in (("PATCH", 2000), ("PUT", 0)):
        numbers = registry.endpoint("blob_upload_chunk", method)
        numbers.in_flight += 1
        numbers.done(202, 0.5, size, 0)
    sizes = series([registry], "registry_http_request_size_bytes_bucket")
    assert sizes["blob_upload_chunk", "1024"] == 1
    assert sizes["blob_upload_chunk", "2048"] == sizes["blob_upload_chunk", "+Inf"] == 2
    assert len(sizes) == 23
    durations = series([registry], "registry_http_request_duration_seconds_bucket")
    assert len([key for key in durations if key[-1] == "patch"]) == 14


def test_nothing_is_in_flight_for_handlers_that_were_never_asked() -> None:
    in_flight = series([RegistryMetrics()], "registry_http_in_flight_requests")
    assert {"base", "blob", "blob_upload", "blob_upload_chunk", "catalog", "manifest", "tags"} <= {
        handler for (handler,) in in_flight
    }
    assert set(in_flight.values()) == {0}


def test_a_cache_tells_hits_misses_and_both() -> None:
    use = CacheUse(hits=3, misses=1)
    assert series([CacheMetrics({"manifest": use})], "moorage_cache_hits_total") == {("manifest",): 3}
    assert series([CacheMetrics({"manifest": use})], "moorage_cache_misses_total") == {("manifest",): 1}
    assert series([DescriptorCacheMetrics(use)], "registry_storage_cache_total") == {
        ("Request",): 4,
        ("Hit",): 3,
        ("Miss",): 1,
    }
