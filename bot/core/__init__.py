"""What every feature stands on: time, storage, transactions, what is owed to Slack. Knows no Slack and no scheduler."""
