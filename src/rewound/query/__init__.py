"""One statement over many worlds, and the answers as one."""
