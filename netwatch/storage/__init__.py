"""What is remembered: tables, the one writer, and one module of functions for each noun."""
