"""From a folder of files in the exchange format to the graph: read, check, hash, stage, write, report."""

from server.ingest.load import load
from server.ingest.report import Report

__all__ = ["Report", "load"]
