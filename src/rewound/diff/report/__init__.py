"""The results of a comparison: report, findings, page."""
