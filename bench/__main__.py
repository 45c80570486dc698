"""``python -m bench``: options, the run, its report."""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bench.machine import this_machine
from bench.peers import ENGINES, Peer, find_peers
from bench.plan import FULL, QUICK
from bench.report import Run, targets_table, write
from bench.rows import GROUPS
from bench.run import run_all

RESULTS = Path(__file__).parent / "results"
TEMPORARY = Path(tempfile.gettempdir())


def main() -> int:
    """Run; 0 if something was measured and nothing failed to run, whatever the targets say."""
    options = _options().parse_args()
    peers = find_peers(_listed(options.engines, ENGINES), options.workers)
    if options.list:
        for peer in peers:
            print(f"{peer.name:20} {peer.version()}")
        return 0
    peers = _chosen(peers, options.peers)
    groups = _listed(options.rows, tuple(GROUPS))
    plan = QUICK if options.quick else FULL
    plan = replace(plan, rounds=options.rounds or plan.rounds, time_limit=options.time_limit or plan.time_limit)
    now = datetime.now(UTC)
    run = Run(now.strftime("%Y-%m-%d"), this_machine(), plan, {peer.name: peer.version() for peer in peers})
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    options.directory.mkdir(parents=True, exist_ok=True)
    directory = Path(tempfile.mkdtemp(prefix="moorage-bench-", dir=options.directory))
    try:
        run_all(run, peers, groups, directory, lambda line: print(line, flush=True))
    finally:
        shutil.rmtree(directory, ignore_errors=True)
        if run.measurements:
            name = f"{run.date}-{run.machine.kind}{'-quick' if options.quick else ''}"
            data, page = write(run, options.results, name)
            print("\n".join(targets_table(run)))
            print(f"{data}\n{page}")
    return 0 if run.measurements and not run.failures else 1


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench", description="Measure Moorage beside its peers.")
    parser.add_argument("--quick", action="store_true", help="small sizes, two rounds, minutes instead of an hour")
    parser.add_argument("--rows", help=f"groups of rows, by comma: {', '.join(GROUPS)}")
    parser.add_argument("--peers", help="peers, by comma; moorage means each engine; see --list")
    parser.add_argument("--engines", help=f"engines of Moorage, by comma: {', '.join(ENGINES)}")
    parser.add_argument("--rounds", type=int, help="how often everything is measured")
    parser.add_argument("--workers", type=int, default=2, help="worker processes of Moorage (2)")
    parser.add_argument("--time-limit", type=float, help="seconds after which the run ends")
    parser.add_argument("--directory", type=Path, default=TEMPORARY, help="where data is kept meanwhile")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the results go")
    parser.add_argument("--list", action="store_true", help="only say which peers were found")
    return parser


def _listed(given: str | None, known: tuple[str, ...]) -> list[str]:
    chosen = given.split(",") if given else list(known)
    if unknown := set(chosen) - set(known):
        raise SystemExit(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(known)}")
    return [name for name in known if name in chosen]


def _chosen(peers: list[Peer], given: str | None) -> list[Peer]:
    if not given:
        return peers
    wanted = given.split(",")
    chosen = [peer for peer in peers if peer.name in wanted or peer.name.split("-")[0] in wanted]
    if not chosen:
        raise SystemExit(f"none of {given} was found; found: {', '.join(peer.name for peer in peers)}")
    return chosen


if __name__ == "__main__":
    sys.exit(main())
