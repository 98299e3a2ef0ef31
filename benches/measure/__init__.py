"""The parts that the drivers share: programs and their usage, statistics, the machine, the floors and Markdown."""
