"""Looking into archives that strangers made."""

from __future__ import annotations

import contextlib
import gzip
import io
import tarfile
import zlib
from collections.abc import Callable

import pytest

from moorage.artifacts.archives import ArchiveLimits, ArchiveTooLarge, ArchiveUnreadable, extract
from moorage.artifacts.charts import chart_file, dependencies

pytestmark = pytest.mark.unit

LIMITS = ArchiveLimits(total=1_000_000, file=10_000, entries=100)


def archive(files: dict[str, bytes], pack: Callable[[bytes], bytes] = gzip.compress, **more: int) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", **more) as tar:  # type: ignore[call-overload]
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return pack(buffer.getvalue())


CHART = {"demo/Chart.yaml": b"name: demo\n", "demo/values.yaml": b"a: 1\n", "demo/charts/sub/values.yaml": b"b: 2\n"}


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_the_files_of_a_chart_are_found(form: int) -> None:
    files = {**CHART, f"{'d' * 120}/README.md": b"# demo\n"}
    found = extract(archive(files, format=form), chart_file, LIMITS)
    assert found == {"chart.yaml": b"name: demo\n", "values.yaml": b"a: 1\n", "readme.md": b"# demo\n"}


def test_an_archive_may_be_unpacked_or_in_several_members() -> None:
    plain = archive(CHART, pack=bytes)
    assert extract(plain, chart_file, LIMITS)["values.yaml"] == b"a: 1\n"
    parts = gzip.compress(plain[:700]) + gzip.compress(plain[700:])
    assert extract(parts, chart_file, LIMITS)["values.yaml"] == b"a: 1\n"


def test_a_bomb_is_not_unpacked() -> None:
    with pytest.raises(ArchiveTooLarge):
        extract(archive({"a/x": bytes(5_000_000)}), chart_file, LIMITS)
    with pytest.raises(ArchiveTooLarge):
        extract(archive({"a/values.yaml": bytes(20_000)}), chart_file, LIMITS)
    with pytest.raises(ArchiveTooLarge):
        extract(archive({f"a/{number}": b"" for number in range(200)}), chart_file, LIMITS)


def test_a_header_that_lies_about_its_size_is_not_believed() -> None:
    plain = bytearray(archive({"a/values.yaml": b"x"}, pack=bytes))
    for kind in (b"x", b"L", b"0"):
        header = bytearray(plain[:512])
        header[156:157] = kind
        header[124:136] = b"77777777777\0"
        header[148:156] = b" " * 8
        header[148:156] = b"%06o\0 " % sum(header)
        with pytest.raises((ArchiveTooLarge, ArchiveUnreadable)):
            extract(bytes(header) + bytes(plain[512:]), chart_file, LIMITS)


@pytest.mark.parametrize(
    "content",
    [
        b"nonsense" * 200,
        b"\x1f\x8b" + b"\xff" * 100,
        gzip.compress(b"x" * 600),
        archive(CHART)[:60],
        zlib.compress(b"x"),
    ],
    ids=["nonsense", "magic", "no tar", "cut", "zlib"],
)
def test_what_is_no_archive_is_refused_or_empty(content: bytes) -> None:
    with contextlib.suppress(ArchiveUnreadable):
        assert extract(content, chart_file, LIMITS) == {}


def test_links_are_not_followed() -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
            link = tarfile.TarInfo("demo/values.yaml")
            link.type, link.linkname = kind, "/etc/passwd"
            tar.addfile(link)
    assert extract(buffer.getvalue(), chart_file, LIMITS) == {}


def test_dependencies_come_from_the_chart_or_the_older_file() -> None:
    text = b"dependencies:\n- name: redis\n  version: ~1.0\n  repository: https://c.example\n  odd: 1\n- 7\n"
    expected = [{"name": "redis", "version": "~1.0", "repository": "https://c.example"}]
    assert dependencies({"chart.yaml": text}) == expected
    assert dependencies({"chart.yaml": b"name: x\n", "requirements.yaml": text}) == expected
    assert dependencies({"chart.yaml": b"name: x\n"}) is None
    assert dependencies({}) is None


@pytest.mark.parametrize(
    "text",
    [b"a: &a [x, x]\nb: [*a, *a]\n", b"[" * 100 + b"]" * 100, b"\xff", b"a: b: c", b"- " * 60_000],
)
def test_yaml_that_could_grow_is_refused(text: bytes) -> None:
    with pytest.raises(ArchiveUnreadable):
        dependencies({"chart.yaml": text})
