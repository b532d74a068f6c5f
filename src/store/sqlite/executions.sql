-- The newest executions of one test. Whether their run counts: it has ended, and is not set aside.
SELECT results.run_id, results.at_ms, coalesce(runs.branch, ''), coalesce(runs.commit_id, ''), results.outcome, results.duration_ms,
       results.attempts, results.error, coalesce(runs.finished_ms IS NOT NULL AND runs.set_aside = '', 0)
FROM results LEFT JOIN runs ON runs.run_id = results.run_id
WHERE results.project = ? AND results.test_id = ?
ORDER BY results.at_ms DESC, results.run_id DESC LIMIT ?
