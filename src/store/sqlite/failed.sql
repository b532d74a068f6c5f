-- The tests of a project whose newest result in a finished run is a bad one: a run of a part says nothing about the others.
SELECT test_id FROM (
  SELECT results.test_id, results.outcome,
         row_number() OVER (PARTITION BY results.test_id ORDER BY runs.started_ms DESC, results.at_ms DESC) AS age
  FROM results JOIN runs ON runs.run_id = results.run_id
  WHERE results.project = ? AND runs.finished_ms IS NOT NULL
) WHERE age = 1 AND outcome IN ('failed', 'timed_out', 'lost', 'cancelled', 'never_ran') ORDER BY test_id
