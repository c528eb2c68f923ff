"""The parts of :mod:`tools.everyday.stories`: sums told in sentences, read number by number."""
