"""Public money by rule: assistance standards and their cost, the medical fund, DIP points. Exact to the fen."""
