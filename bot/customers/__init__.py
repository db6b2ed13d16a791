"""The customers: who they are, who looks after them, when they are due; lists in and out."""
