"""The portal in the wheel: built from the sources beside it, by whatever Node there is."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tools import portal as tool

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
UV = Path(sys.executable).with_name("uv")

#: What a portal is to a build, with nothing to download: what it writes depends on a source.
BUILD = """\
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
const assets = '../src/moorage/portal/assets';
rmSync(assets, { recursive: true, force: true });
mkdirSync(`${assets}/assets`, { recursive: true });
writeFileSync(`${assets}/index.html`, readFileSync('page.html'));
writeFileSync(`${assets}/assets/main-1a2b3c4d.js`, `"${process.version}"`);
writeFileSync(`${assets}/assets/main-1a2b3c4d.js.br`, 'packed');
"""
LOCK = {"name": "small", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": {"name": "small"}}}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The sources of this one, with a small portal in place of its own."""
    root = tmp_path / "checkout"
    skipped = shutil.ignore_patterns("__pycache__", "assets")
    shutil.copytree(ROOT / "src", root / "src", ignore=skipped)
    (root / "tools").mkdir()
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", "CHANGELOG.md", ".gitignore"):
        shutil.copy(ROOT / name, root / name)
    shutil.copy(ROOT / "tools/portal.py", root / "tools/portal.py")
    portal = root / "portal"
    portal.mkdir()
    (portal / "package.json").write_text(json.dumps({"name": "small", "scripts": {"build": "node build.mjs"}}))
    (portal / "package-lock.json").write_text(json.dumps(LOCK))
    (portal / "build.mjs").write_text(BUILD)
    (portal / "page.html").write_text("<title>small</title>")
    return root


def uv_build(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Build with ``uv build``; into ``dist``."""
    command = [str(UV), "build", "--python", sys.executable, "--no-python-downloads", *arguments]
    return subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False)


def contents(checkout: Path) -> dict[str, bytes]:
    """The portal's files in the one wheel that was built."""
    (path,) = (checkout / "dist").glob("*.whl")
    with zipfile.ZipFile(path) as wheel:
        prefix = "moorage/portal/assets/"
        return {name.removeprefix(prefix): wheel.read(name) for name in wheel.namelist() if name.startswith(prefix)}


def test_a_wheel_made_from_the_source_archive_has_the_portal(checkout: Path) -> None:
    built = uv_build(checkout)
    assert built.returncode == 0, built.stderr
    found = contents(checkout)
    assert set(found) == {"index.html", "assets/main-1a2b3c4d.js", "assets/main-1a2b3c4d.js.br"}
    assert found["index.html"] == b"<title>small</title>"
    assert tuple(map(int, found["assets/main-1a2b3c4d.js"].decode().strip('"v').split(".")))[:2] >= tool.NODE
    (archive,) = (checkout / "dist").glob("*.tar.gz")
    with tarfile.open(archive) as source:
        names = {name.partition("/")[2] for name in source.getnames()}
    assert {"portal/page.html", "portal/package-lock.json", "tools/portal.py", "hatch_build.py"} <= names
    assert not any("node_modules" in name or name.startswith("src/moorage/portal/assets") for name in names)


def test_what_was_built_from_the_same_sources_is_taken_as_it_is(checkout: Path) -> None:
    portal = tool.Portal(checkout)
    assert not portal.is_current
    portal.build()
    assert portal.is_current
    (portal.assets / "index.html").write_text("as it is")
    built = uv_build(checkout, "--wheel")
    assert built.returncode == 0, built.stderr
    assert contents(checkout)["index.html"] == b"as it is"
    (checkout / "portal/page.html").write_text("<title>changed</title>")
    assert not portal.is_current
    portal.build()
    assert (portal.assets / "index.html").read_text() == "<title>changed</title>"


def test_an_editable_install_builds_no_portal(checkout: Path, tmp_path: Path) -> None:
    (checkout / "portal/build.mjs").write_text("process.exit(7)")
    target = ["--no-deps", "--target", str(tmp_path / "installed"), "--editable", str(checkout)]
    installed = subprocess.run(
        [str(UV), "pip", "install", "--python", sys.executable, *target], capture_output=True, text=True, check=False
    )
    assert installed.returncode == 0, installed.stderr
    assert not (checkout / "src/moorage/portal/assets").exists()


def test_a_build_that_fails_says_what_to_do(checkout: Path) -> None:
    (checkout / "portal/build.mjs").write_text("console.error('out of luck'); process.exit(7)")
    built = uv_build(checkout, "--wheel")
    assert built.returncode != 0
    assert "out of luck" in built.stderr
    assert "npm run build in" in built.stderr
    assert "npm config set registry" in built.stderr
    (checkout / "portal/package-lock.json").unlink()
    with pytest.raises(tool.PortalError, match=r"package-lock\.json is missing"):
        tool.Portal(checkout).build()


def test_a_node_that_is_too_old_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in (("node", "#!/bin/sh\necho v20.19.4\n"), ("npm", "#!/bin/sh\nexit 9\n")):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    node = tool.find_node()
    assert node is not None
    assert node.directory != tmp_path
    (tmp_path / "node").write_text("#!/bin/sh\necho v22.22.0\n")
    assert tool.find_node() == tool.Node(tmp_path, (str(tmp_path / "npm"),))
