"""Files to pixels: reading, folders, preparing, drawing."""
