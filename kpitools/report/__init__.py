"""Reports: a plan names notebooks, the runner runs them, and a folder of HTML pages that opens offline comes out."""
