-- What all people answered since a time.
CREATE INDEX responses_at ON responses (at);
