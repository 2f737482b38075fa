"""What a comparison comes to: report, findings, page."""
