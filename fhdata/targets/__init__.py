"""Growth-target tracking: pure functions from the register and the observations to states, gaps and outlooks."""
