"""Measure: ``python benchmarks/run.py [--tickets N] [--runs K]``. Every case is a process of its own."""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path.insert(0, str(HERE.parent))
DESK = "timezone: Asia/Ho_Chi_Minh\nas_of: 2026-07-01T00:00:00+07:00\nfiles: [zendesk_tickets.csv]\n"


def prepare(folder: Path, tickets: int) -> Path:
    """A folder with one Zendesk export of `tickets` rows and a desk.yml."""
    import kpitools.sample as sample

    made = sample.make(folder / "all", tickets=tickets)
    desk = folder / "desk"
    desk.mkdir()
    shutil.move(made / "zendesk_tickets.csv", desk)
    shutil.rmtree(made)
    (desk / "desk.yml").write_text(DESK, encoding="utf-8")
    return desk


def ours_load(desk: Path) -> None:
    from kpitools.load import load

    load(desk, cache=False)


def ours_cached(desk: Path) -> None:
    from kpitools.load import load

    load(desk)


def bare_read(desk: Path) -> None:
    from baselines import bare_read_csv

    bare_read_csv(desk / "zendesk_tickets.csv")


def pandas_load(desk: Path) -> None:
    import baselines

    baselines.pandas_load(desk / "zendesk_tickets.csv")


def ours_kpis(desk: Path) -> None:
    from baselines import OURS

    from kpitools.compute import compute
    from kpitools.load import load

    loaded = load(desk)
    for name in OURS:
        compute(name, loaded, every="week", by="team")


def pandas_kpis(desk: Path) -> None:
    import baselines
    import pandas as pd

    tables = {name: pd.read_parquet(desk / f"{name}.parquet") for name in ("tickets", "surveys")}
    baselines.pandas_kpis(tables, "Asia/Ho_Chi_Minh", pd.Timestamp("2026-06-30 17:00"))


def export_tables(desk: Path) -> None:
    """The cleaned tables as Parquet, for the pandas side to start from the same rows."""
    from kpitools.load import load

    loaded = load(desk)
    for name in ("tickets", "surveys"):
        loaded.table(name).to_parquet(desk / f"{name}.parquet")


def import_only(desk: Path) -> None:
    import kpitools  # noqa: F401


CASES = {f.__name__: f for f in (ours_load, ours_cached, bare_read, pandas_load, ours_kpis, pandas_kpis, import_only)}
# Imports both sides need are paid before the clock starts, except where the import is what is measured.
WARM = ("duckdb", "ibis", "pandas", "scipy.stats", "statsmodels.api")


def child(case: str, desk: Path) -> None:
    """Run one case and print its seconds and the peak of its memory in MB."""
    if case != "import_only":
        for module in WARM:
            __import__(module)
        if case.startswith("ours"):
            __import__("kpitools.load")
            __import__("kpitools.compute")
    before = time.perf_counter()
    CASES[case](desk)
    seconds = time.perf_counter() - before
    print(json.dumps({"seconds": seconds, "mb": peak_mb()}))


def peak_mb() -> float:
    """The largest resident size of this process so far; not ru_maxrss, which a child inherits from its parent."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def measure(cases: list[str], desk: Path, runs: int) -> dict[str, dict[str, float]]:
    """Medians of seconds and MB over `runs` rounds in which the cases take turns."""
    taken: dict[str, list[dict]] = {case: [] for case in cases}
    for _ in range(runs):
        for case in cases:
            done = subprocess.run(
                [sys.executable, str(HERE), "--case", case, "--desk", str(desk)],
                capture_output=True,
                text=True,
            )
            if done.returncode:
                sys.exit(f"{case} failed:\n{done.stderr[-2000:]}")
            taken[case].append(json.loads(done.stdout.splitlines()[-1]))
    return {
        case: {key: statistics.median(one[key] for one in found) for key in ("seconds", "mb")}
        for case, found in taken.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--case")
    parser.add_argument("--desk", type=Path)
    said = parser.parse_args()
    if said.case:
        child(said.case, said.desk)
        return
    with tempfile.TemporaryDirectory() as folder:
        desk = prepare(Path(folder), said.tickets)
        size = (desk / "zendesk_tickets.csv").stat().st_size / 1e6
        print(f"{said.tickets:,} tickets, {size:.0f} MB, median of {said.runs} runs, taken in turn")
        found = measure(["ours_load", "bare_read", "pandas_load"], desk, said.runs)
        export_tables(desk)
        found |= measure(["ours_cached", "ours_kpis", "pandas_kpis", "import_only"], desk, said.runs)
    for case, figures in found.items():
        print(f"{case:12} {figures['seconds']:8.3f} s {figures['mb']:8.0f} MB")
    ratio = lambda a, b, key="seconds": found[a][key] / found[b][key]  # noqa: E731
    print(f"load / bare read_csv   {ratio('ours_load', 'bare_read'):.2f} (at most 4)")
    print(f"load / pandas script   {ratio('ours_load', 'pandas_load'):.2f} (below 1)")
    print(f"pandas / our KPIs      {ratio('pandas_kpis', 'ours_kpis'):.2f} (at least 2)")
    print(f"our / pandas memory    {ratio('ours_kpis', 'pandas_kpis', 'mb'):.2f} (at most 0.25)")


if __name__ == "__main__":
    main()
