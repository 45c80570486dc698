"""What a build leaves, small: for tests of how it is served."""

from __future__ import annotations

import gzip
from pathlib import Path

PAGE = b"<!doctype html><title>Moorage</title><script type=module src=/assets/main-1a2b3c4d.js></script>\n"
SCRIPT = b"document.title = 'Moorage';\n" * 40
ICON = b"<svg xmlns='http://www.w3.org/2000/svg'/>"

#: Brotli has no place in the standard library; what is served is bytes.
PACKED = b"brotli, as far as the server knows"


def build(directory: Path) -> Path:
    """``index.html``, an icon and a script with its packed forms."""
    (directory / "assets").mkdir(parents=True)
    (directory / "index.html").write_bytes(PAGE)
    (directory / "favicon.svg").write_bytes(ICON)
    script = directory / "assets" / "main-1a2b3c4d.js"
    script.write_bytes(SCRIPT)
    script.with_name(f"{script.name}.br").write_bytes(PACKED)
    script.with_name(f"{script.name}.gz").write_bytes(gzip.compress(SCRIPT, mtime=0))
    (directory / "assets" / "logo-55667788.png").write_bytes(b"\x89PNG")
    return directory
