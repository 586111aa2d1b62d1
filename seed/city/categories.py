"""What is sold: how often, at what price, and who in a family has a say in it."""

from __future__ import annotations

import numpy as np

ANYBODY, YOUNG, OLD = range(3)  # which households buy it at all
# name, orders per household and period, share of families that decide together, median price, buyers
_TABLE = (
    ("groceries", 4.0, 0.35, 80.0, ANYBODY),
    ("meals", 3.0, 0.30, 55.0, ANYBODY),
    ("daily_goods", 1.6, 0.25, 40.0, ANYBODY),
    ("clothing", 1.0, 0.30, 160.0, ANYBODY),
    ("toys", 1.6, 0.70, 90.0, YOUNG),
    ("books", 0.5, 0.30, 45.0, ANYBODY),
    ("electronics", 0.5, 0.60, 1800.0, ANYBODY),
    ("appliances", 0.3, 0.70, 2400.0, ANYBODY),
    ("travel", 0.4, 0.75, 1500.0, ANYBODY),
    ("health", 1.2, 0.40, 120.0, OLD),
    ("pet_supplies", 0.4, 0.0, 70.0, ANYBODY),
    ("stationery", 0.4, 0.0, 20.0, ANYBODY),
)
NAMES = tuple(row[0] for row in _TABLE)
ORDERS, TOGETHER, PRICE = (np.array([row[i] for row in _TABLE], dtype=float) for i in (1, 2, 3))
BUYERS = np.array([row[4] for row in _TABLE])
COUNT = len(_TABLE)
PRODUCTS = 400  # per category

# Weights by category, age band (child, teen, adult, elder); a child never decides and never buys.
DECIDES = np.tile([0.0, 0.001, 1.0, 0.5], (COUNT, 1))
BUYS = np.tile([0.0, 0.08, 1.0, 0.4], (COUNT, 1))
BEGINS = np.tile([0.1, 0.5, 1.0, 0.6], (COUNT, 1))
SWAYS = np.tile([0.3, 1.0, 1.0, 0.7], (COUNT, 1))
USES = np.tile([0.6, 1.0, 1.0, 1.0], (COUNT, 1))
_TOYS, _HEALTH, _MEALS = NAMES.index("toys"), NAMES.index("health"), NAMES.index("meals")
BEGINS[_TOYS] = SWAYS[_TOYS] = (3.0, 1.5, 0.6, 0.4)
USES[_TOYS] = (6.0, 2.0, 0.05, 0.05)
SWAYS[_MEALS] = (1.5, 1.5, 0.8, 0.3)
USES[_HEALTH] = (0.1, 0.1, 0.5, 6.0)
DECIDES[_HEALTH] = (0.0, 0.001, 1.0, 1.0)
# How much likelier a woman is to decide and to buy than a man.
WOMEN = np.ones(COUNT)
WOMEN[[NAMES.index(n) for n in ("groceries", "daily_goods", "clothing", "toys")]] = 2.5
WOMEN[[NAMES.index(n) for n in ("electronics", "appliances")]] = 0.5
# What people of each age band look at when they look at anything.
INTEREST = np.where(BUYERS[None] == OLD, 0.3, ORDERS[None] ** 0.5) * np.ones((4, 1))
INTEREST[0] = 0.1
INTEREST[0, _TOYS], INTEREST[1, _TOYS], INTEREST[3, _HEALTH] = 3.0, 1.5, 2.0
