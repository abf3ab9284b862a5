"""Months → panel → outcomes and features → scores → visits → report."""
