"""Archives, read from the start to the end as a stream: tar and zip."""
