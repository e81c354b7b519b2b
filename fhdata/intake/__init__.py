"""Workbooks in, tidy observations out; knows spreadsheets and no rule."""
