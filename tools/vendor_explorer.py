"""Bring the assets of Swagger UI into the package, from the npm package ``swagger-ui-dist``.

Needs ``npm``. The version and the digest of its archive are fixed here; to update, change both and run it.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VERSION = "5.35.0"
#: ``dist.integrity`` of the package, without "sha512-".
INTEGRITY = "U06rpMtW9V3XPGOBeamTUSr0Z09jMX4IJuANpE/EZbAhw0G8CgwrzU4YmXkn/h0wCDNsXdGarTNNHC3sU8yVUQ=="

ASSETS = Path(__file__).resolve().parent.parent / "src/moorage/api/explorer_assets"
PACKED = ("swagger-ui.css", "swagger-ui-bundle.js")
TEXTS = ("LICENSE", "NOTICE", "swagger-ui-bundle.js.LICENSE.txt")


def main() -> int:
    """Fetch, check and unpack; 1 when the archive is not the one that is expected."""
    with tempfile.TemporaryDirectory() as directory:
        package = f"swagger-ui-dist@{VERSION}"
        subprocess.run(["npm", "pack", "--silent", package], cwd=directory, check=True, stdout=subprocess.DEVNULL)
        archive = Path(directory) / f"swagger-ui-dist-{VERSION}.tgz"
        if base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode() != INTEGRITY:
            print(f"the archive of {package} is not the one expected", file=sys.stderr)
            return 1
        ASSETS.mkdir(exist_ok=True)
        with tarfile.open(archive) as members:
            for name in (*PACKED, *TEXTS):
                member = members.extractfile(f"package/{name}")
                assert member is not None, name
                content = member.read()
                if name in PACKED:
                    (ASSETS / f"{name}.gz").write_bytes(gzip.compress(content, mtime=0))
                else:
                    (ASSETS / name).write_bytes(content)
    (ASSETS / "README.md").write_text(
        f"Swagger UI {VERSION}, from the npm package `swagger-ui-dist`; see `LICENSE`.\n"
        "Brought here by `tools/vendor_explorer.py`, packed with gzip and otherwise unchanged.\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
