"""Indicator spreadsheets in, growth-target, fund and ranking reports out."""
