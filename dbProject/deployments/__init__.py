"""Who brought which release into production, and when."""
