"""What the source says an identifier is: the `detail` column, wrong or empty in one row of seven."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from seed.city.draws import Ints, Rng
from seed.city.identifiers import SHIFT, Block

if TYPE_CHECKING:
    from seed.city.world import World

WORDS = (
    "", "phone", "tablet", "computer", "tv", "watch", "speaker", "elder_phone", "other",
    "wifi", "mobile", "ip", "home", "work", "pickup_point",
)  # fmt: skip
DEVICES, NETWORKS, ADDRESSES = (1, 9), (9, 12), (12, 15)
RANGES = np.array([DEVICES, NETWORKS, ADDRESSES, (0, 1)])
WRONG = 0.05
_TRUE = {
    "phone": (Block.PHONE, Block.NEXT_PHONE),
    "tablet": (Block.TABLET, Block.STORE_TABLET),
    "computer": (Block.COMPUTER, Block.SHARED_COMPUTER),
    "tv": (Block.TELEVISION, Block.OFFICE_SCREEN),
    "watch": (Block.WATCH,),
    "speaker": (Block.SPEAKER,),
    "wifi": (Block.ROUTER, Block.NEXT_ROUTER, Block.BUILDING_NETWORK, Block.OFFICE_NETWORK, Block.CAFE_NETWORK),
    "mobile": (Block.MOBILE_ADDRESS,),
    "ip": (
        Block.BUILDING_ADDRESS, Block.POOL_ADDRESS, Block.CARRIER_ADDRESS, Block.OFFICE_ADDRESS, Block.CAFE_ADDRESS,
    ),
    "home": (Block.HOME_DELIVERY,),
    "work": (Block.OFFICE_DELIVERY,),
    "pickup_point": (Block.LOCKER, Block.FRONT_DESK),
}  # fmt: skip
TRUE_DETAIL = np.zeros(len(Block) + 1, dtype=np.int8)
for _word, _blocks in _TRUE.items():
    TRUE_DETAIL[list(_blocks)] = WORDS.index(_word)


def claimed(rng: Rng, world: World, account: Ints, kind: int, identifier: Ints) -> np.ndarray:
    """An index into WORDS per row. One client in eight leaves out half of its details, every source errs at times."""
    detail: np.ndarray = TRUE_DETAIL[identifier >> SHIFT]
    first_phone = identifier >> SHIFT == Block.PHONE
    owner = np.where(first_phone, identifier & ((1 << SHIFT) - 1), 0)
    detail[first_phone & world.devices.elder_phone[owner]] = WORDS.index("elder_phone")
    low, high = RANGES[kind]
    wrong = rng.random(len(account)) < WRONG
    detail[wrong] = rng.integers(low, high, int(wrong.sum()))
    empty = rng.random(len(account)) < np.where(world.accounts.terse[account], 0.5, 0.04)
    detail[empty] = 0
    return detail
