"""Problems that customers raised: answered in time, understood, closed once the customer says that the fix holds."""
