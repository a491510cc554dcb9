"""Files: their bytes beside the database, what is known of them in it; neither ever without the other."""
