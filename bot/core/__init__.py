"""What every room stands on: time, storage, transactions, what is owed to Slack. Knows no Slack and no scheduler."""
