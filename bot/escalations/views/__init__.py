"""How escalations look: one, lists, news, the rate, forms."""
