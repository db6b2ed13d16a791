"""What changes check-ins: recording, putting off, undoing, reminding, forgetting."""
