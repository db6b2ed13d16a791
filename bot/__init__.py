"""What people see and do: one feature per capability."""
