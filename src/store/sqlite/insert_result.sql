-- A result without an error of its own has that of the newest bad try before it; one that was cut off has its duration, too.
INSERT OR REPLACE INTO results (project, test_id, at_ms, run_id, outcome, attempts, duration_ms, error)
VALUES (:project, :test, :at, :run, :outcome, :attempts,
  CASE WHEN :cut_off THEN coalesce((SELECT duration_ms FROM tries WHERE run_id = :run AND test_id = :test), :duration) ELSE :duration END,
  CASE WHEN :error = '' THEN coalesce((SELECT error FROM tries WHERE run_id = :run AND test_id = :test), '') ELSE :error END)
