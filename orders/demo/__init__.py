"""What the demo store offers, and what it has sold: plain values, made up and the same every time."""
