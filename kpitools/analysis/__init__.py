"""What the numbers say: intervals, process limits, targets, comparisons. pandas in, pandas out, no
drawing."""
