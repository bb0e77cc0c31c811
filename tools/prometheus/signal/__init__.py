"""Golden signals: which metrics tell how something does, and what they say."""
