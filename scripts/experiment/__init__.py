"""What scripts/quality and scripts/sweep share: rows to train on (rows), the command line and the
baselines as functions from rows to scores (learners), many of them at a time (work), results that
survive an interruption (store), means with their errors (table), and the options of both scripts
with the loop over their runs (command). comparison has the tables of scripts/quality alone.
"""
