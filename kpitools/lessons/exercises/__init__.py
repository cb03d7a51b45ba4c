"""One module a lesson with its rows and answers, one YAML file with its words; `catalogue` finds them by itself."""
