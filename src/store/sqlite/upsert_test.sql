-- Who a test is, as it was last seen; nothing is written when that is known.
INSERT INTO tests (project, test_id, name, spec, titles, parameters) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (project, test_id) DO UPDATE SET
  name = excluded.name, spec = excluded.spec, titles = excluded.titles, parameters = excluded.parameters
WHERE (name, spec, titles, parameters) IS NOT (excluded.name, excluded.spec, excluded.titles, excluded.parameters)
