"""Questions and answers: kinds, definitions, spreadsheets, order numbers."""
