"""The people of a workspace: who they are, what they may do, when they work."""
