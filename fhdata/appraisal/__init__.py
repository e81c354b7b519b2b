"""Monthly and annual appraisal: scores to totals, ranks and rewards; pure, frames in and frames out."""
