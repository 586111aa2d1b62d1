"""What customers will spend: BG/NBD for how often they come back, Gamma-Gamma for how much they spend each time.

Fader, Hardie and Lee, "Counting Your Customers" the Easy Way, Marketing Science 24 (2005): while alive a customer
buys at a rate of his own (Gamma over customers) and after each purchase leaves with a chance of his own (Beta).
Fader and Hardie, The Gamma-Gamma Model of Monetary Value (2013): what he spends on the mean is his own as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln, hyp2f1

from server.referrals.graph import Floats
from server.value.history import History

YEAR = 365.0  # days
SAMPLE = 20_000  # customers to fit the few parameters to; more would not change them
PENALTY = 0.5  # per squared logarithm of a parameter: a word against flat likelihoods, worth one customer
POLE = 1e-6  # how near to 1, where the formula divides by zero, `a` comes
WIDEST = 7.0  # logarithm of a parameter at most


@dataclass(frozen=True)
class Returns:
    """BG/NBD: purchase rates are Gamma(r, alpha) per `unit` days, chances to leave Beta(a, b)."""

    r: float
    alpha: float
    a: float
    b: float
    unit: float

    def expected(self, given: History, days: float) -> Floats:
        """Purchases to expect of each account within so many days: equation (10) of Fader, Hardie and Lee.

        Euler's transformation keeps the hypergeometric function from overflowing where there are many purchases.
        """
        x, last, age, span = given.repeats, given.last / self.unit, given.age / self.unit, days / self.unit
        r, alpha, b = self.r, self.alpha, self.b
        a = self.a if abs(self.a - 1) > POLE else 1 + POLE
        z = span / (alpha + age + span)
        stays = (1 - z) ** (a - 1) * hyp2f1(a + b - 1 - r, a - 1, a + b + x - 1, z)
        more = (a + b + x - 1) / (a - 1) * (1 - stays)
        gone = np.where(x > 0, a / (b + np.maximum(x, 1) - 1) * ((alpha + age) / (alpha + last)) ** (r + x), 0.0)
        count: Floats = np.maximum(more / (1 + gone), 0.0)
        return count


@dataclass(frozen=True)
class Spending:
    """Gamma-Gamma: amounts are Gamma(p, rate), rates over customers Gamma(q, v) in units of `unit` money."""

    p: float
    q: float
    v: float
    unit: float

    def expected(self, given: History) -> Floats:
        """The mean amount to expect of each account's purchases."""
        count, mean = given.repeats + 1, given.mean / self.unit
        amount: Floats = self.unit * self.p * (self.v + count * mean) / (self.p * count + self.q - 1)
        return amount


def lifetime(given: History, days: float = YEAR) -> Floats:
    """What each account of the history will spend within so many days."""
    if not len(given.account):
        return np.empty(0)
    return returns(given).expected(given, days) * spending(given).expected(given)


def returns(given: History) -> Returns:
    """Fit BG/NBD by maximum likelihood; time is scaled to the mean age, and the logarithms are held near zero."""
    some = given.every(max(1, len(given.account) // SAMPLE))
    unit = max(float(some.age.mean()), 1.0)
    x, last, age = some.repeats, some.last / unit, some.age / unit

    def unlikely(logs: Floats) -> float:
        r, alpha, a, b = np.exp(logs)
        known = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
        stays = gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
        alive = -(r + x) * np.log(alpha + age)
        left = np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + last)
        both = np.where(x > 0, np.logaddexp(alive, left), alive)
        return float(PENALTY * logs @ logs / len(x) - (known + stays + both).mean())

    r, alpha, a, b = _fitted(unlikely, 4)
    return Returns(r, alpha, a, b, unit)


def spending(given: History) -> Spending:
    """Fit Gamma-Gamma by maximum likelihood to the accounts whose purchases cost something; q stays above 1."""
    kept = History(*(column[given.mean > 0] for column in vars(given).values()))
    if not len(kept.account):
        return Spending(1.0, 2.0, 0.0, 1.0)
    some = kept.every(max(1, len(kept.account) // SAMPLE))
    unit = float(some.mean.mean())
    count, mean = some.repeats + 1, some.mean / unit

    def unlikely(logs: Floats) -> float:
        p, q, v = np.exp(logs) + np.array([0, 1, 0])
        ways = gammaln(p * count + q) - gammaln(p * count) - gammaln(q) + q * np.log(v)
        sizes = (p * count - 1) * np.log(mean) + p * count * np.log(count) - (p * count + q) * np.log(count * mean + v)
        return float(PENALTY * logs @ logs / len(count) - (ways + sizes).mean())

    p, q, v = _fitted(unlikely, 3)
    return Spending(p, q + 1, v, unit)


def _fitted(unlikely: object, count: int) -> list[float]:
    """The parameters that make the data most likely; their logarithms are searched from 0."""
    found = minimize(unlikely, np.zeros(count), method="L-BFGS-B", bounds=[(-WIDEST, WIDEST)] * count)
    return [float(x) for x in np.exp(found.x)]
