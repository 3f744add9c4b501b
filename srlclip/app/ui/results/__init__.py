"""Results as HTML, plots and files: one place for tabs, own clips and reports."""
