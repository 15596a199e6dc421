-- A rejection may say something of where the lead came from, and nothing of the criteria.
ALTER DOMAIN rejection_class DROP CONSTRAINT rejection_class_check;
ALTER DOMAIN rejection_class ADD CHECK (VALUE IN ('contradicts', 'bad_data', 'confirms_exception',
    'shows_weak_criterion', 'shows_gap', 'bad_source', 'process'));
