"""Ids: the global ones of Relay, which name a type, and the raw ones of the graph; arguments take either."""

from __future__ import annotations

from base64 import b64decode, b64encode

from server.api.errors import BadInputError

# Every type that has an id, also in this order in messages.
TYPES = ("Household", "Account", "Person", "Device", "Network", "Address", "Payment", "DetectionRun", "Purchase")


def to_global(type_name: str, raw: str) -> str:
    """The global id of a node: opaque to clients, unique over all types."""
    return b64encode(f"{type_name}:{raw}".encode()).decode()


def from_global(given: str) -> tuple[str, str] | None:
    """The type and raw id that a global id names, or None when `given` is not a global id."""
    try:
        type_name, colon, raw = b64decode(given, validate=True).decode().partition(":")
    except ValueError:
        return None
    return (type_name, raw) if colon and type_name in TYPES else None


def to_raw(given: str, type_name: str) -> str:
    """The raw id of an argument that may be either form.

    Raises BadInputError for a global id of another type.
    """
    named = from_global(given)
    if named is None:
        return given
    if named[0] != type_name:
        raise BadInputError(f"The id is of type {named[0]}, and one of type {type_name} is asked for.")
    return named[1]
