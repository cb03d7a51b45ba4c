"""Reading exports: bytes -> all-text table -> canonical columns, by formats that are data (``formats/*.yml``)."""
