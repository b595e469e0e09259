-- Which submissions led to a history.
CREATE INDEX submissions_by_no ON submissions (no);
