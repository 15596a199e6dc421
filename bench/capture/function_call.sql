\set n :n + 1
SELECT bench_capture(':workspace', ':marketing', ':sales', :client_id, :n);
