"""Who, named early, reaches most later: every way of choosing beside the plain counts, and how fast it all is.

    python -m benchmarks.bench_referrals [--seeds 701 702 703] [--accounts 20000] [--kfamily FOLDER] [--speed 1000000]

Prints Markdown and writes results/referrals.json. The first 70 % of the period chooses. In simulated cities the chosen
start cascades over the hidden network; in the villages those count who adopted later and name a chosen woman, or one
who names her, and so on. Peers are measured where they are installed: networkx (of the tests), NetworKit.
"""

from __future__ import annotations

import argparse
import importlib.util
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np

from benchmarks.bars import bars
from benchmarks.measure import keep, python_peak
from benchmarks.spreading import City, city, in_order, large, moment, simulate, villages
from server.referrals import measures
from server.referrals.fit import fit
from server.referrals.gaming import FLAGS, find
from server.referrals.graph import NEVER, Ints, Network, Referrals, Ties, network, until
from server.referrals.seeds import choose
from server.referrals.table import clear, known, measure
from server.referrals.ways import RANKS, Known, know

SEEDS = (701, 702, 703)  # nobody looked at these while anything was chosen
COUNT = 50
IMAGES = Path(__file__).parents[1] / "docs" / "images"
PART = 0.7
Figures = dict[str, Any]


def main() -> None:
    """Measure everything, print the tables, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    parser.add_argument("--accounts", type=int, default=20_000)
    parser.add_argument("--kfamily", type=Path, help="The folder with nominations.csv and women.csv.")
    parser.add_argument("--speed", type=int, default=1_000_000, help="Accounts; 0 leaves it out.")
    options = parser.parse_args()
    figures: Figures = {"accounts": options.accounts, "seeds": options.seeds, "simulated": []}
    for seed in options.seeds:
        figures["simulated"].append(simulated(city(options.accounts, seed), seed))
    _table("Others reached by 50, simulated", figures["simulated"])
    if options.kfamily:
        figures["kfamily"] = [real(options.kfamily, count) for count in (5, 10, 25)]
        _table("Later adopters reached, kfamily (real)", figures["kfamily"])
        figures["kfamily in order"] = [real(options.kfamily, count, order=True) for count in (5, 10, 25)]
        _table("Later adopters reached, kfamily (real), told in order alone", figures["kfamily in order"])
    for name in figures.keys() & {"simulated", "kfamily"}:
        rows = figures[name]
        title = f"Reached later, {name}, as a share of the best"
        bars(title, [row["reached"] for row in rows], [row["name"] for row in rows], IMAGES / f"referrals-{name}.svg")
    if options.speed:
        figures["speed"] = speed(options.speed, options.speed * 3 // 2)
        print("\n" + "\n".join(f"{name}: {figure}" for name, figure in figures["speed"].items()))
    keep("referrals", figures)


def simulated(one: City, seed: int) -> Figures:
    """Every way in one city: what 50 chosen at 70 % of the period reach, and how well what is said of it holds."""
    past = until(one.given, moment(one.given, PART))
    apart = clear(past, one.ties)
    facts = known(apart)
    choice = choose(facts, COUNT)
    ways = {way: rank(facts, COUNT) for way, rank in RANKS.items()}
    reached = {way: float(one.reach(seeds).mean()) for way, seeds in {"best": choice.certified.seeds, **ways}.items()}
    worlds = simulate(facts, choice.certified.seeds, 400, 11)
    made = choice.certified
    return {
        "name": str(seed),
        "reached": reached,
        "chosen by": choice.way,
        "said": [float(made.least[-1]), float(made.reach[-1]), float(made.ratio[-1])],
        "independent": [float(worlds.mean()), float(worlds.std() / 20)],
        "calibration": calibration(one, facts),
        "gaming": gaming(one),
    }


def calibration(one: City, facts: Known) -> list[list[float]]:
    """By fifths of the fitted power: how many invitations came later, what was expected of them, what converted."""
    cut = moment(one.given, PART)
    later = one.given.rows((one.given.at >= cut) & ~find(one.given, one.ties).rows)
    trials = np.bincount(facts.rows.referrer, minlength=facts.rows.size)
    power = facts.fitted.power[later.referrer]
    seen = trials[later.referrer] > 0
    edges = np.quantile(power[seen], [0.2, 0.4, 0.6, 0.8]) if seen.any() else np.empty(0)
    fifth = np.searchsorted(edges, power)
    chosen = [(fifth == number) & seen for number in range(5)]
    done = later.converted != NEVER
    return [[int(some.sum()), float(power[some].mean()), float(done[some].mean())] for some in chosen if some.any()]


def gaming(one: City) -> dict[str, list[int]]:
    """Per flag: accounts that have it in truth, that are flagged, and both."""
    found = find(one.given, one.ties).flag
    true = one.hidden.flag
    return {
        name: [int((true == flag).sum()), int((found == flag).sum()), int(((true == flag) & (found == flag)).sum())]
        for flag, name in enumerate(FLAGS)
        if name
    }


def real(folder: Path, count: int, *, order: bool = False) -> Figures:
    """Every way in the villages, chosen with what was known before year 8, or with the order of adoptions alone."""
    given, _, years = villages(folder)
    last = 8
    facts = know(until(in_order(given) if order else given, last))
    choice = choose(facts, count)
    seeds = {"best": choice.certified.seeds, **{way: rank(facts, count) for way, rank in RANKS.items()}}
    return {
        "name": f"{count} women",
        "reached": {way: float(_later(given, years, last, chosen)) for way, chosen in seeds.items()},
        "chosen by": choice.way,
    }


def _later(given: Referrals, years: Ints, last: int, seeds: Ints) -> int:
    """Women who adopted in or after a year, below a seed through nominations each to somebody who adopted earlier."""
    reached = np.zeros(given.size, dtype=bool)
    reached[seeds] = True
    start = reached.copy()
    for year in range(last, int(years.max()) + 1):
        told = reached[given.referrer] & (years[given.referee] == year) & (given.converted != NEVER)
        reached[given.referee[told]] = True
    return int((reached & ~start & (years >= last)).sum())


def speed(accounts: int, edges: int) -> Figures:
    """Seconds per task on one large network, ours and those of peers, compiled before; and peak memory in GB."""
    small, given = large(2_000, 3_000), large(accounts, edges)
    net = network(given)
    tasks: dict[str, Callable[[Referrals, Network], object]] = {
        "network": lambda rows, _: network(rows),
        "gaming": lambda rows, _: find(rows, Ties.none(rows.size)),
        "fit": fit,
        "pagerank": lambda _, net: measures.pagerank(net),
        "undirected": lambda _, net: measures.undirected(net),
        "undirected and core": lambda _, net: measures.coreness(net),
        "subtree": lambda rows, _: measures.generations(measures.parents(rows)),
        "all measures": lambda rows, _: measure(clear(rows, Ties.none(rows.size))),
        "key referrers (spread)": lambda rows, _: choose(know(rows), COUNT, "spread"),
        "key referrers (best)": lambda rows, _: choose(know(rows), COUNT),
    }
    for task in tasks.values():
        task(small, network(small))
    figures: Figures = {name: _seconds(lambda task=task: task(given, net)) for name, task in tasks.items()}  # type: ignore[misc]
    figures["peak GB"] = python_peak()
    return figures | _networkx(net) | _networkit(net)


def _networkx(net: Network) -> Figures:
    graph: nx.DiGraph[int] = nx.DiGraph()
    begin = time.perf_counter()
    graph.add_nodes_from(range(net.size))
    graph.add_edges_from(zip(net.referee.tolist(), net.referrer.tolist(), strict=True))
    built = time.perf_counter() - begin
    return {
        "networkx: network": round(built, 2),
        "networkx: pagerank (SciPy)": _seconds(lambda: nx.pagerank(graph, tol=1e-10 / net.size, max_iter=200)),
        "networkx: core": _seconds(lambda: nx.core_number(graph.to_undirected())),
    }


def _networkit(net: Network) -> Figures:
    if not importlib.util.find_spec("networkit"):
        return {}
    import networkit as nk  # type: ignore[import-not-found]  # a peer, installed by hand

    nk.setNumberOfThreads(1)
    begin = time.perf_counter()
    graph = nk.GraphFromCoo((net.referee, net.referrer), n=net.size, directed=True)
    built = time.perf_counter() - begin
    begin = time.perf_counter()
    whole = nk.graphtools.toUndirected(graph)
    whole.removeMultiEdges()
    undirected = time.perf_counter() - begin
    return {
        "networkit: network": round(built, 2),
        "networkit: pagerank": _seconds(lambda: nk.centrality.PageRank(graph, 0.85, 1e-10).run()),
        "networkit: undirected": round(undirected, 2),
        "networkit: core": _seconds(lambda: nk.centrality.CoreDecomposition(whole).run()),
    }


def _seconds(task: Callable[[], object]) -> float:
    begin = time.perf_counter()
    task()
    return round(time.perf_counter() - begin, 3)


def _table(title: str, rows: Sequence[Mapping[str, Any]]) -> None:
    ways = list(rows[0]["reached"])
    print(f"\n{title}\n\n| | {' | '.join(ways)} | chosen by |\n" + "|---" * (len(ways) + 2) + "|")
    for row in rows:
        cells = " | ".join(f"{row['reached'][way]:,.0f}" for way in ways)
        print(f"| {row['name']} | {cells} | {row['chosen by']} |")
    for row in rows:
        print({key: value for key, value in row.items() if key not in ("reached", "name", "chosen by")})


if __name__ == "__main__":
    main()
