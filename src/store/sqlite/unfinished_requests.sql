-- Requests whose run has no verdict yet: it has not begun, goes on, or was interrupted.
SELECT requests.run_id, requests.project, requests.identity, requests.at_ms, requests.body, requests.carried_from, requests.config, requests.workspace
FROM requests LEFT JOIN runs ON runs.run_id = requests.run_id
WHERE runs.finished_ms IS NULL
ORDER BY requests.at_ms, requests.run_id
