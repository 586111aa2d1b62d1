"""Work done ahead: the next item of an iterator is made in a thread while the present one is used."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from typing import TypeVar

Item = TypeVar("Item")


async def ahead(items: Iterator[Item]) -> AsyncGenerator[Item, None]:
    """Yield the items, each of them made before it is asked for.

    Close it (`contextlib.aclosing`): only then is nothing under way in the thread any more.
    """
    loop = asyncio.get_running_loop()
    upcoming = loop.run_in_executor(None, next, items, None)
    try:
        while (item := await upcoming) is not None:
            upcoming = loop.run_in_executor(None, next, items, None)
            yield item
    finally:
        await asyncio.gather(upcoming, return_exceptions=True)
