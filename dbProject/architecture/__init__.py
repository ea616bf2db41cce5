"""How this shop answers the five problems that systems in Python have, and what it measures of them now."""
