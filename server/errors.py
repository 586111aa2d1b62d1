"""Every error that Hearth raises on purpose, and the only module that knows them all.

HearthError                 a message for a person, and what to do about it
├── SettingsError           an environment variable or option that cannot be used
├── DatabaseError           Neo4j refused or failed; names the statement, never its parameters
│   └── LocalDatabaseError  the Neo4j that Hearth runs itself did not start, stop or install
├── QueryFileError          a .cypher file breaks a rule; names file and line
├── DataError               a data set cannot be loaded; names file, line and rule, never a value
└── RequestError            an API request asks for something that is not there or not allowed
    └── RefusedError        the request is in order, but what it names does not allow it
        └── UnknownAccountError  there is no account of a given id
"""

from __future__ import annotations


class HearthError(Exception):
    """A failure that a person can act on: `message` says what, `hint` says what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class SettingsError(HearthError):
    """An environment variable or option that cannot be used."""


class DatabaseError(HearthError):
    """Neo4j refused or failed a statement."""


class LocalDatabaseError(DatabaseError):
    """The Neo4j that Hearth runs itself did not install, start or stop."""


class QueryFileError(HearthError):
    """A .cypher file breaks a rule of its form."""


class DataError(HearthError):
    """A data set cannot be loaded."""


class RequestError(HearthError):
    """An API request asks for something that is not there or not allowed."""


class RefusedError(RequestError):
    """What a request names does not allow what it asks; `code` tells a program why."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.code = code


class UnknownAccountError(RefusedError):
    """There is no account of a given id."""

    def __init__(self) -> None:
        super().__init__("UNKNOWN_ACCOUNT", "There is no such account.", "Ids are those of the platform.")
