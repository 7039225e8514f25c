"""The same plan through the ``recordlinkage`` package: the baseline that linkage is measured against."""

from linkage.baseline.recordlinkage_engine import MOST_RECORDS, link_with_recordlinkage

__all__ = ["MOST_RECORDS", "link_with_recordlinkage"]
