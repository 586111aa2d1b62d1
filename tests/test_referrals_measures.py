"""Measures of referrals held against networkx, and the forest of first referrers against its definition."""

from __future__ import annotations

from collections.abc import Sequence

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from server.referrals import measures
from server.referrals.graph import NEVER, Network, Referrals, network, referrals, until

Row = tuple[int, int, int]
SIZE = 8
accounts = st.integers(0, SIZE - 1)
untimed = settings(deadline=None)  # the first call compiles
rows = st.lists(st.tuples(accounts, accounts, st.integers(0, 20)), max_size=30)


def made(rows: Sequence[Row], converted: int = NEVER) -> Referrals:
    columns = [np.array([row[i] for row in rows], dtype=np.int64) for i in range(3)]
    return referrals(SIZE, [*columns, np.full(len(rows), converted), np.zeros(len(rows), dtype=np.int64)])


def drawn(net: Network) -> nx.DiGraph:
    graph = nx.DiGraph()
    graph.add_nodes_from(range(net.size))
    graph.add_edges_from(zip(net.referrer.tolist(), net.referee.tolist(), strict=True))
    return graph


@untimed
@given(rows)
def test_direct_counts_each_referee_once(rows: list[Row]) -> None:
    net = network(made(rows))
    assert measures.direct(net).tolist() == [degree for _, degree in drawn(net).out_degree()]


@untimed
@given(rows)
def test_pagerank_is_that_of_the_reversed_graph(rows: list[Row]) -> None:
    net = network(made(rows))
    theirs = nx.pagerank(drawn(net).reverse(), tol=1e-12, max_iter=1000)
    np.testing.assert_allclose(measures.pagerank(net), [theirs[i] for i in range(SIZE)], atol=1e-8)


@untimed
@given(rows)
def test_core_numbers_are_those_of_the_undirected_graph(rows: list[Row]) -> None:
    net = network(made(rows))
    theirs = nx.core_number(drawn(net).to_undirected())
    assert measures.coreness(net).tolist() == [theirs[i] for i in range(SIZE)]


@untimed
@given(rows)
def test_betweenness_is_brandes(rows: list[Row]) -> None:
    net = network(made(rows))
    theirs = nx.betweenness_centrality(drawn(net), normalized=False)
    found = measures.betweenness(net)
    assert found is not None
    np.testing.assert_allclose(found, [theirs[i] for i in range(SIZE)], atol=1e-9)


def test_betweenness_is_left_out_where_it_is_too_dear() -> None:
    net = network(made([(0, 1, 1), (1, 2, 2), (0, 3, 3)]))
    assert measures.betweenness(net, 4) is not None  # three referrals below the first, one below the second
    assert measures.betweenness(net, 3) is None


def slowly(given: Referrals) -> list[int]:
    """First referrers in order of time, one after the other; nobody becomes the child of who is below."""
    parent, seen = [-1] * given.size, set()
    for a, b in zip(given.referrer.tolist(), given.referee.tolist(), strict=True):
        if b in seen:
            continue
        seen.add(b)
        above = a
        while above >= 0 and above != b:
            above = parent[above]
        parent[b] = a if above < 0 else -1
    return parent


@untimed
@given(rows)
def test_the_first_referrer_is_the_earliest_without_circles(rows: list[Row]) -> None:
    given = made(rows)
    assert measures.parents(given).tolist() == slowly(given)


@untimed
@given(rows)
def test_below_are_the_descendants_in_the_forest(rows: list[Row]) -> None:
    parent = measures.parents(made(rows))
    forest = nx.DiGraph([(int(up), i) for i, up in enumerate(parent) if up >= 0])
    forest.add_nodes_from(range(SIZE))
    below, deep = measures.generations(parent)
    assert below.tolist() == [len(nx.descendants(forest, i)) for i in range(SIZE)]
    assert deep.tolist() == [max(nx.single_source_shortest_path_length(forest, i).values()) for i in range(SIZE)]


def test_what_comes_later_is_not_known() -> None:
    seen = until(made([(0, 1, 5), (1, 2, 9)], converted=7), 6)
    assert (seen.referrer.tolist(), seen.converted.tolist()) == ([0], [NEVER])


def test_nobody_refers_himself() -> None:
    assert len(made([(3, 3, 1)]).referrer) == 0


def test_an_empty_network_has_measures_too() -> None:
    net = network(made([]))
    assert measures.converted(net).tolist() == [0] * SIZE
