-- The runs a server was asked for that are whole, oldest request first.
SELECT requests.run_id, requests.project, requests.identity, requests.at_ms, runs.finished_ms,
       (SELECT coalesce(sum(bytes), 0) FROM artifacts WHERE artifacts.run_id = requests.run_id)
FROM requests JOIN runs ON runs.run_id = requests.run_id
WHERE ifnull(runs.removed_ms, 0) = 0
ORDER BY requests.at_ms, requests.run_id
