-- The newest durations of every test of a project. A test that was lost, cancelled or never ran has no duration of its own.
SELECT test_id, duration_ms, at_ms, outcome FROM (
  SELECT test_id, duration_ms, at_ms, outcome,
         row_number() OVER (PARTITION BY test_id ORDER BY at_ms DESC) AS age
  FROM results
  WHERE project = ? AND outcome IN ('passed', 'failed', 'flaky')
) WHERE age <= ? ORDER BY test_id, at_ms DESC
