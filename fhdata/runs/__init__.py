"""Reports run from notebooks: checked parameters, staging, one-step publishing, manifests."""
