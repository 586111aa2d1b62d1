"""Tests, which mirror `server/`; `conftest.py` has the database, `worlds.py` and `*_graphs.py` what it holds."""
