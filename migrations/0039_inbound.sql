-- Whether deletions that a sender tells of erase people here: its workspace has to say so.
ALTER TABLE source
    ADD COLUMN erases boolean NOT NULL DEFAULT false;
