INSERT INTO runs (run_id, project, framework, started_ms, finished_ms, verdict, headline, exit_code, planned, passed, failed, flaky, skipped,
                  timed_out, lost, cancelled, never_ran, workers, seed, wall_ms, lower_bound_ms, busy_ms, attempts, branch, commit_id,
                  refused)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (run_id) DO UPDATE SET
  finished_ms = excluded.finished_ms, verdict = excluded.verdict, headline = excluded.headline, exit_code = excluded.exit_code,
  planned = excluded.planned, passed = excluded.passed, failed = excluded.failed, flaky = excluded.flaky, skipped = excluded.skipped,
  timed_out = excluded.timed_out, lost = excluded.lost, cancelled = excluded.cancelled, never_ran = excluded.never_ran,
  workers = excluded.workers, wall_ms = excluded.wall_ms, lower_bound_ms = excluded.lower_bound_ms, busy_ms = excluded.busy_ms,
  attempts = excluded.attempts, refused = excluded.refused
