"""What people see and do: one room per capability."""
