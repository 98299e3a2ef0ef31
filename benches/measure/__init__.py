"""What the drivers share: running programs, the numbers of runs, the machine, the floors in C, and Markdown."""
