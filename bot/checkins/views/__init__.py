"""How check-ins look: queue, reminder, modals, and the row that tells what was done."""
