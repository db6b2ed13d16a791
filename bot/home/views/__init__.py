"""Home as blocks, and the preferences modal."""
