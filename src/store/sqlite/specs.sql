-- The specs of a project with the sums over their tests. How bad an outcome is: as store::severity has it.
SELECT spec, count(*), sum(runs), sum(failed), sum(flaky), sum(p50_ms), max(last_ms),
       max(CASE last_outcome WHEN 'failed' THEN 8 WHEN 'timed_out' THEN 7 WHEN 'lost' THEN 6 WHEN 'never_ran' THEN 5 WHEN 'cancelled' THEN 4
                             WHEN 'flaky' THEN 3 WHEN 'passed' THEN 2 WHEN 'skipped' THEN 1 ELSE 0 END)
FROM tests
WHERE project = :project AND (:begins OR spec > :after) AND (:text = '' OR instr(lower(spec), :text))
GROUP BY spec ORDER BY spec LIMIT :limit
