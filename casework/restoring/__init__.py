"""A restored backup: noticed, refused, and served again once two share-holders accept it; taking backups is the host's work."""
