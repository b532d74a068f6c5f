-- Every project with the number of its runs, followed by the columns of its newest run.
SELECT counted.runs AS project_runs, newest.*
FROM (SELECT project, count(*) AS runs FROM runs WHERE ifnull(removed_ms, 0) = 0 GROUP BY project) AS counted
JOIN runs AS newest ON newest.run_id =
  (SELECT run_id FROM runs WHERE runs.project = counted.project AND ifnull(removed_ms, 0) = 0 ORDER BY started_ms DESC, run_id DESC LIMIT 1)
ORDER BY counted.project
