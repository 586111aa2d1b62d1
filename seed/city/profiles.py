"""The five cities: every rate that differs between them. `docs/simulation.md` says where each comes from."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Profile:
    """Shares are of what the name says, between 0 and 1; the defaults are the city's."""

    homes: tuple[float, float, float] = (0.86, 0.11, 0.03)  # family homes, shared flats, dormitory rooms
    building: float = 14.0  # homes on the platform per building
    managed: float = 0.05  # buildings whose one network serves every home
    carrier: float = 0.30  # homes behind a carrier's shared addresses
    front_desk: float = 0.30  # buildings whose front desk takes parcels
    named: float = 0.62  # accounts whose app may read the name of the wireless network
    move: float = 0.06  # households that change homes in the period
    depart: float = 0.05  # households of two or more that a grown member leaves
    couple: float = 0.03  # single adults who move in with another
    guest: float = 0.14  # people who are regularly in somebody else's home
    neighbour: float = 0.02  # people who live on a neighbour's network
    staff: float = 0.05  # families with children or elders that have live-in staff
    video: float = 0.03  # people whose account is signed in on friends' televisions
    sessions: float = 30.0  # mean times an account is seen in the period
    spread: float = 0.85  # sigma of the lognormal activity of accounts
    hardly: float = 0.06  # accounts that are hardly ever seen


CITY = Profile()
PROFILES = {
    "city": CITY,
    "campus": replace(CITY, homes=(0.42, 0.33, 0.25), guest=0.28, couple=0.08, video=0.05, building=20.0, spread=0.9),
    "tower": replace(
        CITY,
        homes=(0.75, 0.24, 0.01),
        building=110.0,
        managed=0.65,
        carrier=0.95,
        front_desk=0.8,
        named=0.38,
        neighbour=0.05,
        guest=0.18,
        depart=0.07,
        sessions=22.0,
    ),
    "movers": replace(CITY, move=0.30, depart=0.12, couple=0.12),
    "sparse": replace(CITY, sessions=5.0, hardly=0.22, spread=1.1),
}
