"""Wires bot and rehearsal together, with a clock that can be moved and a sample company: `python -m demo`."""
