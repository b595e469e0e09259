"""The desk's pages for content: forms by the models, on top of the same checks and templates."""
