"""What each page shows: frozen views, made of rows and settings by one function for each."""
