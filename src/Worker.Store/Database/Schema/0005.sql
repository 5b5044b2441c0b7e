-- Heads that decide a share of the messages before they decide all.
CREATE INDEX heads_canary ON heads (label_id) WHERE state = 'canary';
