"""What changes escalations: each in one transaction, with a line in the audit trail, news owed to whom it concerns."""
