"""Calls to customers drawn at random, with a control group that nobody is told of."""
