"""Rows of one long table by group: which row of another table each belongs to, and which group it is in."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from fhdata.appraisal.points import Ints


def positions(frame: pd.DataFrame, table: pd.DataFrame, keys: Sequence[str]) -> Ints:
    """For each row of ``frame`` the row number in ``table`` with the same keys, −1 where there is none.

    One pass over each table, whatever the number of groups; categorical columns are compared by their categories.

    Args:
        frame: any table with the key columns.
        table: one row per combination of the keys.
        keys: column names both have.
    """
    left, right = np.zeros(len(frame), dtype=np.int64), np.zeros(len(table), dtype=np.int64)
    for key in keys:
        known = pd.Index(table[key].unique())
        left_code, right_code = _codes(frame[key], known), _codes(table[key], known)
        left = np.where((left < 0) | (left_code < 0), -1, left * len(known) + left_code)
        right = right * len(known) + right_code
    return pd.Index(right).get_indexer(pd.Index(left)).astype(np.int64)


def group_ids(frame: pd.DataFrame, keys: Sequence[str]) -> Ints:
    """The number of each row's group, 0 for the group of the first row."""
    if len(keys) == 0 or frame.empty:
        return np.zeros(len(frame), dtype=np.int64)
    ids = np.zeros(len(frame), dtype=np.int64)
    for key in keys:
        codes, known = pd.factorize(frame[key])
        ids = ids * len(known) + codes
    return pd.factorize(ids)[0].astype(np.int64)


def _codes(column: pd.Series, known: pd.Index) -> Ints:
    if isinstance(column.dtype, pd.CategoricalDtype):
        by_category = pd.Index(known).astype("object").get_indexer(column.cat.categories.astype("object"))
        return np.append(by_category, -1)[column.cat.codes.to_numpy()].astype(np.int64)
    if isinstance(known.dtype, pd.CategoricalDtype):
        known = pd.Index(known.astype("object"))
    return known.get_indexer(pd.Index(column)).astype(np.int64)
