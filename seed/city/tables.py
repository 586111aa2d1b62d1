"""The world in the exchange format: one function per file, columns as docs/data-format.md names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from seed.city import bindings, categories, claims, interactions, referrals, sightings
from seed.city.bindings import Bindings
from seed.city.clock import stamps
from seed.city.draws import Ints, Rng
from seed.city.households import AGE_BANDS
from seed.city.interactions import Interactions
from seed.city.names import Names, words
from seed.city.orders import ACTIONS
from seed.city.purchases import Purchases, Trade
from seed.city.referrals import Referrals
from seed.city.sightings import Sightings
from seed.city.write import Columns, in_id_order

if TYPE_CHECKING:
    from seed.city.world import World

PLATFORMS = ("shop", "video", "drive")
CHANNELS = ("app", "web", "mini_program")


def accounts(rng: Rng, world: World, names: Names) -> Columns:
    """`accounts`; the age band is missing in one of eight and wrong in one of twenty, as people fill in forms."""
    order = in_id_order(names.accounts)
    size = len(order)
    person = world.accounts.person[order]
    luck = rng.random(size)
    age = np.where(luck < 0.05, rng.integers(0, 4, size), world.people.age[person])
    gender = np.where(rng.random(size) < 0.2, -1, np.where(world.people.female[person], 0, 1))
    return {
        "account_id": names.account(order),
        "platform": words(PLATFORMS, world.accounts.platform[order]),
        "registered_at": stamps(world.accounts.registered[order]),
        "age_band": words(AGE_BANDS, np.where(luck > 0.88, -1, age)),
        "gender": words(("female", "male"), gender),
        "city": words(("Hearthstead",), np.zeros(size)),
    }


def seen(names: Names, rows: Sightings) -> Columns:
    """`sightings`."""
    return {
        "account_id": names.account(rows.account),
        "kind": words(sightings.KINDS, rows.kind),
        "identifier": names.identifier(rows.identifier),
        "at": stamps(rows.hour.astype(np.int64) * 60),
        "detail": words(claims.WORDS, rows.detail),
        "count": pa.array(rows.count),
    }


def bought(names: Names, rows: Purchases, ids: pa.Array) -> Columns:
    """`purchases`, one row per line."""
    line = np.concatenate([np.arange(len(rows.account)), np.flatnonzero(rows.second >= 0)])
    product = np.concatenate([rows.product, rows.second[rows.second >= 0]])
    order = np.argsort(line, kind="stable")
    line, product = line[order], product[order]
    return {
        "purchase_id": pa.DictionaryArray.from_arrays(line.astype(np.int32), ids),
        "account_id": names.account(rows.account[line]),
        "at": stamps(rows.minute[line]),
        "product_id": _products(rows.category[line], product),
        "category": words(categories.NAMES, rows.category[line]),
        "amount": pa.array(rows.amount[line] / 100),
        "currency": words(("CNY",), np.zeros(len(line))),
        "quantity": pa.array(rows.quantity[line]),
        "address": names.identifier(rows.address[line]),
        "payment": names.identifier(rows.payment[line]),
        "recipient_account": names.account(rows.recipient[line]),
    }


def touched(names: Names, trade: Trade) -> Columns:
    """`touches`."""
    rows = trade.touches
    query = np.where(rows.action == ACTIONS.index("search"), rows.category, -1)
    return {
        "account_id": names.account(trade.account),
        "at": stamps(rows.minute),
        "action": words(ACTIONS, rows.action),
        "category": words(categories.NAMES, rows.category),
        "product_id": _products(rows.category, rows.product),
        "channel": words(CHANNELS, (trade.account + rows.minute // 1440) % 3),
        "query": words(tuple(n.replace("_", " ") for n in categories.NAMES), query),
    }


def exchanged(names: Names, rows: Interactions) -> Columns:
    """`interactions`."""
    return {
        "from_account": names.account(rows.sender),
        "to_account": names.account(rows.receiver),
        "at": stamps(rows.hour * 60),
        "kind": words(interactions.KINDS, rows.kind),
        "count": pa.array(rows.count),
    }


def referred(names: Names, rows: Referrals) -> Columns:
    """`referrals`; a conversion has a time."""
    converted = stamps(rows.converted.clip(0))
    return {
        "referrer": names.account(rows.referrer),
        "referee": names.account(rows.referee),
        "at": stamps(rows.minute),
        "channel": words(referrals.CHANNELS, rows.channel),
        "campaign": words(tuple(f"wave-{i + 1}" for i in range(len(referrals.CAMPAIGNS))), rows.campaign),
        "converted_at": _optional(converted, rows.converted >= 0),
    }


def declared(names: Names, rows: Bindings) -> Columns:
    """`bindings`."""
    return {
        "account_a": names.account(rows.left),
        "account_b": names.account(rows.right),
        "kind": words(bindings.KINDS, rows.kind),
        "at": stamps(rows.minute),
        "ended_at": _optional(stamps(rows.ended.clip(0)), rows.ended >= 0),
    }


def purchase_ids(count: int) -> pa.Array:
    """Numbered in the order of time, as a shop would."""
    return pa.array([f"o{i:08d}" for i in range(count)], pa.string())


def _products(category: Ints, product: Ints) -> pa.DictionaryArray:
    vocabulary = tuple(f"{c}-{i:03d}" for c in categories.NAMES for i in range(categories.PRODUCTS))
    return words(vocabulary, np.where(product < 0, -1, category * categories.PRODUCTS + product))


def _optional(column: pa.DictionaryArray, known: np.ndarray) -> pa.DictionaryArray:
    places = column.indices.to_numpy(zero_copy_only=False)
    return pa.DictionaryArray.from_arrays(pa.array(places, mask=~known), column.dictionary)
