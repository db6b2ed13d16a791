"""Problems that customers raised, and what changes so that they don't come again."""
