"""Identifier numbers inside the simulation: a block for each cause, so that no two causes ever meet by accident."""

from __future__ import annotations

from enum import IntEnum

from seed.city.draws import Ints

SHIFT = 40


class Block(IntEnum):
    """What an identifier belongs to; the number after it is a place in that thing's arrays."""

    PHONE = 1
    NEXT_PHONE = 2
    COMPUTER = 3
    SHARED_COMPUTER = 4
    TABLET = 5
    TELEVISION = 6
    SPEAKER = 7
    WATCH = 8
    OFFICE_SCREEN = 9
    STORE_TABLET = 10
    ROUTER = 11
    NEXT_ROUTER = 12
    BUILDING_NETWORK = 13
    BUILDING_ADDRESS = 14
    POOL_ADDRESS = 15
    CARRIER_ADDRESS = 16
    MOBILE_ADDRESS = 17
    OFFICE_NETWORK = 18
    OFFICE_ADDRESS = 19
    CAFE_NETWORK = 20
    CAFE_ADDRESS = 21
    HOME_DELIVERY = 22
    FRONT_DESK = 23
    LOCKER = 24
    OFFICE_DELIVERY = 25
    CARD = 26
    FAMILY_CARD = 27
    COMPANY_CARD = 28


def numbered(block: Block, place: Ints) -> Ints:
    """The identifier numbers of those places in a block."""
    return place + (int(block) << SHIFT)
