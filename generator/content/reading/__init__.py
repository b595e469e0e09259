"""How a file of content becomes checked values: YAML, models, and a sentence for each mistake."""
