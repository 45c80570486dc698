"""How much of Harbor's API is there: what Moorage describes, beside what Harbor's swagger file describes.

Without arguments prints every operation that is not covered and the totals; ``--write`` puts the result into
docs/compatibility.md and README.md, between their markers; ``--check`` fails when what is there is out of date.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from moorage.api.openapi import document
from tools.compat_compare import Gap, Reason, Verdict, compare, harbor, ours, reasons

ROOT = Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- compat: made by tools/compat.py -->", "<!-- compat: end -->"
STATES = ("covered", "partial", "missing")


def main() -> int:
    """Print, write or check; 1 when what is checked is out of date."""
    parser = argparse.ArgumentParser(prog="make compat", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="update docs/compatibility.md and README.md")
    parser.add_argument("--check", action="store_true", help="fail when they are out of date")
    options = parser.parse_args()
    known = reasons()
    verdicts = compare(harbor(), ours(json.loads(document())), known)
    pages = {ROOT / "docs/compatibility.md": list(page(verdicts, known)), ROOT / "README.md": list(summary(verdicts))}
    outdated = []
    for path, lines in pages.items():
        text = path.read_text()
        made = between(text, lines)
        if made != text:
            outdated.append(path.name)
            if options.write:
                path.write_text(made)
    if options.check:
        if outdated:
            print(f"out of date: {', '.join(outdated)}; run make compat ARGS=--write", file=sys.stderr)
        return bool(outdated)
    for verdict in verdicts:
        if verdict.state != "covered":
            gaps = "".join(f"\n    {gap}" for gap in verdict.gaps or ())
            print(f"{verdict.state}: {verdict.id}, {verdict.endpoint.method} {verdict.endpoint.path}{gaps}")
    print("\n".join(table(verdicts)))
    return 0


def between(text: str, lines: Sequence[str]) -> str:
    """The text with the lines in place of what is between the markers."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"the markers {BEGIN} and {END} are missing")
    return "\n".join([f"{before}{begin}", *lines, f"{end}{after}"])


def count(verdicts: Sequence[Verdict]) -> Counter[str]:
    """How many are in each state."""
    return Counter(verdict.state for verdict in verdicts)


def table(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """The states by group."""
    yield "| group | covered | partial | missing |"
    yield "| --- | --- | --- | --- |"
    groups: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        groups.setdefault(verdict.endpoint.group, []).append(verdict)
    for group, members in [*groups.items(), ("**all**", list(verdicts))]:
        counted = count(members)
        yield f"| {group} | {' | '.join(str(counted[state] or '') for state in STATES)} |"


def page(verdicts: Sequence[Verdict], known: Sequence[Reason]) -> Iterator[str]:
    """For docs/compatibility.md: the table, what is missing of partial operations, and the missing ones."""
    counted = count(verdicts)
    yield (
        f"Harbor's swagger file has {len(verdicts)} operations. Compared with it by path, method, parameters, fields of"
    )
    yield (
        f"bodies, statuses (but 500) and fields of answers, {counted['covered']} are covered, {counted['partial']} "
        f"partly covered and {counted['missing']} missing; `make compat`"
    )
    yield "says the same."
    yield ""
    yield from table(verdicts)
    partial = [verdict for verdict in verdicts if verdict.state == "partial"]
    if partial:
        yield from ("", "Partly covered:", "", "| operation | what is missing | why |", "| --- | --- | --- |")
    for verdict in partial:
        for why, gaps in _by_reason(verdict.gaps or ()).items():
            yield f"| {_named(verdict)} | {', '.join(gaps)} | {why} |"
    never = [reason for reason in known if reason.never]
    if never:
        yield from ("", "Described in Harbor's file, but not what Harbor does, hence not counted as missing:", "")
    yield from (
        f"- {', '.join(f'`{gap}`' for gap in reason.gaps)} of {_operations(reason)}: {reason.why}" for reason in never
    )
    missing = [verdict for verdict in verdicts if verdict.state == "missing"]
    if missing:
        yield from ("", "Missing, and answered with 501:", "", "| group | operations |", "| --- | --- |")
    for group in dict.fromkeys(verdict.endpoint.group for verdict in missing):
        yield f"| {group} | {', '.join(_named(v) for v in missing if v.endpoint.group == group)} |"


def summary(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """For README.md: the totals."""
    counted = count(verdicts)
    yield (
        f"Of the {len(verdicts)} operations of Harbor's API {counted['covered']} are covered, {counted['partial']} "
        f"partly covered and {counted['missing']} missing"
    )
    yield "([what that means](docs/compatibility.md#operations-of-harbors-api))."


def _by_reason(gaps: Sequence[Gap]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for gap in gaps:
        grouped.setdefault(gap.why, []).append(f"`{gap.what}`")
    return grouped


def _operations(reason: Reason) -> str:
    return ", ".join("any operation" if name == "*" else f"`{name}`" for name in reason.operations)


def _named(verdict: Verdict) -> str:
    return f"`{verdict.endpoint.method} {verdict.endpoint.path}`"


if __name__ == "__main__":
    sys.exit(main())
