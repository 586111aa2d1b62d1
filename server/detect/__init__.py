"""Household detection: evidence → score → cluster → changes are pure; run reads and writes."""
