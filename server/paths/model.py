"""How touches lead to purchases in a whole population: what is fitted once, and judges each household."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

import numpy as np

from server.journeys import BANDS, Floats, Ints
from server.paths.evidence import EDGES, KINDS, WIDTHS

# The parts that another member can have in a purchase, by how his touches lie before it.
DECIDES, BEGINS, SWAYS = PARTS = range(3)
IDLE, KEEN = range(2)
# Whose zeal: members without a part in what others buy, buyers, people whose household does not buy, those who sway.
LOOKS, BUYS, APART, TRIES = range(4)
GROUPS = 4
COMBINATIONS = np.array([[place >> part & 1 for part in PARTS] for place in range(2 ** len(PARTS))], dtype=float)


@dataclass(frozen=True)
class Model:
    """Rates are touches a purchase, by lag and action; the rest is chance, by band and category or as named.

    The rate of SWAYS is for a member who touches once a fortnight: touches that move a buyer are as many as he tries.

    `own` and `parts` are rates; of DECIDES and BEGINS `more` is how many touches come after the first that somebody
    makes for a purchase. `match` is the probability that a touch that led to a purchase was of the same product,
    of none, or of another. `combinations` are probabilities that a member has these parts. Chance touches have, by
    zeal (IDLE or KEEN), `mean` a whole period (`days` long from `day` on) with the gamma shape `shape`, and are of an
    action with `actions`; `keen` is the probability of being KEEN by group (LOOKS …). They come on a day with the
    factor `daily`, purchases with `busy`, and are of no product with `none`; `listed` is how many are of a product,
    `products` of how many products.
    """

    categories: tuple[str, ...]
    own: Floats
    parts: Floats
    more: Floats
    match: Floats
    combinations: Floats
    mean: Floats
    shape: Floats
    keen: Floats
    day: int
    daily: Floats
    busy: Floats
    actions: Floats
    none: Floats
    listed: Floats
    products: Floats

    @property
    def days(self) -> int:
        """How long the period is."""
        return int(self.daily.shape[1])

    def on(self, factor: Floats, category: Ints, day: Ints) -> Floats:
        """The factors of these categories on days of the period; 1 on others."""
        known = (day >= 0) & (day < self.days)
        return np.where(known, factor[category, day.clip(0, self.days - 1)], 1.0)

    def of(self, categories: list[str]) -> Model:
        """The same for these categories, in this order; one that it does not know is as the mean of those it does."""
        axes = {
            "combinations": 1,
            "mean": 2,
            "shape": 2,
            "keen": 2,
            "daily": 0,
            "busy": 0,
            "none": 0,
            "listed": 0,
            "products": 0,
        }
        taken: dict[str, Any] = {
            name: of_categories(getattr(self, name), self.categories, categories, axis) for name, axis in axes.items()
        }
        return replace(self, categories=tuple(categories), **taken)


def dumps(model: Any) -> str:
    """A frozen dataclass of arrays and plain values as JSON, to four significant digits."""
    return json.dumps({name: _plain(value) for name, value in asdict(model).items()})


def loads(text: str) -> Model:
    """Read what `dumps` wrote of a model; raises KeyError, TypeError or ValueError for anything else."""
    given = json.loads(text)
    plain: dict[str, Any] = {"day": int(given["day"]), "categories": tuple(given["categories"])}
    arrays = {f.name: np.array(given[f.name], dtype=float) for f in fields(Model) if f.name not in plain}
    given_all: dict[str, Any] = {**plain, **arrays}
    return Model(**given_all)


def of_categories(values: Floats, known: tuple[str, ...], categories: list[str], axis: int) -> Floats:
    """Values by known category, along an axis, as values of these categories; the mean for those that are not known."""
    place = {name: number for number, name in enumerate(known)}
    places = [place.get(name, len(known)) for name in categories]
    mean = values.mean(axis=axis, keepdims=True) if values.shape[axis] else np.ones((1, *values.shape[1:]))
    return np.concatenate([values, mean], axis=axis).take(places, axis=axis)


def _plain(value: object) -> object:
    if isinstance(value, np.ndarray):
        return np.array([float(f"{x:.4g}") for x in value.ravel()]).reshape(value.shape).tolist()
    return float(f"{value:.4g}") if isinstance(value, float) else value


def first(categories: list[str], day: int, days: int) -> Model:
    """Where fitting begins, and what few data fall back on: round numbers."""
    count, bands = len(categories), len(BANDS)
    middle = (EDGES[:-1] + EDGES[1:]) / 2 / 86_400
    decides, begins, sways = np.exp(-2 * middle), (middle > 1) & (middle < 7), middle < 5
    return Model(
        tuple(categories),
        _rates(1 / (middle + 0.2), 1.5),
        np.stack([_rates(decides, 0.7), _rates(begins + 0.02, 0.5), _rates(sways + 0.02, 0.8)]),
        np.array([0.3, 0.3]),
        np.array([0.6, 0.35, 0.05]),
        np.tile(np.array([0.6] + [0.4 / 7] * 7), (bands, count, 1)),
        np.ones((2, bands, count)) * np.array([0.5, 4])[:, None, None],
        np.ones((2, bands, count)) * np.array([1, 4])[:, None, None],
        np.ones((GROUPS, bands, count)) * np.array([0.2, 0.2, 0.2, 0.7])[:, None, None],
        day,
        np.ones((count, days)),
        np.ones((count, days)),
        np.full((2, KINDS), 1 / KINDS),
        np.full(count, 0.5),
        np.ones(count),
        np.ones(count),
    )


def _rates(density: Floats, total: float) -> Floats:
    """Rates with this density over time, alike for all actions, that add up to a total."""
    rates = np.repeat((density * WIDTHS)[:, None], KINDS, axis=1)
    return np.asarray(total * rates / rates.sum())


def at(lag: Ints, action: Ints, rates: Floats) -> Floats:
    """The rates of these lags and actions, a day."""
    return np.asarray(rates[..., lag, action] / WIDTHS[lag])
